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

// typeAt sends text as a terminal without bracketed paste does: in keys, each run of
// letters one message as the console passes it on, or each letter a message.
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

// rest lets the time pass that a form waits for.
func rest(f *Form, waiting tea.Cmd) {
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
				t.Errorf("%s: the key is %q, want %q", name, got, test.want)
			}
			if f.Focused() != "key" {
				t.Errorf("%s: the cursor went to %q", name, f.Focused())
			}
			lacks(t, f.View(plainTheme()), "MHc")
			rest(f, waiting)
			if fill(f, "enter"); f.Focused() != "after" {
				t.Errorf("%s: afterwards enter leads to %q", name, f.Focused())
			}
			if v := f.Values(); v.Text("after")+v.Text("secret")+v.Text("notes") != "" {
				t.Errorf("%s: something ran into another field: %v", name, v)
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
			t.Errorf("%q became %q", text, got)
		}
		has(t, f.View(plainTheme()), "•••• EC PRIVATE KEY, 4 lines")
	}
}

// Wherever the cursor is, a key is never seen, and nothing moves on because of it.
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
				t.Errorf("at %s: the cursor is on %q, the key is %q", at, f.Focused(), f.Values().Text("key"))
			}
			f = keyForm("key")
			fill(f, "<"+ecKey)
			f.Focus(at)
			before := f.Values()
			how(f)
			view := f.View(plainTheme())
			has(t, view, "left out; paste it into Private key.")
			lacks(t, view, "MHc")
			lacks(t, view, "BEGIN")
			for id, v := range f.Values() {
				if !v.equal(before[id]) {
					t.Errorf("at %s: %s became %+v", at, id, v)
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
	has(t, f.View(plainTheme()), "•••• EC PRIVATE KEY, 3 lines so far")
	if fill(f, "tab"); f.Focused() != "after" || f.Values().Text("key") != broken {
		t.Errorf("tab leads to %q with the key %q", f.Focused(), f.Values().Text("key"))
	}
	f = keyForm("key")
	typeAt(f, broken, true)
	if fill(f, "backspace", "x"); f.Values().Text("key") != "x" {
		t.Errorf("backspace leaves %q", f.Values().Text("key"))
	}
}

func TestASecretOfTwoLinesStaysInItsField(t *testing.T) {
	t.Parallel()
	f := keyForm("secret")
	waiting := typeAt(f, "c2VjcmV0IG9m\rdHdvIGxpbmVz\r", true)
	if f.Focused() != "secret" || f.Values().Text("secret") != "c2VjcmV0IG9m\ndHdvIGxpbmVz" {
		t.Errorf("the cursor is on %q, the secret is %q", f.Focused(), f.Values().Text("secret"))
	}
	rest(f, waiting)
	if fill(f, "enter"); f.Focused() != "key" {
		t.Errorf("afterwards enter leads to %q", f.Focused())
	}
}

func TestEnterAfterAFastPasteStillMovesOn(t *testing.T) {
	t.Parallel()
	f := keyForm("secret")
	rest(f, typeAt(f, "one-line\r", true))
	if f.Focused() != "key" || f.Values().Text("secret") != "one-line" {
		t.Errorf("the cursor is on %q, the secret is %q", f.Focused(), f.Values().Text("secret"))
	}
	f = keyForm("secret")
	if typeAt(f, "one-line\r\t", true); f.Focused() != "after" {
		t.Errorf("enter and tab lead to %q", f.Focused())
	}
}
