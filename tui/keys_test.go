package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// A script and a slow line bring keys faster than commands answer.
func TestKeysThatComeTogether(t *testing.T) {
	tests := map[string][]tea.KeyMsg{
		"in one message":         {{Type: tea.KeyRunes, Runes: []rune("fb")}},
		"right after each other": {keyMsg("f"), keyMsg("b")},
		"back and again":         {keyMsg("f"), keyMsg("esc"), keyMsg("f"), keyMsg("b")},
	}
	for name, keys := range tests {
		t.Run(name, func(t *testing.T) {
			testFiring(t, func(c *console) {
				for _, key := range keys {
					c.deliver(key) // without waiting for what the one before brings about
				}
				c.settle()
				c.see("bounce, email → acme prod queued")
			})
		})
	}
}

func TestLettersThatComeTogetherAreTyped(t *testing.T) {
	testConsole(t, func(c *console) {
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nacme eins")})
		c.settle()
		c.see("Create Feedback Webhook", "acme eins")
	})
}

// A text pasted where nobody types does not end the console.
func TestQuitsOnlyAtItsLastKey(t *testing.T) {
	for keys, quits := range map[string]bool{"q": true, "3q": true, "qq": true, "quick": false} {
		testConsole(t, func(c *console) {
			c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(keys)})
			c.settle()
			if c.quit != quits {
				t.Errorf("%s quits: %v", keys, c.quit)
			}
			if !quits {
				c.see("press it alone to quit")
			}
		})
	}
}
