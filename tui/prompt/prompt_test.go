package prompt_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/tui/component"
	"backchannel/tui/prompt"
)

// A fakeTerminal gives prepared answers, and records what is printed.
type fakeTerminal struct {
	answers []string
	printed []string
	secrets int // how many answers were read without an echo
}

func (f *fakeTerminal) Say(text string) { f.printed = append(f.printed, text) }

func (f *fakeTerminal) Ask(_ context.Context, question string) (string, error) {
	f.Say(question)
	if len(f.answers) == 0 {
		return "", io.EOF
	}
	answer := f.answers[0]
	f.answers = f.answers[1:]
	return answer, nil
}

func (f *fakeTerminal) AskSecret(ctx context.Context, question string) (string, error) {
	f.secrets++
	return f.Ask(ctx, question)
}

func (f *fakeTerminal) hasPrinted(text string) bool {
	return slices.ContainsFunc(f.printed, func(line string) bool { return strings.Contains(line, text) })
}

func options() []component.Option {
	return []component.Option{{ID: "email", Label: "Email"}, {ID: "sms", Label: "SMS"}, {ID: "smtp", Label: "SMTP"}}
}

func TestValues(t *testing.T) {
	text := func(s string) component.Value { return component.Value{Text: s} }
	rows := func(all ...component.Row) component.Value { return component.Value{Rows: all} }
	for name, test := range map[string]struct {
		field   component.Field
		answers []string
		want    component.Value
		printed string
	}{
		"text":              {component.Field{Label: "Name"}, []string{"acme prod"}, text("acme prod"), "Name: "},
		"kept":              {component.Field{Label: "Name", Start: text("acme")}, []string{""}, text("acme"), "Name [acme]: "},
		"emptied":           {component.Field{Label: "Name", Start: text("acme")}, []string{"-"}, text(""), "Name [acme]: "},
		"explained":         {component.Field{Label: "Name", Help: "What it is called."}, []string{"?", "a"}, text("a"), "What it is called."},
		"note":              {component.Field{Label: "ID", Note: func(component.Values) string { return "a new one" }}, []string{""}, text(""), "ID [empty: a new one]: "},
		"choice by number":  {component.Field{Label: "Ch", Kind: component.ChoiceField, Options: options(), Start: text("email")}, []string{"2"}, text("sms"), "Ch, one of 1 Email, 2 SMS, 3 SMTP [Email]: "},
		"choice by name":    {component.Field{Kind: component.RadioField, Options: options()}, []string{"sms"}, text("sms"), ""},
		"choice by letters": {component.Field{Kind: component.RadioField, Options: options()}, []string{"smt"}, text("smtp"), ""},
		"choice of none":    {component.Field{Kind: component.RadioField, Options: options()}, []string{"9", "0", "fax", "1"}, text("email"), `"fax" is none of 1 Email, 2 SMS, 3 SMTP`},
		"some":              {component.Field{Label: "Ch", Kind: component.MultiField, Options: options(), Start: component.Value{Set: []string{"sms"}}}, []string{"3, email"}, component.Value{Set: []string{"email", "smtp"}}, "with commas between [SMS]: "},
		"some of none":      {component.Field{Kind: component.MultiField, Options: options()}, []string{"1,fax", "-"}, component.Value{}, `"fax" is none of`},
		"check":             {component.Field{Label: "Verification", Kind: component.CheckField, Options: []component.Option{{Label: "skip it"}}}, []string{"maybe", "YES"}, component.Value{On: true}, "Verification, skip it, yes or no [no]: "},
		"secret kept":       {component.Field{Label: "Secret", Kind: component.SecretField, Start: component.Value{Kept: true}}, []string{""}, component.Value{Kept: true}, "Secret [kept]: "},
		"secret":            {component.Field{Label: "Secret", Kind: component.SecretField, Start: component.Value{Kept: true}}, []string{"x"}, text("x"), ""},
		"key":               {component.Field{Kind: component.SecretField, PEM: true}, []string{"-----BEGIN KEY-----", "abc", "-----END KEY-----"}, text("-----BEGIN KEY-----\nabc\n-----END KEY-----\n"), ""},
		"key elsewhere":     {component.Field{Kind: component.SecretField, PEM: true}, []string{"env:KEY"}, text("env:KEY"), ""},
		"rows":              {component.Field{Label: "Headers", Kind: component.RowsField, Between: ":"}, []string{"X-A: 1", "nothing", "secret X-B", "hush", "remove 3", "remove 1", ""}, rows(component.Row{Name: "X-B", Value: "hush", Secret: true}), "Headers 2. X-B: kept secret"},
		"rows kept":         {component.Field{Label: "Headers", Kind: component.RowsField, Start: rows(component.Row{ID: "7", Name: "X-A", Secret: true, Kept: true})}, []string{""}, rows(component.Row{ID: "7", Name: "X-A", Secret: true, Kept: true}), "Headers 1. X-A= kept secret"},
		"rows emptied":      {component.Field{Label: "Rules", Kind: component.RowsField, Pairs: true, Between: "=", Start: rows(component.Row{Name: "a"})}, []string{"-", "b = c=d", ""}, rows(component.Row{Name: "b", Value: "c=d"}), "Rules: none."},
		"checked": {component.Field{Label: "Name", Check: func(v component.Values) string {
			if v.Text("f") == "" {
				return "is needed"
			}
			return ""
		}}, []string{"", "-", "a"}, text("a"), "Error: is needed"},
	} {
		t.Run(name, func(t *testing.T) {
			test.field.ID = "f"
			f := &fakeTerminal{answers: test.answers}
			got, err := prompt.Filler{Terminal: f}.Fill(t.Context(), []component.Section{{Title: "Basic", Fields: []component.Field{test.field}}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got["f"]); diff != "" {
				t.Error(diff)
			}
			if !f.hasPrinted(test.printed) || len(f.answers) > 0 {
				t.Errorf("got unread answers %q, want none, and %q among the printed lines:\n%s", f.answers, test.printed, strings.Join(f.printed, "\n"))
			}
			if test.field.Kind == component.SecretField != (f.secrets > 0) && name != "rows" {
				t.Errorf("got %d answers read without an echo in a field of kind %v", f.secrets, test.field.Kind)
			}
		})
	}
}

func form() []component.Section {
	return []component.Section{
		{Title: "Basic", Fields: []component.Field{
			{ID: "auth", Label: "Auth", Kind: component.CheckField},
			{ID: "secret", Label: "Secret", Visible: func(v component.Values) bool { return v.On("auth") }},
		}},
		{Title: "More", Collapsible: true, Summary: func(component.Values) string { return "10s" }, Fields: []component.Field{{ID: "timeout", Label: "Timeout", Start: component.Value{Text: "10s"}}}},
	}
}

func TestFormsAskOnlyForApplicableFields(t *testing.T) {
	for answers, want := range map[string]string{
		"no,no":             "",
		"yes,s,":            "Secret: ",
		"no,what,yes,20s":   "Timeout [10s]: ",
		"yes,s,y,":          "More: 10s. Change them? yes or no [no]: ",
		"?,yes,s,no":        "Auth, on, yes or no [no]: ",
		"nonsense,yes,s,no": "Error: answer yes or no",
	} {
		f := &fakeTerminal{answers: strings.Split(answers, ",")}
		v, err := prompt.Filler{Terminal: f}.Fill(t.Context(), form(), nil)
		if err != nil || !f.hasPrinted(want) || len(f.answers) > 0 {
			t.Errorf("%s: got error %v, values %v and printed lines %q, want %q printed and every answer read", answers, err, v, f.printed, want)
		}
		if asked := f.hasPrinted("Secret"); asked != v.On("auth") {
			t.Errorf("%s: got secret asked for %t, want %t", answers, asked, v.On("auth"))
		}
	}
}

func TestADotOrTheEndOfTheInputEndsAForm(t *testing.T) {
	for answers, want := range map[string]error{".": prompt.ErrQuit, "no,.": prompt.ErrQuit, "yes": io.EOF, "yes,.": prompt.ErrQuit, "no,yes,.": prompt.ErrQuit} {
		f := &fakeTerminal{answers: strings.Split(answers, ",")}
		if _, err := (prompt.Filler{Terminal: f}).Fill(t.Context(), form(), nil); !errors.Is(err, want) {
			t.Errorf("%s: got error %v, want %v", answers, err, want)
		}
	}
}

// Correct asks again for the fields that were rejected on saving, each after its error.
func TestCorrect(t *testing.T) {
	f := &fakeTerminal{answers: []string{"yes", "30s"}}
	values := component.Values{"timeout": {Text: "1h"}}
	wrong := map[string]string{"auth": "is needed", "timeout": "is too long", "version": "is old", "secret": "is hidden"}
	if err := (prompt.Filler{Terminal: f}).Correct(t.Context(), form(), values, wrong, nil); err != nil {
		t.Fatal(err)
	}
	if !values.On("auth") || values.Text("timeout") != "30s" {
		t.Errorf("got values %v, want auth on and a timeout of 30s", values)
	}
	for _, want := range []string{"Error: Auth: is needed", "Error: Timeout: is too long", "Error: version: is old", "Error: secret: is hidden"} {
		if !f.hasPrinted(want) {
			t.Errorf("got printed lines %q, want %q among them", f.printed, want)
		}
	}
	if err := (prompt.Filler{Terminal: f}).Correct(t.Context(), form(), values, map[string]string{"version": "is old"}, nil); err == nil {
		t.Error("an error that no field can correct was accepted")
	}
}
