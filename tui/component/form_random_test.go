package component

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// TestFormWithRandomKeys presses random keys. The form always fits its pane, shows its cursor, and
// never shows a PEM key.
func TestFormWithRandomKeys(t *testing.T) {
	t.Parallel()
	keys := []string{
		"tab", "tab", "shift+tab", "enter", "enter", "down", "up", "left", "right", " ", " ", "backspace", "delete", "ctrl+u", "ctrl+w", "ctrl+j",
		"ctrl+x", "alt+down", "alt+up", "ctrl+down", "home", "end", "pgdown", "ctrl+s", "esc", "a", "é", "世", "-", ":",
		"<text", "<" + ecKey, "<two\rlines", "<-----BEGIN EC PRIVATE KEY-----", "<👩‍💻", "<env:KEY",
	}
	for seed := range randomForms {
		dice := rand.New(rand.NewPCG(seed, 1))
		f := NewForm("Go", append(demoSections(), keyForm("key").fields.sections...)).WithCheck(demoCheck)
		pem := strings.ReplaceAll(ecParameters+ecKey, "\n", "\r")
		for range 150 {
			w, h := 1+dice.IntN(120), 1+dice.IntN(40)
			f.SetSize(w, h)
			k := keys[dice.IntN(len(keys))]
			switch {
			case dice.IntN(12) == 0:
				typeAt(f, pem[:dice.IntN(len(pem)+1)], dice.IntN(2) == 0)
			case dice.IntN(30) == 0:
				f.SetErrors(map[string]string{"headers.0": sampleTexts[3], "secret": "s", "headers.1.value": "v", "nowhere": "n"})
			case dice.IntN(8) == 0:
				endPause(f, f.pause())
			default:
				fill(f, k)
			}
			view := f.View(plainTheme())
			checkFits(t, view, w, h)
			if w > 30 && h > 2 && !strings.ContainsAny(view, "▌▏") {
				t.Fatalf("the cursor is not visible:\n%s", view)
			}
			checkLacks(t, view, "MHc")
		}
	}
}

// pause returns a command that ends the pause that the form may wait for.
func (f *Form) pause() tea.Cmd {
	return func() tea.Msg { return pauseMsg{f, f.paste.turn} }
}
