package component

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	ecParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
	ecKey        = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIabc\ndefghijkl==\n-----END EC PRIVATE KEY-----\n"
)

// keyForm has a secret, a key, and fields after them.
func keyForm(at string) *Form {
	f := NewForm("Go", []Section{{Title: "Keys", Fields: []Field{
		{ID: "before", Label: "Before", Kind: ChoiceField, Options: []Option{{"a", "A"}, {"b", "B"}}},
		{ID: "secret", Label: "Secret", Kind: SecretField},
		{ID: "key", Label: "Private key", Kind: SecretField, PEM: true},
		{ID: "after", Label: "After"},
		{ID: "notes", Label: "Notes", Kind: AreaField},
		{ID: "rows", Label: "Rows", Kind: RowsField, Start: Value{Rows: []Row{{Name: "n"}}}},
	}}})
	f.SetSize(110, 16)
	f.Focus(at)
	return f
}

// typeAt sends text as a terminal without bracketed paste does. Each run of letters is one message,
// as the console passes it on, or else each letter is a message.
func typeAt(f *Form, text string, runs bool) (waiting tea.Cmd) {
	var run []rune
	send := func(key tea.KeyMsg) {
		if _, cmd := f.Update(key); cmd != nil {
			waiting = cmd
		}
	}
	flush := func() {
		if len(run) > 0 {
			send(tea.KeyMsg{Type: tea.KeyRunes, Runes: run, Paste: len(run) > 1})
			run = nil
		}
	}
	for _, r := range text {
		switch r {
		case '\r', '\n', '\t', ' ':
			flush()
			k := map[rune]tea.KeyMsg{'\r': {Type: tea.KeyEnter}, '\n': {Type: tea.KeyCtrlJ}, '\t': {Type: tea.KeyTab}, ' ': {Type: tea.KeySpace, Runes: []rune{' '}}}[r]
			send(k)
		default:
			if run = append(run, r); !runs {
				flush()
			}
		}
	}
	flush()
	return waiting
}

// endPause ends the pause that a form may wait for after a paste.
func endPause(f *Form, waiting tea.Cmd) {
	if waiting != nil {
		f.Update(waiting())
	}
}

func TestATypedPEMStaysTogether(t *testing.T) {
	t.Parallel()
	indented := "   " + strings.ReplaceAll(strings.TrimSpace(ecKey), "\n", "\n   ")
	for name, test := range map[string]struct{ typed, want string }{
		"as it is":            {ecKey, ecKey},
		"no last line break":  {strings.TrimSpace(ecKey), ecKey},
		"carriage returns":    {strings.ReplaceAll(ecKey, "\n", "\r"), ecKey},
		"CRLF":                {strings.ReplaceAll(ecKey, "\n", "\r\n"), ecKey},
		"two breaks each":     {strings.ReplaceAll(ecKey, "\n", "\r\r"), ecKey},
		"indented":            {indented, ecKey},
		"on one line":         {strings.ReplaceAll(ecKey, "\n", " "), strings.Replace(ecKey, "\nd", " d", 1)},
		"escaped":             {strings.ReplaceAll(ecKey, "\n", `\n`), ecKey},
		"parameters before":   {strings.ReplaceAll(ecParameters+ecKey, "\n", "\r"), ecParameters + ecKey},
		"blocks side by side": {strings.ReplaceAll(ecKey+ecParameters, "\n", "\r"), ecKey + ecParameters},
	} {
		for _, runs := range []bool{true, false} {
			f := keyForm("key")
			waiting := typeAt(f, test.typed, runs)
			if got := f.Values().Text("key"); got != test.want {
				t.Errorf("%s: got key %q, want %q", name, got, test.want)
			}
			if f.Focused() != "key" {
				t.Errorf("%s: got the focus on %q, want key", name, f.Focused())
			}
			checkLacks(t, f.View(plainTheme()), "MHc")
			endPause(f, waiting)
			if fill(f, "enter"); f.Focused() != "after" {
				t.Errorf("%s: enter leads to %q, want after", name, f.Focused())
			}
			if v := f.Values(); v.Text("after")+v.Text("secret")+v.Text("notes") != "" {
				t.Errorf("%s: got values %v, want only the key changed", name, v)
			}
		}
	}
}

func TestAPastedPEMIsTidied(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.ReplaceAll(ecKey, "\n", "\r"), "\n  " + strings.ReplaceAll(ecKey, "\n", "\r\n  "), strings.ReplaceAll(ecKey, "\n", "\r\r"), strings.ReplaceAll(ecKey, "\n", `\n`)} {
		f := keyForm("key")
		fill(f, "<"+text)
		if got := f.Values().Text("key"); got != ecKey {
			t.Errorf("got key %q after pasting %q, want %q", got, text, ecKey)
		}
		checkContains(t, f.View(plainTheme()), "•••• EC PRIVATE KEY, 4 lines")
	}
}

// Wherever the cursor is, a pasted key is never shown, and its line breaks move the cursor nowhere.
func TestAPEMInTheWrongField(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"before", "after", "notes", "rows"} {
		for _, how := range []func(*Form){
			func(f *Form) { typeAt(f, strings.ReplaceAll(ecKey, "\n", "\r"), true) },
			func(f *Form) { typeAt(f, ecKey, false) },
			func(f *Form) { f.Update(paste(ecKey)) },
		} {
			f := keyForm(at)
			how(f)
			if f.Focused() != "key" || f.Values().Text("key") != ecKey {
				t.Errorf("at %s: got the focus on %q and key %q, want key and %q", at, f.Focused(), f.Values().Text("key"), ecKey)
			}
			f = keyForm("key")
			fill(f, "<"+ecKey)
			f.Focus(at)
			before := f.Values()
			how(f)
			view := f.View(plainTheme())
			checkContains(t, view, "left out; paste it into Private key.")
			checkLacks(t, view, "MHc")
			checkLacks(t, view, "BEGIN")
			for id, v := range f.Values() {
				if !v.equal(before[id]) {
					t.Errorf("at %s: the value of %s changed to %+v", at, id, v)
				}
			}
		}
	}
}

func TestAPEMThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	broken := strings.TrimSuffix(ecKey, "-----END EC PRIVATE KEY-----\n")
	f := keyForm("key")
	typeAt(f, broken, true)
	checkContains(t, f.View(plainTheme()), "•••• EC PRIVATE KEY, 3 lines so far")
	if fill(f, "tab"); f.Focused() != "after" || f.Values().Text("key") != broken {
		t.Errorf("got the focus on %q and key %q after tab, want after and %q", f.Focused(), f.Values().Text("key"), broken)
	}
	f = keyForm("key")
	typeAt(f, broken, true)
	if fill(f, "backspace", "x"); f.Values().Text("key") != "x" {
		t.Errorf("got key %q after backspace, want x", f.Values().Text("key"))
	}
}

func TestASecretOfTwoLinesStaysInItsField(t *testing.T) {
	t.Parallel()
	f := keyForm("secret")
	waiting := typeAt(f, "c2VjcmV0IG9m\rdHdvIGxpbmVz\r", true)
	if f.Focused() != "secret" || f.Values().Text("secret") != "c2VjcmV0IG9m\ndHdvIGxpbmVz" {
		t.Errorf("got the focus on %q and secret %q, want secret and both lines", f.Focused(), f.Values().Text("secret"))
	}
	endPause(f, waiting)
	if fill(f, "enter"); f.Focused() != "key" {
		t.Errorf("enter leads to %q, want key", f.Focused())
	}
}

func TestEnterAfterAFastPasteStillMovesOn(t *testing.T) {
	t.Parallel()
	f := keyForm("secret")
	endPause(f, typeAt(f, "one-line\r", true))
	if f.Focused() != "key" || f.Values().Text("secret") != "one-line" {
		t.Errorf("got the focus on %q and secret %q, want key and one-line", f.Focused(), f.Values().Text("secret"))
	}
	f = keyForm("secret")
	if typeAt(f, "one-line\r\t", true); f.Focused() != "after" {
		t.Errorf("enter and tab lead to %q, want after", f.Focused())
	}
}
