package tui

import (
	"strings"
	"testing"

	"backchannel/storage"
)

// Where a body is sent, with which headers and which token, is a matter of the form.
func TestResendWithControl(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "R")
		c.see("Where and how", "to acme prod, a new token")
		c.press("shift+tab", "space", "tab") // the section is open
		c.see("‹ acme prod ›")
		c.press("right")
		c.press("left", "left") // the last choice
		c.see("‹ a URL ›")
		c.press("ctrl+s")
		c.see("is needed; give an HTTPS URL")
		c.write("ftp://x")
		c.press("tab")
		c.see("https")
		c.press("shift+tab")
		for range "ftp://x" {
			c.press("backspace")
		}
		c.write("https://hooks.example.com/x")
		c.press("tab", "right", "tab", "enter")
		c.write("X-More")
		c.press("tab")
		c.write("1")
		c.press("ctrl+s")
		c.see("resent to https://hooks.example.com/x: 204")
		if len(c.resent) != 1 || !strings.HasPrefix(c.resent[0], "https://hooks.example.com/x {") {
			t.Fatalf("sent is %q", c.resent)
		}
		if n := len(c.sender.Headers); n == 0 || c.sender.Headers[n-1] != (storage.HeaderField{Name: "X-More", Value: "1"}) || c.sender.Auth.Type == storage.AuthJWT {
			t.Errorf("the sender is %+v", c.sender)
		}
	})
}

func TestResendToAnotherWebhook(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "R", "shift+tab", "space", "tab", "right")
		c.see("‹ staging ›")
		c.press("ctrl+s")
		if e := lastOf(c.store.AllEvents()); e.WebhookID != staging().ID {
			t.Errorf("sent is %+v", e)
		}
	})
}

// Without an editor the form says so, and stays.
func TestResendWithoutAnEditor(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "R", "ctrl+o")
		c.see("$EDITOR is not set", "Edit and resend to acme prod")
	})
}
