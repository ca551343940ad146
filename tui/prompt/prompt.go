// Package prompt fills in forms line by line, for people whom a screen does not suit: each field
// is a question, and what is wrong with an answer is said before it is asked again.
//
// Begin with a [Filler], whose [Lines] ask and say. Fields, checks and values are those of the
// forms on the screen, so that both accept the same.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/tui/component"
)

// Lines is where questions are asked. The end of its input is an error.
type Lines interface {
	Say(text string)
	Ask(ctx context.Context, question string) (string, error)
	// AskSecret asks without showing the answer, as far as the terminal allows.
	AskSecret(ctx context.Context, question string) (string, error)
}

// A Filler asks for the fields of forms.
type Filler struct{ Lines Lines }

// What can be answered in every field.
const (
	emptied = "-" // the field becomes empty
	why     = "?" // what the field is
	leave   = "." // nothing is saved
)

// intro says how questions are answered.
const intro = "Enter keeps what stands in brackets, - empties it, ? says what it is, . leaves without saving."

// ErrLeft means that a person left a form.
var ErrLeft = errors.New("left without saving")

// A Check returns what is wrong with the values, by field.
type Check = func(component.Values) map[string]string

// Fill asks for all fields that are visible with the values so far.
func (p Filler) Fill(ctx context.Context, sections []component.Section, check Check) (component.Values, error) {
	values := component.Values{}
	for _, s := range sections {
		for _, field := range s.Fields {
			values[field.ID] = field.Start
		}
	}
	p.Lines.Say(intro)
	for _, s := range sections {
		open, err := p.enter(ctx, s, values)
		if err != nil {
			return nil, err
		}
		for _, field := range s.Fields {
			if !open || field.Visible != nil && !field.Visible(values) {
				continue
			}
			if err := p.field(ctx, field, values, check); err != nil {
				return nil, err
			}
		}
	}
	return values, nil
}

// enter says which section begins. Of one that is closed on the screen it asks whether to go
// through it.
func (p Filler) enter(ctx context.Context, s component.Section, values component.Values) (bool, error) {
	title := s.Title
	if s.Summary != nil {
		title += ": " + s.Summary(values)
	}
	if !s.Collapsible {
		if title != "" {
			p.Lines.Say(title + ".")
		}
		return true, nil
	}
	for {
		answer, err := p.Lines.Ask(ctx, title+". Change them? yes or no [no]: ")
		if err == nil && answer == leave {
			err = ErrLeft
		}
		if err != nil {
			return false, err
		}
		if yes, known := asYes(answer, false); known {
			return yes, nil
		}
		p.Lines.Say("Error: answer yes or no.")
	}
}

// Correct asks again for the fields with errors. Errors without a visible field are said first.
func (p Filler) Correct(ctx context.Context, sections []component.Section, values component.Values, wrong map[string]string, check Check) error {
	var again []component.Field
	left := map[string]string{}
	for id, text := range wrong {
		left[id] = text
	}
	for _, s := range sections {
		for _, field := range s.Fields {
			text, ok := errorOf(field.ID, wrong)
			if !ok || field.Visible != nil && !field.Visible(values) {
				continue
			}
			p.Lines.Say("Error: " + field.Label + ": " + text)
			again = append(again, field)
			for id := range wrong {
				if ofField(id, field.ID) {
					delete(left, id)
				}
			}
		}
	}
	for _, id := range sortedKeys(left) {
		p.Lines.Say("Error: " + id + ": " + left[id])
	}
	if len(again) == 0 {
		return errors.New("nothing was saved")
	}
	for _, field := range again {
		if err := p.field(ctx, field, values, check); err != nil {
			return err
		}
	}
	return nil
}

// sortedKeys returns the keys of a map in order, so that the same answers always give the same
// output.
func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// ofField reports whether the ID of an error is that of a field or of one of its rows.
func ofField(id, field string) bool { return id == field || strings.HasPrefix(id, field+".") }

// errorOf returns the error of a field, or of a part of it.
func errorOf(field string, wrong map[string]string) (string, bool) {
	for _, id := range sortedKeys(wrong) {
		if ofField(id, field) && wrong[id] != "" {
			return wrong[id], true
		}
	}
	return "", false
}

// field asks for a field until its value is right.
func (p Filler) field(ctx context.Context, f component.Field, values component.Values, check Check) error {
	for {
		value, err := p.value(ctx, f, values)
		if err != nil {
			return err
		}
		values[f.ID] = value
		text, bad := "", false
		if f.Check != nil {
			text = f.Check(values)
			bad = text != ""
		}
		if !bad && check != nil {
			text, bad = errorOf(f.ID, check(values))
		}
		if !bad {
			return nil
		}
		p.Lines.Say("Error: " + text)
	}
}

// value asks for the value of a field.
func (p Filler) value(ctx context.Context, f component.Field, values component.Values) (component.Value, error) {
	if f.Kind == component.RowsField {
		return p.rows(ctx, f, values[f.ID])
	}
	for {
		answer, err := p.ask(ctx, f, values)
		switch {
		case err != nil:
			return component.Value{}, err
		case answer == leave:
			return component.Value{}, ErrLeft
		case answer == why:
			p.Lines.Say(f.Help)
			continue
		case answer == "":
			return values[f.ID], nil
		}
		value, problem := read(f, answer)
		if problem == "" {
			return value, nil
		}
		p.Lines.Say("Error: " + problem)
	}
}

// ask asks for a field once. A key takes several lines, up to the one that ends it.
func (p Filler) ask(ctx context.Context, f component.Field, values component.Values) (string, error) {
	if f.Kind != component.SecretField {
		return p.Lines.Ask(ctx, question(f, values))
	}
	answer, err := p.Lines.AskSecret(ctx, question(f, values))
	if !f.PEM || !strings.HasPrefix(answer, "-----BEGIN") {
		return answer, err
	}
	lines := []string{answer}
	for err == nil && !strings.HasPrefix(lines[len(lines)-1], "-----END") {
		var line string
		line, err = p.Lines.AskSecret(ctx, "")
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n", err
}

// question says what a field is called, what can be chosen, and what it holds.
func question(f component.Field, values component.Values) string {
	text := f.Label
	switch f.Kind {
	case component.ChoiceField, component.RadioField:
		text += ", one of " + labels(f.Options)
	case component.MultiField:
		text += ", any of " + labels(f.Options) + ", with commas between"
	case component.CheckField:
		text += ", " + firstLabel(f.Options) + ", yes or no"
	}
	if held := shown(f, values[f.ID]); held != "" {
		return text + " [" + held + "]: "
	}
	if f.Note != nil {
		if note := f.Note(values); note != "" {
			return text + " [empty: " + note + "]: "
		}
	}
	return text + ": "
}

// labels lists options with the numbers that choose them.
func labels(options []component.Option) string {
	var all []string
	for i, o := range options {
		all = append(all, strconv.Itoa(i+1)+" "+o.Label)
	}
	return strings.Join(all, ", ")
}

// firstLabel returns what a check box turns on.
func firstLabel(options []component.Option) string {
	if len(options) == 0 {
		return "on"
	}
	return options[0].Label
}

// shown returns what a field holds, of a secret only that there is one.
func shown(f component.Field, v component.Value) string {
	switch f.Kind {
	case component.SecretField:
		if v.Kept || v.Text != "" {
			return "kept"
		}
		return ""
	case component.CheckField:
		if v.On {
			return "yes"
		}
		return "no"
	case component.MultiField:
		var set []string
		for _, o := range f.Options {
			if slices.Contains(v.Set, o.ID) {
				set = append(set, o.Label)
			}
		}
		return strings.Join(set, ", ")
	case component.ChoiceField, component.RadioField:
		if i := slices.IndexFunc(f.Options, func(o component.Option) bool { return o.ID == v.Text }); i >= 0 {
			return f.Options[i].Label
		}
	}
	return strings.ReplaceAll(v.Text, "\n", " ")
}

// read returns the value that an answer stands for, or what is wrong with it.
func read(f component.Field, answer string) (v component.Value, problem string) {
	switch f.Kind {
	case component.CheckField:
		on, known := asYes(answer, false)
		if !known {
			return v, "answer yes or no"
		}
		return component.Value{On: on}, ""
	case component.ChoiceField, component.RadioField:
		at := optionOf(f.Options, answer)
		if at < 0 {
			return v, fmt.Sprintf("%q is none of %s", answer, labels(f.Options))
		}
		return component.Value{Text: f.Options[at].ID}, ""
	case component.MultiField:
		return readSet(f, answer)
	}
	if answer == emptied {
		answer = ""
	}
	return component.Value{Text: answer}, ""
}

// readSet reads the options of a field that may have several: numbers or names, separated by
// commas or spaces.
func readSet(f component.Field, answer string) (v component.Value, problem string) {
	if answer == emptied {
		return v, ""
	}
	on := map[int]bool{}
	for word := range strings.FieldsFuncSeq(answer, func(r rune) bool { return r == ',' || r == ' ' }) {
		at := optionOf(f.Options, word)
		if at < 0 {
			return v, fmt.Sprintf("%q is none of %s", word, labels(f.Options))
		}
		on[at] = true
	}
	for at, o := range f.Options {
		if on[at] {
			v.Set = append(v.Set, o.ID)
		}
	}
	return v, ""
}

// optionOf finds an option by its number, its name or the beginning of that, or returns -1.
func optionOf(options []component.Option, answer string) int {
	answer = strings.ToLower(strings.TrimSpace(answer))
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
		return n - 1
	}
	begins := -1
	for i, o := range options {
		label, id := strings.ToLower(o.Label), strings.ToLower(o.ID)
		if answer == label || answer == id {
			return i
		}
		if begins < 0 && answer != "" && (strings.HasPrefix(label, answer) || strings.HasPrefix(id, answer)) {
			begins = i
		}
	}
	return begins
}

// asYes reads yes or no. An empty answer is otherwise.
func asYes(answer string, otherwise bool) (yes, known bool) {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "":
		return otherwise, true
	case "y", "yes", "true", "on":
		return true, true
	case "n", "no", "false", "off", emptied:
		return false, true
	}
	return false, false
}
