package component

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// formErrors holds the errors that a form shows, by error ID.
//
// The ID of an error is that of its field. For a RowsField "headers" it may also be that of
// a row, such as "headers.2" for the third, or of a cell, such as "headers.2.name" or
// "headers.2.value".
type formErrors struct {
	fields *formFields
	check  func(Values) map[string]string // of the whole form; may be nil
	given  map[string]string              // set by the form's owner
	found  map[string]string              // found by checks
}

// set replaces all errors.
func (e *formErrors) set(errors map[string]string) {
	e.found, e.given = map[string]string{}, notEmpty(errors)
}

// add adds errors.
func (e *formErrors) add(errors map[string]string) {
	if e.given == nil {
		e.given = map[string]string{}
	}
	maps.Copy(e.given, notEmpty(errors))
}

// notEmpty returns the errors that have a text.
func notEmpty(errors map[string]string) map[string]string {
	out := maps.Clone(errors)
	maps.DeleteFunc(out, func(_, text string) bool { return text == "" })
	return out
}

func (e *formErrors) any() bool { return len(e.given)+len(e.found) > 0 }

// openSections opens the sections that have errors.
func (e *formErrors) openSections() {
	for n := range e.fields.sections {
		section := &e.fields.sections[n]
		section.Open = section.Open || e.in(*section)
	}
}

// judge returns the errors in the current values.
func (e *formErrors) judge() map[string]string {
	values, wrong := e.fields.values(), map[string]string{}
	if e.check != nil {
		wrong = e.check(values)
	}
	for _, s := range e.fields.sections {
		for _, field := range s.Fields {
			if field.Check != nil && e.fields.visible(field) {
				wrong[field.ID] = field.Check(values)
			}
		}
	}
	return notEmpty(wrong)
}

// submit checks all values and reports whether there are no errors. It drops the given errors, because
// only the owner can tell, by trying again, whether they still apply.
func (e *formErrors) submit() bool {
	e.given, e.found = nil, e.judge()
	return len(e.found) == 0
}

// pointAtRow moves the cursor to the first invalid cell of a field with rows.
func (e *formErrors) pointAtRow(id string) {
	rows, ok := e.fields.inputs[id].(*rowsInput)
	if !ok || e.text(id) != "" {
		return
	}
	for n := range rows.rows {
		for cell, name := range cellNames() {
			if e.text(rowErrorID(id, n, name)) != "" {
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

// ofRow returns the errors of a row and its cells.
func (e *formErrors) ofRow(field string, row int) []string {
	var out []string
	for _, cell := range append([]string{""}, cellNames()...) {
		if text := e.text(rowErrorID(field, row, cell)); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// in reports whether a visible field of a section has an error.
func (e *formErrors) in(section Section) bool {
	return slices.ContainsFunc(section.Fields, func(field Field) bool { return e.fields.visible(field) && e.has(field.ID) })
}

// has reports whether a field or one of its rows has an error.
func (e *formErrors) has(field string) bool {
	for _, errors := range []map[string]string{e.given, e.found} {
		for id := range errors {
			if belongs(id, field) {
				return true
			}
		}
	}
	return false
}

// text returns the error with an ID, or "".
func (e *formErrors) text(id string) string {
	if text := e.found[id]; text != "" {
		return text
	}
	return e.given[id]
}

func belongs(errorID, fieldID string) bool {
	return errorID == fieldID || strings.HasPrefix(errorID, fieldID+".")
}

// changed removes the given errors of a field whose value has changed, and rechecks all
// fields with errors, which may depend on it.
func (e *formErrors) changed(id string) {
	maps.DeleteFunc(e.given, func(errorID, _ string) bool { return belongs(errorID, id) })
	var again []string
	for field, in := range e.fields.inputs {
		if rows, ok := in.(*rowsInput); e.has(field) || ok && rows.anyLeft() {
			again = append(again, field)
		}
	}
	e.recheck(again...)
}

// recheck checks some fields again.
func (e *formErrors) recheck(fields ...string) {
	if len(fields) == 0 {
		return
	}
	ofThese := func(errorID string) bool {
		return slices.ContainsFunc(fields, func(field string) bool { return belongs(errorID, field) })
	}
	all := e.judge()
	maps.DeleteFunc(e.found, func(id, _ string) bool { return ofThese(id) })
	for id, text := range all {
		if ofThese(id) && e.hasPlace(id) {
			e.found[id] = text
		}
	}
}

// unplaced returns the IDs, sorted, of errors without a visible field.
func (e *formErrors) unplaced() []string {
	var out []string
	for _, errors := range []map[string]string{e.found, e.given} {
		for id := range errors {
			if !e.hasPlace(id) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return out
}

// hasPlace reports whether an error is shown at a field.
func (e *formErrors) hasPlace(errorID string) bool {
	for _, s := range e.fields.sections {
		for _, field := range s.Fields {
			if belongs(errorID, field.ID) && e.fields.visible(field) {
				return true
			}
		}
	}
	return false
}
