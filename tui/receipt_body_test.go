package tui

import (
	"slices"
	"strings"
	"testing"

	"backchannel/storage"
	"backchannel/tui/screen"
	"backchannel/tui/tuitest"

	tea "github.com/charmbracelet/bubbletea"
)

// badSchema changes the first receipt to one whose body does not match the schema.
func badSchema(s *testStore) {
	s.AddFewReceipts(func(all []storage.Receipt) {
		all[0].Code = 422
		all[0].Verdicts.Schema = storage.Verdict{
			Result: storage.Fail, Word: "feedbackStatus/value", Reason: `schema /messageDeliveryFeedback/feedbackStatus/value: expected one of "sent", "bounce", got "snet", on line 6, byte 79; send exactly what was expected`,
			Checks: []storage.Check{{
				Name: "schema /messageDeliveryFeedback/feedbackStatus/value", Result: storage.Fail, Expected: `one of "sent", "bounce"`,
				Actual: `"snet"`, At: &storage.Position{Line: 6, Byte: 79}, Remedy: "send exactly what was expected: letter case and quotes count",
			}},
		}
	})
}

func TestTheFailingLineIsMarked(t *testing.T) {
	t.Parallel()
	testReceiver(t, badSchema, func(c *console) {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 30}, {200, 50}} {
			c.size(size[0], size[1])
			c.press("g")
			if !strings.Contains(c.view(), "Body │") {
				for !strings.Contains(c.view(), "SHA-256 a1") {
					c.press("l")
				}
			}
			c.press("enter")
			c.see("✗ /messageDeliveryFeedback/feedbackStatus", `6✗ "value": "sent"`, `expected one of "sent", "bounce"`)
			c.press("esc", "k")
		}
		c.size(200, 50)
		c.see("✗ value")
		c.press("b")
		c.see(`1✗{"requestId":"r1"`)
	})
}

// While the body has the focus, keys act on the body. While the list has it, they act on the list.
func TestKeysInTheBody(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(200, 50)
		c.press("g", "/")
		c.see("clear it")
		c.press("esc", "tab", "tab", "/")
		c.write("VALUE")
		c.see("1 of 1 line", "DeliveryFeedback/feedbackStatus/value", "/ VALUE")
		c.press("enter", "y")
		c.see("value at the cursor", "JSON Pointer to it", "subtree at the cursor, as JSON")
		c.press("1")
		c.press("y", "2")
		c.press("k", "y", "3")
		want := []string{"sent", "/messageDeliveryFeedback/feedbackStatus/value", "{\n  \"value\": \"sent\"\n}"}
		if !slices.Equal(c.copied, want) {
			t.Errorf("got copied texts %q, want %q", c.copied, want)
		}
		c.press("enter")
		c.see(`5▸ "feedbackStatus": {…} 1 lines`)
		c.press("n")
		c.see(`6 "value": "sent"`)
		c.press("esc")
		c.dontSee("/ VALUE", "1 of 1 line")
		c.see("▌Body")
		c.press("-")
		c.see(`4▸ "messageDeliveryFeedback": {…}`)
		c.press("esc", "y", "1")
		if got := c.copied[len(c.copied)-1]; got != string(c.store.AllReceipts()[0].Body) {
			t.Errorf("with the focus on the list, got %q copied, want the whole body", got)
		}
	})
}

func TestABodyThatIsNotJSONIsSearchedToo(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) { all[0].Body = []byte("one\r\n\xff\x1b[31mtwo\nthree") })
	}, func(c *console) {
		c.size(200, 50)
		c.press("g", "tab", "tab", "/")
		c.write(`\x1b[31mt`)
		c.see(`2 \xff\x1b[31mtwo`, "1 of 1 line")
		c.press("enter", "y")
		c.see("line at the cursor")
		c.dontSee("JSON Pointer", "enter fold")
		c.press("1")
		if len(c.copied) != 1 || c.copied[0] != "\xff\x1b[31mtwo" {
			t.Errorf("got copied texts %q, want the bytes of the second line", c.copied)
		}
	})
}

// A receipt that arrives while a person types does not turn letters into commands.
func TestSearchInTheBodyContinuesInANewerReceipt(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(200, 50)
		c.press("tab", "tab", "/")
		c.write("r")
		c.store.Receive(tuitest.Arrived(9, storage.StatusSent))
		c.wait(changeGap)
		c.wait(changeGap)
		c.write("9")
		c.see("/ r9", `2 "requestId": "r9"`, "1 of 1 line")
		if events := len(c.store.AllEvents()); events > 1 {
			t.Errorf("got %d events, want at most 1: a typed letter fired an event", events)
		}
	})
}

// The body of another receipt has no search and no folds of the previous one.
func TestSearchAndFoldsEndWithTheReceipt(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(200, 50)
		c.press("g", "tab", "tab", "-", "/")
		c.write("r1")
		c.press("enter", "shift+tab", "shift+tab", "j")
		c.dontSee("/ r1", "▸ \"messageDeliveryFeedback\"")
		c.see(`"requestId": "r2"`)
	})
}

// The body of a rejected call is scrolled to the first fault.
func TestTheFailingLineOfACallIsMarked(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(scenes(), func(s scene) bool { return s.name == "calls-refused" })
	scenes()[i].show(t, plainTheme, func(c *console) {
		c.size(200, 50)
		c.see("✗ /campaignId", `✗ "campaignId"`)
	})
}

// Keys that act on a body wait until it has been read.
func TestKeysInTheBodyWaitForIt(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(200, 50)
		c.press("g")
		r, enter := receiverOf(c), tea.KeyMsg{Type: tea.KeyEnter}
		read := r.Update(tea.KeyMsg{Type: tea.KeyDown})
		if r.Busy(enter) {
			t.Error("a key on the list waits until the body has been read")
		}
		r.Focused = screen.PaneBody
		if !r.Busy(enter) {
			t.Error("a key in the body does not wait until the body has been read")
		}
		c.send(read())
		if r.Busy(enter) {
			t.Error("a key in the body waits although the body has been read")
		}
	})
}
