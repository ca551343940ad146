package screen

import (
	"context"
	"errors"

	"backchannel/storage"
	"backchannel/tui/component"
)

// A Filler fills in the fields of a form without a screen, by asking line by line.
type Filler interface {
	Fill(ctx context.Context, sections []component.Section, check func(component.Values) map[string]string) (component.Values, error)
	// Correct asks again for the values that have errors.
	Correct(ctx context.Context, sections []component.Section, values component.Values, wrong map[string]string, check func(component.Values) map[string]string) error
}

// Ask has a form filled in without a screen, saves the record, and returns what was done. It rejects
// the same values as the form on a screen.
func (f *RecordForm[R]) Ask(ctx context.Context, by Filler) (component.Toast, error) {
	sections := f.spec.Sections(f.base)
	values, err := by.Fill(ctx, sections, f.check)
	for err == nil {
		wrong := f.check(values)
		if len(wrong) == 0 {
			var toast component.Toast
			if toast, wrong, err = f.saveNow(ctx, values); err != nil || len(wrong) == 0 {
				return toast, err
			}
		}
		err = by.Correct(ctx, sections, values, wrong, f.check)
	}
	return component.Toast{}, err
}

// saveNow saves the record with a form's values, or returns the errors by field.
func (f *RecordForm[R]) saveNow(ctx context.Context, values component.Values) (component.Toast, map[string]string, error) {
	record, bad := f.spec.Apply(f.base, values)
	if len(bad) > 0 {
		return component.Toast{}, f.spec.ByField(bad, values), nil
	}
	err := f.spec.Save(ctx, &record)
	var wrong storage.FieldErrors
	switch {
	case err == nil:
		return f.spec.Saved(ctx, record, f.creates()), nil, nil
	case errors.As(err, &wrong) && changedMeanwhile(wrong):
		return component.Toast{}, nil, errors.New(f.spec.Name(f.base) + " was changed elsewhere meanwhile; nothing of yours was saved: edit it again")
	case errors.As(err, &wrong):
		return component.Toast{}, f.spec.ByField(wrong, values), nil
	}
	return component.Toast{}, nil, err
}
