package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
)

// fired returns the fired events, the oldest first.
func fired(c *console) (all []string) {
	for _, e := range c.store.AllEvents() {
		all = append(all, fmt.Sprintf("%s %s %s %s", e.Status, e.Channel, e.Variant, e.Misbehave))
	}
	return all
}

// burst fires n events at 100 a second.
func (c *console) burst(n int) {
	c.press("f", "B", "ctrl+u")
	c.write(fmt.Sprint(n))
	c.press("tab", "ctrl+u")
	c.write("100")
	c.press("ctrl+s")
	c.wait(time.Second)
}

func TestRepeatingABurstAsksFirst(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{{"."}, {"f", "."}} {
		testFiring(t, func(c *console) {
			c.burst(30)
			count := func() int { return len(c.store.AllEvents()) }
			c.press(keys...)
			c.see("Fire the burst again?", "30 × bounce, email at acme prod, 100 a second.", "y fire 30")
			c.press("enter") // which means no
			c.wait(time.Second)
			if n := count(); n != 30 {
				t.Fatalf("%v: got %d events after no, want 30", keys, n)
			}
			c.press(keys...)
			c.press("y")
			c.wait(time.Second)
			if n := count(); n != 60 {
				t.Errorf("%v: got %d events after yes, want 60", keys, n)
			}
			c.press("f", "b", ".")
			c.wait(time.Second)
			if n := count(); n != 62 {
				t.Errorf("%v: got %d events, want 62, because a single event is repeated without a question", keys, n)
			}
		})
	}
}

func TestAnyEventCanMisbehave(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.must(c.store.SaveFixture(c.m.env.Context, storage.SavedFixture{Name: "odd", Revision: storage.Classic, Channel: storage.SMS, Status: storage.StatusBounce, Payload: []byte(`{}`)}))
		c.wait(time.Second)
		c.press("f", "!")
		c.see("Misbehave at acme prod: bounce, email, but…", "tab another event")
		c.press("tab")
		c.see("Which event misbehaves at acme prod?", "Admin Failure (25, Ignored)")
		c.press("s")
		c.see("Misbehave at acme prod: sent, email, but…")
		c.press("1", "f", "!")
		c.see("sent, email, but…") // the last one
		c.press("tab", "up", "down", "down", "enter", "8")
		c.press("f", "!", "tab", "down", "down", "down", "down", "enter") // the saved one is the last
		c.see("Misbehave at acme prod: odd, sms, but…", "which a saved fixture is not")
		c.press("0") // cannot be picked
		c.press("7")
		c.press("f", "!")
		c.see("Misbehave at acme prod: odd, sms, but…")
		c.wait(time.Second)
		want := []string{"sent email  expired", "bounce email  truncated", "bounce sms  tampered-body"}
		if got := fired(c); !slices.Equal(got, want) {
			t.Errorf("fired %q, want %q", got, want)
		}
	})
}

func TestVariantsAreThoseOfTheEventAtTheCursor(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "down", "down", "down", "v")
		c.see("there is one kind of error on email: Timeout (24, Ignored)", "Fire at acme prod")
		c.dontSee("Which bounce")
		c.press("c", "v") // on SMS there are many
		c.see("Which error?", "Temporary delivery failure")
		c.dontSee("Message unroutable", "Blocked")
		c.press("down", "enter")
		c.see("error 403")
		c.press("v", "enter") // the cursor begins at the current variant
		c.see("error 403")
		c.press("enter") // the cursor is still on error
		c.press("f", "v")
		c.see("Which bounce or error?", "Message unroutable", "error: Internal error")
		c.press("esc", "esc", "f", "down", "down", "v")
		c.see("Which bounce or error?")
		c.press("esc", "esc")
		c.wait(time.Second)
		if got, want := fired(c), []string{"error sms 403 "}; !slices.Equal(got, want) {
			t.Errorf("fired %q, want %q", got, want)
		}
	})
}
