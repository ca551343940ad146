// Package prompt fills in forms line by line, for people who cannot use a full-screen form, such as
// those who work with a screen reader. Each field is a question, which is repeated with an error
// message until its answer is valid.
//
// Start with a [Filler]. It uses the fields and checks of the full-screen forms, so that both accept
// the same values.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"backchannel/tui/component"
)

// A Terminal asks questions and prints lines.
type Terminal interface {
	Say(text string)
	// Ask returns the answer to a question, or io.EOF at the end of the input.
	Ask(ctx context.Context, question string) (string, error)
	// AskSecret is like Ask, but does not echo the answer if the terminal can hide it.
	AskSecret(ctx context.Context, question string) (string, error)
}

// A Filler asks for the fields of forms.
type Filler struct{ Terminal Terminal }

// The answers that have a meaning of their own in every field.
const (
	answerClear = "-" // empty the field
	answerHelp  = "?" // explain the field
	answerQuit  = "." // leave the form without saving
)

// intro explains how to answer.
const intro = "Enter keeps the value in brackets, - empties it, ? explains the field, . leaves without saving."

// ErrQuit means that a person left a form without saving.
var ErrQuit = errors.New("left without saving")

// A Check returns the errors in the values, by field ID.
type Check = func(component.Values) map[string]string

// Fill asks for the fields and returns their values. It skips a field that the answers so far hide.
func (p Filler) Fill(ctx context.Context, sections []component.Section, check Check) (component.Values, error) {
	// All start values are set first, because whether a field is visible may depend on a later one.
	values := component.Values{}
	for _, s := range sections {
		for _, field := range s.Fields {
			values[field.ID] = field.Start
		}
	}
	p.Terminal.Say(intro)
	for _, s := range sections {
		open, err := p.askSection(ctx, s, values)
		if err != nil {
			return nil, err
		}
		for _, field := range s.Fields {
			if !open || field.Visible != nil && !field.Visible(values) {
				continue
			}
			if err := p.askUntilValid(ctx, field, values, check); err != nil {
				return nil, err
			}
		}
	}
	return values, nil
}

// askSection prints the title of a section and reports whether to ask for its fields. For a section
// that is collapsed in the full-screen form, it asks the person.
func (p Filler) askSection(ctx context.Context, s component.Section, values component.Values) (open bool, err error) {
	title := s.Title
	if s.Summary != nil {
		title += ": " + s.Summary(values)
	}
	if !s.Collapsible {
		if title != "" {
			p.Terminal.Say(title + ".")
		}
		return true, nil
	}
	for {
		answer, err := p.Terminal.Ask(ctx, title+". Change them? yes or no [no]: ")
		if err == nil && answer == answerQuit {
			err = ErrQuit
		}
		if err != nil {
			return false, err
		}
		if yes, ok := parseYesNo(answer); ok {
			return yes, nil
		}
		p.Terminal.Say("Error: answer yes or no.")
	}
}

// Correct prints errors that were found when a form was saved, and asks again for the fields that
// have them. It returns an error if no visible field has one, because asking again could not help.
func (p Filler) Correct(ctx context.Context, sections []component.Section, values component.Values, wrong map[string]string, check Check) error {
	var again []component.Field
	unplaced := maps.Clone(wrong) // those of no visible field
	for _, s := range sections {
		for _, field := range s.Fields {
			text, ok := errorOf(field.ID, wrong)
			if !ok || field.Visible != nil && !field.Visible(values) {
				continue
			}
			p.Terminal.Say("Error: " + field.Label + ": " + text)
			again = append(again, field)
			maps.DeleteFunc(unplaced, func(id, _ string) bool { return belongsTo(id, field.ID) })
		}
	}
	// Such an error is about a hidden field or about the record as a whole, such as a conflict.
	for _, id := range sortedKeys(unplaced) {
		p.Terminal.Say("Error: " + id + ": " + unplaced[id])
	}
	if len(again) == 0 {
		return errors.New("nothing was saved")
	}
	for _, field := range again {
		if err := p.askUntilValid(ctx, field, values, check); err != nil {
			return err
		}
	}
	return nil
}

// sortedKeys returns the keys of a map in order, so that the same answers always give the same
// output.
func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// belongsTo reports whether the ID of an error is that of a field or of one of its rows.
func belongsTo(id, field string) bool { return id == field || strings.HasPrefix(id, field+".") }

// errorOf returns the error of a field, or of one of its rows.
func errorOf(field string, wrong map[string]string) (string, bool) {
	for _, id := range sortedKeys(wrong) {
		if belongsTo(id, field) && wrong[id] != "" {
			return wrong[id], true
		}
	}
	return "", false
}

// askUntilValid asks for a field until its value has no error.
func (p Filler) askUntilValid(ctx context.Context, f component.Field, values component.Values, check Check) error {
	for {
		value, err := p.askValue(ctx, f, values)
		if err != nil {
			return err
		}
		values[f.ID] = value
		problem := fieldError(f, values, check)
		if problem == "" {
			return nil
		}
		p.Terminal.Say("Error: " + problem)
	}
}

// fieldError returns the error in the value of a field, or "".
func fieldError(f component.Field, values component.Values, check Check) string {
	if f.Check != nil {
		if problem := f.Check(values); problem != "" {
			return problem
		}
	}
	if check == nil {
		return ""
	}
	problem, _ := errorOf(f.ID, check(values))
	return problem
}

// askValue asks for a field until the answer can be parsed.
func (p Filler) askValue(ctx context.Context, f component.Field, values component.Values) (component.Value, error) {
	if f.Kind == component.RowsField {
		return p.askRows(ctx, f, values[f.ID])
	}
	for {
		answer, err := p.askOnce(ctx, f, values)
		switch {
		case err != nil:
			return component.Value{}, err
		case answer == answerQuit:
			return component.Value{}, ErrQuit
		case answer == answerHelp:
			p.Terminal.Say(f.Help)
			continue
		case answer == "":
			return values[f.ID], nil
		}
		value, problem := parseAnswer(f, answer)
		if problem == "" {
			return value, nil
		}
		p.Terminal.Say("Error: " + problem)
	}
}

// askOnce asks for a field and returns the answer. A key in PEM (RFC 7468) has several lines, so it reads
// up to the line that ends the key.
func (p Filler) askOnce(ctx context.Context, f component.Field, values component.Values) (string, error) {
	if f.Kind != component.SecretField {
		return p.Terminal.Ask(ctx, question(f, values))
	}
	answer, err := p.Terminal.AskSecret(ctx, question(f, values))
	if !f.PEM || !strings.HasPrefix(answer, "-----BEGIN") {
		return answer, err
	}
	lines := []string{answer}
	for err == nil && !strings.HasPrefix(lines[len(lines)-1], "-----END") {
		var line string
		line, err = p.Terminal.AskSecret(ctx, "")
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n", err
}

// question returns the label of a field, its options and its present value.
func question(f component.Field, values component.Values) string {
	text := f.Label
	switch f.Kind {
	case component.ChoiceField, component.RadioField:
		text += ", one of " + numbered(f.Options)
	case component.MultiField:
		text += ", any of " + numbered(f.Options) + ", with commas between"
	case component.CheckField:
		text += ", " + checkLabel(f.Options) + ", yes or no"
	}
	if present := presentValue(f, values[f.ID]); present != "" {
		return text + " [" + present + "]: "
	}
	if f.Note != nil {
		if note := f.Note(values); note != "" {
			return text + " [empty: " + note + "]: "
		}
	}
	return text + ": "
}

// numbered lists options with the numbers that choose them.
func numbered(options []component.Option) string {
	var all []string
	for i, o := range options {
		all = append(all, strconv.Itoa(i+1)+" "+o.Label)
	}
	return strings.Join(all, ", ")
}

// checkLabel returns the label of a check box.
func checkLabel(options []component.Option) string {
	if len(options) == 0 {
		return "on"
	}
	return options[0].Label
}

// presentValue formats the value of a field. For a secret it only says that there is one.
func presentValue(f component.Field, v component.Value) string {
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

// parseAnswer returns the value for an answer, or an error message.
func parseAnswer(f component.Field, answer string) (v component.Value, problem string) {
	switch f.Kind {
	case component.CheckField:
		on, ok := parseYesNo(answer)
		if !ok {
			return v, "answer yes or no"
		}
		return component.Value{On: on}, ""
	case component.ChoiceField, component.RadioField:
		i := optionIndex(f.Options, answer)
		if i < 0 {
			return v, fmt.Sprintf("%q is none of %s", answer, numbered(f.Options))
		}
		return component.Value{Text: f.Options[i].ID}, ""
	case component.MultiField:
		return parseSet(f, answer)
	}
	if answer == answerClear {
		answer = ""
	}
	return component.Value{Text: answer}, ""
}

// parseSet parses an answer that chooses any number of options: numbers or names, separated by commas
// or spaces.
func parseSet(f component.Field, answer string) (v component.Value, problem string) {
	if answer == answerClear {
		return v, ""
	}
	chosen := map[int]bool{}
	for word := range strings.FieldsFuncSeq(answer, func(r rune) bool { return r == ',' || r == ' ' }) {
		i := optionIndex(f.Options, word)
		if i < 0 {
			return v, fmt.Sprintf("%q is none of %s", word, numbered(f.Options))
		}
		chosen[i] = true
	}
	for i, o := range f.Options {
		if chosen[i] {
			v.Set = append(v.Set, o.ID)
		}
	}
	return v, ""
}

// optionIndex finds an option by its number, its name or a prefix of its name. It returns -1 if there
// is none. A whole name takes precedence over a prefix, because one name may be a prefix of another.
func optionIndex(options []component.Option, answer string) int {
	answer = strings.ToLower(strings.TrimSpace(answer))
	// A screen reader reads the options with their numbers, which are the quickest to type.
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
		return n - 1
	}
	prefixed := -1
	for i, o := range options {
		label, id := strings.ToLower(o.Label), strings.ToLower(o.ID)
		if answer == label || answer == id {
			return i
		}
		if prefixed < 0 && answer != "" && (strings.HasPrefix(label, answer) || strings.HasPrefix(id, answer)) {
			prefixed = i
		}
	}
	return prefixed
}

// parseYesNo parses yes or no. An empty answer means no.
func parseYesNo(answer string) (yes, ok bool) {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "true", "on":
		return true, true
	case "", "n", "no", "false", "off", answerClear:
		return false, true
	}
	return false, false
}
