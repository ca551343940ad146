package tui

import (
	"slices"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/fire"

	tea "github.com/charmbracelet/bubbletea"
)

// From a script or over a slow line, keys may come faster than commands answer.
func TestSeveralKeysInOneRead(t *testing.T) {
	t.Parallel()
	tests := map[string][]tea.KeyMsg{
		"in one message":         {{Type: tea.KeyRunes, Runes: []rune("fb")}},
		"right after each other": {keyMsg("f"), keyMsg("b")},
		"back and again":         {keyMsg("f"), keyMsg("esc"), keyMsg("f"), keyMsg("b")},
	}
	for name, keys := range tests {
		t.Run(name, func(t *testing.T) {
			testFiring(t, func(c *console) {
				for _, key := range keys {
					c.deliver(key) // without waiting for the effect of the previous one
				}
				c.settle()
				c.see("bounce, email → acme prod queued")
			})
		})
	}
}

func TestSeveralLettersInOneReadAreTyped(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nacme eins")})
		c.settle()
		c.see("Create Feedback Webhook", "acme eins")
	})
}

// A text that is pasted outside of a text field does not end the console.
func TestOnlyALoneQQuits(t *testing.T) {
	t.Parallel()
	for keys, quits := range map[string]bool{"q": true, "4q": true, "qq": true, "qjj": false} {
		testConsole(t, func(c *console) {
			c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(keys)})
			c.settle()
			if c.quit != quits {
				t.Errorf("after %s, got quit %t, want %t", keys, c.quit, quits)
			}
			if !quits {
				c.see("press it alone to quit")
			}
		})
	}
}

// Keys that are pressed before the first screen has been read wait for it.
func TestKeysBeforeTheFirstScreen(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.m.fire = fire.New(c.m.env, c.store)
		c.m.keys.awake, c.m.keys.waiting = false, typedBefore([]byte("4\x1b[A"))
		c.press("f")
		c.see("▸1 Webhooks")
		c.must(c.store.SetWebhookState(c.m.env.Context, staging().ID, storage.Paused, ""))
		c.wait(time.Second)
		c.see("▸4 Receiver", "Fire at acme prod")
	})
}

func TestKeysOfBytes(t *testing.T) {
	t.Parallel()
	var got []string
	for _, key := range keysOf([]byte("a é\r\x1b[A\x7f\t\x03数\xff\x1bOP")) {
		got = append(got, key.String())
	}
	want := []string{"a", " ", "é", "enter", "backspace", "tab", "ctrl+c", "数"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Without bracketed paste, the lines of a pasted text come as keys.
func TestATextPastedOnAListDoesNothing(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		for _, key := range []tea.KeyMsg{
			{Type: tea.KeyRunes, Runes: []rune(`{"requestId": "Cx1",`)}, {Type: tea.KeyEnter},
			{Type: tea.KeyRunes, Runes: []rune("C")}, {Type: tea.KeyEnter}, {Type: tea.KeyRunes, Runes: []rune("y")},
		} {
			c.deliver(key)
		}
		c.settle()
		c.see("looks like pasted text", "5 of 5")
		time.Sleep(pastePause)
		c.press("C")
		c.see("Clear the receiver?")
	})
}

func TestKeysThatDoNothingSayWhy(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		for _, step := range []struct{ key, want string }{
			{"Q", "Q does nothing here; ? explains"}, {"f5", "f5 does nothing here"}, {"r", "no webhook has this path"},
			{"R", "no webhook has this path"}, {"m", "names no request"}, {"v", "has no delivery here"},
		} {
			c.press(step.key)
			c.see(step.want)
		}
		c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("some text"), Paste: true})
		c.see("pasted text cannot be used here")
		c.press("/")
		c.write("status:exclude")
		c.press("enter", "P")
		c.see("no receipt to do")
		c.press("?")
		c.dontSee("pin it", "Pin it")
	})
}
