package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// The form determines where a body is sent, with which headers and with which token.
func TestResendWithOtherHeadersAndToken(t *testing.T) {
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
			t.Fatalf("got %q resent, want one request to https://hooks.example.com/x", c.resent)
		}
		if n := len(c.sender.Headers); n == 0 || c.sender.Headers[n-1] != (storage.HeaderField{Name: "X-More", Value: "1"}) || c.sender.Auth.Type == storage.AuthJWT {
			t.Errorf("got sender %+v, want one with the header X-More and no token", c.sender)
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
			t.Errorf("got event %+v, want one for staging", e)
		}
	})
}

// Without an editor, the form says so and stays open.
func TestResendWithoutAnEditor(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "R", "ctrl+o")
		c.see("$EDITOR is not set", "Edit and resend to acme prod")
	})
}

// A delivery has the same form as a receipt.
func TestResendOfADelivery(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g", "R")
		c.see("Edit and resend to acme prod", "Where and how", "to acme prod, a new token", `"requestId": "r"`)
		c.press("shift+tab", "space", "tab", "right")
		c.see("‹ staging ›")
		c.press("ctrl+s")
		c.wait(time.Second)
		if e := lastOf(c.store.AllEvents()); e.WebhookID != staging().ID {
			t.Errorf("got event %+v, want one for staging", e)
		}
		c.store.Attempt(c.store.AllDeliveries()[4].ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{
			Code: 400, RequestHeaders: []storage.HeaderField{{Name: ":method", Value: "POST"}, {Name: "authorization", Value: "Bearer old", Secret: true}},
		}})
		c.wait(time.Second)
		c.press("g", "j", "j", "j", "j", "R", "shift+tab", "space", "tab", "tab", "right") // the old token
		c.press("ctrl+s")
		c.see("resent to https://127.0.0.1:9443/feedback/myImsOrg/prod: 204")
		if len(c.resent) != 1 || !strings.Contains(c.resent[0], `{"requestId":"r"`) {
			t.Errorf("got %q resent, want one request with the delivery's payload", c.resent)
		}
		if want := []storage.HeaderField{{Name: "authorization", Value: "Bearer old"}}; !slices.Equal(c.sender.Headers, want) {
			t.Errorf("got headers %v, want %v", c.sender.Headers, want)
		}
	})
}

// A delivery that waits for its first attempt has no old token.
func TestResendOfADeliveryThatWasNotSent(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g", "j", "j", "j", "R", "shift+tab", "space", "tab", "tab", "right", "ctrl+s")
		c.see("nothing was sent yet that has one; send it with a new one")
		c.press("esc")
		c.see("Leave without sending?")
	})
}
