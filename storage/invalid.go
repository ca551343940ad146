package storage

import (
	"errors"
	"slices"
	"strings"
)

// AndInvalid adds the errors of a validation to those of fields that could not be read. It
// omits the errors of fields that could not be read, because the validation saw their
// defaults. An error of another kind is returned alone.
func (e FieldErrors) AndInvalid(invalid error) error {
	var more FieldErrors
	if invalid != nil && !errors.As(invalid, &more) {
		return invalid
	}
	all := slices.Clone(e)
	for _, f := range more {
		if !slices.ContainsFunc(e, f.within) {
			all = append(all, f)
		}
	}
	return all.Err()
}

// within reports whether a field is the other one, a part of it, or the list that the other
// is an element of.
func (f FieldError) within(other FieldError) bool {
	return other.Field == f.Field || strings.HasPrefix(f.Field, other.Field+".") || strings.HasPrefix(other.Field, f.Field+"[")
}
