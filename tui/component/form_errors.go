package component

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The ID of an error is that of its field. For a RowsField "headers" it may also be that of
// a row, such as "headers.2" for the third, or of a cell, such as "headers.2.name" or
// "headers.2.value".

// WithCheck sets a function that returns the errors in the form's values by error ID, in
// addition to each field's Check. Its result must depend on the values alone. An error is
// shown once the focus has left its field or row, and all errors are shown on submit.
func (f *Form) WithCheck(check func(Values) map[string]string) *Form {
	f.check = check
	return f
}

// SetErrors replaces the errors, by error ID, and moves the focus to the first one. An error
// without a visible field is shown at the submit line.
func (f *Form) SetErrors(errors map[string]string) {
	f.checked, f.given = map[string]string{}, said(errors)
	f.focusFirstError()
}

// AddErrors adds errors without moving the focus.
func (f *Form) AddErrors(errors map[string]string) {
	if f.given == nil {
		f.given = map[string]string{}
	}
	maps.Copy(f.given, said(errors))
	for n := range f.sections {
		f.sections[n].Open = f.sections[n].Open || f.wrongIn(n)
	}
}

// judge returns the errors in the current values.
func (f *Form) judge() map[string]string {
	values, wrong := f.Values(), map[string]string{}
	if f.check != nil {
		wrong = f.check(values)
	}
	for _, s := range f.sections {
		for _, field := range s.Fields {
			if field.Check != nil && f.visible(field) {
				wrong[field.ID] = field.Check(values)
			}
		}
	}
	return said(wrong)
}

// said returns the errors that are not empty.
func said(errors map[string]string) map[string]string {
	out := maps.Clone(errors)
	maps.DeleteFunc(out, func(_, text string) bool { return text == "" })
	return out
}

// focusFirstError shows all errors and moves the focus to the first.
func (f *Form) focusFirstError() {
	if len(f.given)+len(f.checked) == 0 {
		return
	}
	for _, in := range f.inputs {
		in.left()
	}
	for n := range f.sections {
		f.sections[n].Open = f.sections[n].Open || f.wrongIn(n)
	}
	for _, s := range f.sections {
		for _, field := range s.Fields {
			if f.wrong(field.ID) && f.Focus(field.ID) {
				f.pointAtRow(field.ID)
				return
			}
		}
	}
	f.at = stop{len(f.sections), 0}
}

// pointAtRow moves the cursor to the first invalid cell of a field with rows.
func (f *Form) pointAtRow(id string) {
	rows, ok := f.inputs[id].(*rowsInput)
	if !ok || f.problem(id) != "" {
		return
	}
	for n := range rows.rows {
		for cell, name := range cellNames() {
			if f.problem(rowErrorID(id, n, name)) != "" {
				rows.point(n, cell)
				return
			}
		}
	}
}

func rowErrorID(field string, row int, cell string) string {
	id := fmt.Sprintf("%s.%d", field, row)
	if cell != "" {
		id += "." + cell
	}
	return id
}

// rowProblems returns the errors of a row and its cells.
func (f *Form) rowProblems(field string, row int) []string {
	var out []string
	for _, cell := range append([]string{""}, cellNames()...) {
		if text := f.problem(rowErrorID(field, row, cell)); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// wrongIn reports whether a visible field of a section has an error.
func (f *Form) wrongIn(section int) bool {
	return slices.ContainsFunc(f.sections[section].Fields, func(field Field) bool { return f.visible(field) && f.wrong(field.ID) })
}

// wrong reports whether a field or one of its rows has an error.
func (f *Form) wrong(field string) bool {
	here := func(errors map[string]string) bool {
		for id := range errors {
			if belongs(id, field) {
				return true
			}
		}
		return false
	}
	return here(f.given) || here(f.checked)
}

// problem returns the error with an ID, or "".
func (f *Form) problem(id string) string {
	if text := f.checked[id]; text != "" {
		return text
	}
	return f.given[id]
}

func belongs(errorID, fieldID string) bool {
	return errorID == fieldID || strings.HasPrefix(errorID, fieldID+".")
}

// changed removes the given errors of a field whose value has changed, and rechecks all
// fields with errors, which may depend on it.
func (f *Form) changed(id string) {
	maps.DeleteFunc(f.given, func(errorID, _ string) bool { return belongs(errorID, id) })
	var again []string
	for field, in := range f.inputs {
		if rows, ok := in.(*rowsInput); f.wrong(field) || ok && rows.anyLeft() {
			again = append(again, field)
		}
	}
	f.recheck(again...)
}

// recheck checks some fields again.
func (f *Form) recheck(fields ...string) {
	if len(fields) == 0 {
		return
	}
	all := f.judge()
	maps.DeleteFunc(f.checked, func(id, _ string) bool { return f.ofAny(fields, id) })
	for id, text := range all {
		if f.ofAny(fields, id) && f.hasPlaceFor(id) {
			f.checked[id] = text
		}
	}
}

func (f *Form) ofAny(fields []string, errorID string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { return belongs(errorID, field) })
}

// trySubmit checks everything. It drops the given errors, because only another attempt shows
// whether they still apply.
func (f *Form) trySubmit() {
	f.given, f.checked = nil, f.judge()
	if len(f.checked) > 0 {
		f.focusFirstError()
		f.result = Refused
		return
	}
	f.result = Submitted
}

// unplaced returns the IDs of errors without a visible field.
func (f *Form) unplaced() []string {
	var out []string
	for _, errors := range []map[string]string{f.checked, f.given} {
		for id := range errors {
			if !f.hasPlaceFor(id) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return out
}

// hasPlaceFor reports whether an error is shown at a field.
func (f *Form) hasPlaceFor(errorID string) bool {
	for _, s := range f.sections {
		for _, field := range s.Fields {
			if belongs(errorID, field.ID) && f.visible(field) {
				return true
			}
		}
	}
	return false
}
