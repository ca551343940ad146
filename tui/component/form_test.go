package component

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/tui/style"
)

const pem = "-----BEGIN KEY-----\r\nabc\r\ndef\r\n-----END KEY-----\r\n"

func demoSections() []Section {
	jwt := func(v Values) bool { return v.Text("auth") == "jwt" }
	return []Section{
		{Title: "Basics", Fields: []Field{
			{ID: "name", Label: "Name", Help: "What the list calls it."},
			{ID: "channels", Label: "Channels", Kind: MultiField, Options: []Option{{"email", "Email"}, {"sms", "SMS"}}, Start: Value{Set: []string{"email"}}},
			{ID: "url", Label: "URL", Start: Value{Text: "@here"}, Note: func(Values) string { return "→ https://127.0.0.1" }},
		}},
		{Title: "Authentication", Fields: []Field{
			{ID: "auth", Label: "Method", Kind: RadioField, Options: []Option{{"none", "None"}, {"jwt", "JWT"}}},
			{ID: "alg", Label: "Algorithm", Kind: ChoiceField, Options: []Option{{"HS256", "HS256"}, {"RS256", "RS256"}}, Visible: jwt},
			{ID: "secret", Label: "Secret", Kind: SecretField, Start: Value{Kept: true}, Visible: jwt,
				Reveal: func(s string) bool { return strings.HasPrefix(s, "env:") }},
			{ID: "claims", Label: "Claims", Kind: AreaField, Start: Value{Text: "{}"}, Visible: jwt},
		}},
		{Title: "Headers", Fields: []Field{
			{ID: "headers", Label: "Headers", Kind: RowsField, Add: "add a header", Between: ":", Max: 4,
				Start: Value{Rows: []Row{{ID: "1", Name: "X-Team", Value: "blue"}, {ID: "2", Name: "X-Key", Secret: true, Kept: true}}}},
		}},
		{Title: "Options", Collapsible: true, Summary: func(Values) string { return "as usual" }, Fields: []Field{
			{ID: "skip", Label: "Skip", Kind: CheckField, Options: []Option{{"", "do not verify"}}},
		}},
	}
}

// demoCheck requires a name, and header names of letters.
func demoCheck(v Values) map[string]string {
	wrong := map[string]string{}
	if v.Text("name") == "" {
		wrong["name"] = "a name is needed"
	}
	for n, r := range v["headers"].Rows {
		if r.Name == "" || strings.Contains(r.Name, ":") {
			wrong[fmt.Sprintf("headers.%d.name", n)] = r.Name + " is not a valid name"
		}
		if r.Value == "bad" {
			wrong[fmt.Sprintf("headers.%d.value", n)] = "bad value"
		}
	}
	return wrong
}

func newForm() *Form {
	f := NewForm("Create", demoSections()).WithCheck(demoCheck)
	f.SetSize(60, 30)
	return f
}

// fill presses keys and returns the result of the last one. A key that begins with "<" is a pasted
// text.
func fill(f *Form, keys ...string) (result Result) {
	for _, k := range keys {
		m := key(k)
		if text, ok := strings.CutPrefix(k, "<"); ok {
			m = paste(text)
		}
		result, _ = f.Update(m)
	}
	return result
}

func TestFormView(t *testing.T) {
	t.Parallel()
	f := newForm()
	checkEqual(t, strings.TrimRight(text(f.View(plainTheme())), "\n"), strings.Trim(`
 Basics
 ▌ Name       ▏
              What the list calls it.
   Channels   [x] Email    [ ] SMS
   URL        @here  → https://127.0.0.1

 Authentication
   Method     (•) None  ( ) JWT

 Headers
   Headers    X-Team        blue                 [ ] secret
              X-Key         •••• kept            [x] secret
              + add a header

 ▸ Options   as usual

   Create  ctrl+s`, "\n"))
}

func TestFormShowsOnlyApplicableFields(t *testing.T) {
	t.Parallel()
	f := newForm()
	checkLacks(t, f.View(plainTheme()), "Algorithm")
	f.Focus("auth")
	fill(f, "right", "tab", "right")
	checkContains(t, f.View(plainTheme()), "▌ Algorithm  ‹ RS256 ›")
	if f.Focus("nothing") || f.Focused() != "alg" {
		t.Errorf("Focus of a missing field moved the focus to %q, want it on alg", f.Focused())
	}
}

func TestFormFocusWrapsAround(t *testing.T) {
	t.Parallel()
	f := newForm()
	order := []string{"channels", "url", "auth", "headers", "", "", "name"}
	for _, want := range order {
		if fill(f, "down"); f.Focused() == "headers" {
			fill(f, "down", "down")
		}
		if f.Focused() != want {
			t.Fatalf("got the focus on %q, want %q", f.Focused(), want)
		}
	}
	fill(f, "up", "shift+tab", "enter", "tab")
	if f.Focused() != "skip" {
		t.Fatalf("got the focus on %q in the opened section, want skip", f.Focused())
	}
}

func TestFormEveryKind(t *testing.T) {
	t.Parallel()
	f := newForm()
	if f.Changed() {
		t.Error("got changed true for a new form, want false")
	}
	fill(f, "a", "b", "enter", "right", " ", "left", " ", "tab", "ctrl+u", "<https://x\r\n", "tab", " ")
	fill(f, "tab", "right", "tab", "<"+pem, "tab", "ctrl+u", "{", "enter", "<\"a\":\r\n1}")
	f.Focus("skip")
	fill(f, " ")
	want := Values{
		"name": {Text: "ab"}, "channels": {Set: []string{"sms"}}, "url": {Text: "https://x"}, "auth": {Text: "jwt"},
		"alg": {Text: "RS256"}, "secret": {Text: strings.ReplaceAll(pem, "\r", "")}, "claims": {Text: "{\n\"a\":\n1}"},
		"headers": demoSections()[2].Fields[0].Start, "skip": {On: true},
	}
	if diff := cmp.Diff(want, f.Values()); diff != "" {
		t.Error(diff)
	}
	if !f.Changed() {
		t.Error("got changed false for an edited form, want true")
	}
	result := fill(f, "ctrl+s")
	if values := f.Values(); result != Submitted || !slices.Contains(values["channels"].Set, "sms") || !values.On("skip") {
		t.Errorf("got result %d and values %+v, want %d with the channel sms and skip on", result, values, Submitted)
	}
}

func TestFormSecretIsNeverShown(t *testing.T) {
	t.Parallel()
	f := newForm()
	f.Focus("auth")
	fill(f, "right")
	f.Focus("secret")
	checkContains(t, f.View(plainTheme()), "•••• kept")
	fill(f, "p", "w")
	checkContains(t, f.View(plainTheme()), "••▏")
	checkLacks(t, f.View(plainTheme()), "pw")
	fill(f, "backspace", "backspace")
	if v := f.Values()["secret"]; !v.Kept || f.Changed() && f.Values().Text("auth") == "none" {
		t.Errorf("got %+v for an emptied secret, want the stored one kept", v)
	}
	fill(f, "<"+pem, "x")
	checkContains(t, f.View(plainTheme()), "•••• KEY, 4 lines")
	fill(f, "backspace", "<env:KEY\n")
	checkContains(t, f.View(plainTheme()), "env:KEY")
	if v := f.Values()["secret"]; v.Text != "env:KEY" || v.Kept {
		t.Errorf("got secret %+v, want env:KEY", v)
	}
}

func TestFormRows(t *testing.T) {
	t.Parallel()
	f := newForm()
	f.Focus("headers")
	rows := func(want ...Row) {
		t.Helper()
		if diff := cmp.Diff(want, f.Values()["headers"].Rows); diff != "" {
			t.Fatal(diff)
		}
	}
	team, secret := Row{ID: "1", Name: "X-Team", Value: "blue"}, Row{ID: "2", Name: "X-Key", Secret: true, Kept: true}
	fill(f, "alt+down")
	rows(secret, team)
	f.Focus("headers")
	fill(f, "down", "down", "enter", "tab", "tab", "tab", "tab")
	rows(secret, team)
	if f.Focused() != "" {
		t.Errorf("got the focus on %q after the line that adds, want the last line", f.Focused())
	}
	f.Focus("headers")
	fill(f, "down", "down", "N", "enter", "V", "tab", " ")
	rows(secret, team, Row{Name: "N", Value: "V", Secret: true})
	fill(f, "ctrl+x", "up", "ctrl+x")
	rows(secret)
	fill(f, "up", "tab", "tab", " ")
	rows(Row{ID: "2", Name: "X-Key"})
	fill(f, " ")
	rows(secret) // as if nothing had been
}

func TestFormChecksFieldsAsTheyAreLeft(t *testing.T) {
	t.Parallel()
	f := newForm()
	checkLacks(t, f.View(plainTheme()), "✗")
	fill(f, "tab")
	checkContains(t, f.View(plainTheme()), "   Name\n              ✗ a name is needed")
	fill(f, "shift+tab", "x")
	checkLacks(t, f.View(plainTheme()), "✗")
	fill(f, "backspace", "tab")
	if result := fill(f, "ctrl+s"); result != Refused || f.Focused() != "name" {
		t.Errorf("got result %d and the focus on %q, want %d and name", result, f.Focused(), Refused)
	}
}

func TestFormErrorsFromOutside(t *testing.T) {
	t.Parallel()
	f := newForm()
	f.SetErrors(map[string]string{"url": "taken by \"acme\x1b\"", "headers.1": "twice", "skip": "never", "secret": "gone", "": "all of it", "name": ""})
	if f.Focused() != "url" {
		t.Errorf("got the focus on %q, want url", f.Focused())
	}
	f.Focus("skip")
	f.SetSize(60, 40)
	view := f.View(plainTheme())
	for _, want := range []string{`✗ taken by "acme\x1b"`, "[x] secret\n              ✗ twice", "✗ never", "✗ all of it", "✗ gone"} {
		checkContains(t, view, want)
	}
	f.Focus("url")
	fill(f, "tab", "shift+tab")
	checkContains(t, f.View(plainTheme()), "✗ taken")
	fill(f, "x")
	checkLacks(t, f.View(plainTheme()), "✗ taken")
	if fill(f, "q", "ctrl+s") != Refused {
		t.Error("a form without a name is submitted")
	}
	f.SetErrors(map[string]string{"secret": "hidden"})
	if f.Focused() != "" {
		t.Errorf("got the focus on %q for an error of a hidden field, want the last line", f.Focused())
	}
}

func TestFormCancel(t *testing.T) {
	t.Parallel()
	f := newForm()
	if got := fill(f, "esc"); got != Cancelled || f.Changed() {
		t.Errorf("got result %d and changed %t, want %d and false", got, f.Changed(), Cancelled)
	}
	if got := fill(f, "x", "esc"); got != Cancelled || !f.Changed() {
		t.Errorf("got result %d and changed %t, want %d and true", got, f.Changed(), Cancelled)
	}
}

func TestFormLastLineSubmits(t *testing.T) {
	t.Parallel()
	f := newForm()
	fill(f, "x", "shift+tab")
	if result, cmd := f.Update(struct{}{}); f.used(key("x")) || result != Editing || cmd != nil {
		t.Error("the last line handles a key other than enter")
	}
	fill(f, "up", "down")
	if fill(f, "enter") != Submitted {
		t.Error("enter on the last line does not submit")
	}
}

func TestFormKeepsTheFocusVisible(t *testing.T) {
	t.Parallel()
	f := newForm()
	f.SetSize(60, 7)
	f.Focus("auth")
	fill(f, "right")
	f.Focus("name")
	for range 30 {
		fill(f, "tab")
		view := f.View(plainTheme())
		checkFits(t, view, 60, 7)
		if field, _ := f.fields.focused(); field != nil {
			checkContains(t, view, field.Help)
		}
		checkContains(t, view, "▌")
	}
}

func TestFormStaysInItsPane(t *testing.T) {
	t.Parallel()
	sections := demoSections()
	for i := range sections {
		sections[i].Open = true
		for n := range sections[i].Fields {
			field := &sections[i].Fields[n]
			field.Visible = nil
			field.Label, field.Help = sampleTexts[n+3], sampleTexts[n+5]
			field.Note = func(Values) string { return sampleTexts[6] }
			field.Start.Text = style.Escape(sampleTexts[n+4])
		}
	}
	for _, size := range sizes {
		f := NewForm(sampleTexts[3], sections)
		f.SetErrors(map[string]string{"url": sampleTexts[9], "alg": sampleTexts[6], "headers.0": sampleTexts[4], "": sampleTexts[3]})
		f.SetSize(size[0], size[1])
		for range 25 {
			checkFits(t, f.View(colourTheme()), size[0], size[1])
			fill(f, "tab", "<"+sampleTexts[8])
		}
	}
}

// addRow types a new row on the line that adds rows.
func addRow(f *Form, name, value string) {
	rows := f.fields.inputs["headers"].(*rowsInput)
	f.Focus("headers")
	rows.goTo(len(rows.rows))
	fill(f, "enter", "<"+name, "tab", "<"+value, "tab", "tab")
}

func TestFormShowsTheErrorOfEachRow(t *testing.T) {
	t.Parallel()
	f := newForm()
	f.SetSize(60, 40)
	addRow(f, "a:", "bad")
	view := f.View(plainTheme())
	checkContains(t, view, "a: is not a valid name\n              ✗ bad value\n")
	addRow(f, "b:", "")
	f.Focus("headers")
	fill(f, "n", "up", "alt+down")
	view = f.View(plainTheme())
	checkContains(t, view, "✗ a: is not a valid name")
	checkContains(t, view, "✗ b: is not a valid name")
	f.Focus("name")
	fill(f, "x", "ctrl+s")
	if rows := f.fields.inputs["headers"].(*rowsInput); f.Focused() != "headers" || rows.at != 2 || rows.cell != nameCell {
		t.Errorf("got the cursor on %q, row %d, cell %d, want headers, 2, %d", f.Focused(), rows.at, rows.cell, nameCell)
	}
	checkContains(t, f.View(plainTheme()), "✗ a: is not a valid name")
	fill(f, "backspace")
	checkLacks(t, f.View(plainTheme()), "a: is not a valid name")
	checkContains(t, f.View(plainTheme()), "✗ b: is not a valid name")
	fill(f, "ctrl+s")
	if rows := f.fields.inputs["headers"].(*rowsInput); rows.at != 2 || rows.cell != valueCell {
		t.Errorf("got the cursor on row %d, cell %d, want 2, %d", rows.at, rows.cell, valueCell)
	}
}

// Empty new rows are ignored. The errors must not move to them.
func TestFormRowErrorsStayWithTheirRows(t *testing.T) {
	t.Parallel()
	f := newForm()
	addRow(f, "", "")
	addRow(f, "b:", "")
	checkContains(t, f.View(plainTheme()), "b:                                 [ ] secret\n              ✗ b: is not a valid name")
	f.Focus("headers")
	fill(f, "ctrl+x")
	checkContains(t, f.View(plainTheme()), "b:                                 [ ] secret\n              ✗ b: is not a valid name")
}

func TestFormRowsAreLimited(t *testing.T) {
	t.Parallel()
	f := newForm()
	addRow(f, "a", "")
	addRow(f, "b", "")
	checkContains(t, f.View(plainTheme()), "4 at most")
	rows := f.fields.inputs["headers"].(*rowsInput)
	f.Focus("headers")
	rows.goTo(len(rows.rows))
	if fill(f, "enter"); len(rows.rows) != 4 || f.Focused() != "" {
		t.Errorf("got %d rows and the focus on %q, want 4 and the last line", len(rows.rows), f.Focused())
	}
}
