package export

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// Mismatches removes from a decoded object what cannot be read into a Webhook, and returns an
// error for each. The decoder would stop at the first. Numbers must be of type json.Number.
func Mismatches(object map[string]any) storage.FieldErrors {
	var m mismatches
	m.fits("", object, reflect.TypeFor[Webhook]())
	return m.found
}

// CampaignMismatches is Mismatches for what is read into a ConfiguredCampaign.
func CampaignMismatches(object map[string]any) storage.FieldErrors {
	var m mismatches
	m.fits("", object, reflect.TypeFor[ConfiguredCampaign]())
	return m.found
}

// mismatches collects the errors.
type mismatches struct {
	found storage.FieldErrors
}

// add adds an error, and returns false for its caller to return.
func (m *mismatches) add(path, format string, args ...any) bool {
	m.found = append(m.found, storage.FieldError{Field: path, Reason: fmt.Sprintf(format, args...)})
	return false
}

// fits reports whether a value can be read into a type, apart from what it removes from it. null
// always can: json.Unmarshal leaves the field as it is.
func (m *mismatches) fits(path string, value any, t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	want := kindOf(t)
	if value == nil || want == anything {
		return true
	}
	kind, named := kindOfValue(value)
	if kind != want && (kind != aNumber || want != aWhole) {
		return m.add(path, "is %s; give %s", named, want)
	}
	switch value := value.(type) {
	case map[string]any:
		m.members(path, value, t)
	case []any:
		return m.elements(path, value, t)
	case json.Number:
		return m.number(path, value, want)
	case string:
		return t != reflect.TypeFor[Time]() || m.time(path, value)
	}
	return true
}

func (m *mismatches) number(path string, value json.Number, want string) bool {
	if _, err := value.Int64(); want == aWhole {
		return err == nil || m.add(path, "%s is not a whole number; give 16, say", value)
	}
	number, err := value.Float64()
	return err == nil && math.Abs(number) <= maxNumber || m.add(path, "%s is out of range; give a number up to %d", value, int64(maxNumber))
}

func (m *mismatches) time(path, value string) bool {
	_, err := time.Parse(time.RFC3339, value)
	return err == nil || m.add(path, "%q is not a time; give one such as 2026-10-01T08:00:00Z", value)
}

// maxNumber is above every limit on a setting, which storage reports in its own words, and low
// enough that milliseconds of it do not overflow when they are converted to nanoseconds.
const maxNumber = 1e12

// The kinds of values, as a message names them.
const (
	anything = ""
	anObject = "an object"
	aList    = "a list"
	aNumber  = "a number"
	aWhole   = "a whole number"
	aText    = "text"
	aBool    = "true or false"
)

// kindOfValue returns the kind of a JSON value, and how a message names the value.
func kindOfValue(value any) (kind, named string) {
	switch value.(type) {
	case map[string]any:
		return anObject, anObject
	case []any:
		return aList, aList
	case json.Number:
		return aNumber, aNumber
	case string:
		return aText, aText
	}
	return aBool, fmt.Sprint(value)
}

// kindOf returns the kind of JSON value that a type is read from. The types that marshal
// themselves come first, because their Go kind is another.
func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return anything
	case t == reflect.TypeFor[Time](), t == reflect.TypeFor[storage.ID]():
		return aText
	case t == reflect.TypeFor[Millis]():
		return aNumber
	}
	switch t.Kind() {
	case reflect.Struct:
		return anObject
	case reflect.Slice:
		return aList
	case reflect.Bool:
		return aBool
	case reflect.Int, reflect.Int64:
		return aWhole
	case reflect.Float64:
		return aNumber
	}
	return aText
}

// members checks the members of an object against the fields of a struct. A name that is not a
// field is an error too: it is probably misspelt, and would be ignored.
func (m *mismatches) members(path string, object map[string]any, t reflect.Type) {
	known := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); !field.Anonymous {
			known[name] = field.Type
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		at := strings.TrimPrefix(path+"."+name, ".")
		wanted, ok := known[name]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			m.add(at, "is unknown%s; use %s", words.DidYouMean(name, names), strings.Join(names, ", "))
		}
		if !ok || !m.fits(at, object[name], wanted) {
			delete(object, name)
		}
	}
}

// elements checks the elements of a list. One that does not fit makes the whole list unfit.
func (m *mismatches) elements(path string, list []any, t reflect.Type) bool {
	good := true
	for i, element := range list {
		good = m.fits(fmt.Sprintf("%s[%d]", path, i), element, t.Elem()) && good
	}
	return good
}
