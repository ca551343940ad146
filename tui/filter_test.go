package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

// The filter works in the same way in every view: completions are dim and accepted with tab, up
// recalls the filters used in that view, and an error waits until its term is complete.
func TestTheFilterIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		keys                     []string // to the list
		key, begun, value, wrong string
	}{
		"webhooks":   {[]string{"1"}, "state:", "sta", "active", "state:x"},
		"campaigns":  {[]string{"2"}, "status:", "st", "draft", "status:x"},
		"calls":      {[]string{"2", "c"}, "request:", "req", "", "code:x"},
		"messages":   {[]string{"2", "m"}, "outcome:", "out", "delivered", "state:x"},
		"deliveries": {[]string{"3"}, "status:", "statu", "sent", "state:x"},
		"receiver":   {[]string{"4"}, "schema:", "sch", "pass", "auth:x"},
		"activity":   {[]string{"5"}, "kind:", "ki", "webhook", "kind:x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testHistory(t, func(c *console) {
				c.wait(time.Minute)
				c.size(200, 40)
				c.press(test.keys...)
				c.wait(time.Second)
				c.press("/")
				c.see("/ ▏", "tab complete")
				c.write(test.begun)
				c.see(test.begun + "▏" + test.key[len(test.begun):])
				c.press("tab")
				c.see("/ " + test.key)
				if test.value != "" {
					c.press("tab")
					c.see("/ " + test.key + test.value + "▏")
					c.press("shift+tab", "tab") // to another value and back
					c.see("/ " + test.key + test.value + "▏")
				}
				c.press("ctrl+u")
				c.write(test.wrong)
				c.dontSee("filter, column")
				c.write(" ")
				c.see("filter, column", "^")
				c.press("backspace", "enter") // which finishes it
				c.see("filter, column", "^")
				c.press("ctrl+u")
				c.write("zzz nowhere")
				c.see("0 of ")
				c.press("enter", "/", "ctrl+u")
				c.write("e")
				c.press("enter", "esc", "/")
				c.see("up earlier")
				c.write("ne")
				c.press("up", "up")
				c.see("/ zzz nowhere▏")
				c.press("down")
				c.see("/ e▏")
				c.press("down")
				c.see("/ ne▏")
				c.press("esc", "/", "up", "up", "up", "enter")
				c.see("/ zzz nowhere", "0 of ")
				c.press("esc")
				c.dontSee("zzz")
			})
		})
	}
}

// A view does not recall the filters of another one.
func TestEachViewRecallsItsOwnFilters(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		c.press("3", "/")
		c.write("sent")
		c.press("enter", "4", "/", "up")
		c.see("/ ▏")
		c.dontSee("sent▏")
	})
}

// The line of the filter shows how many of all records match the complete terms.
func TestTheFilterCounts(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(3350), func(c *console) {
		c.press("/")
		c.write("person77")
		c.wait(time.Second)
		c.see("/ person77▏ 11 of 3,350")
		c.write(" status:bo")
		c.wait(time.Second)
		c.see("11 of 3,350")
		c.press("tab", "enter")
		c.wait(time.Second)
		c.see("/ person77 status:bounce", "0 of 3,350")
		r := arrived(4000, storage.StatusBounce)
		r.ID, r.Identity = 0, "person77@new.test"
		c.store.Receive(r)
		c.wait(time.Second)
		c.see("1 of 3,351")
	})
}

// Names are completed too, and quoted if necessary.
func TestTheFilterCompletesNames(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("/")
		c.write("webhook:ac")
		c.see("acme prod")
		c.press("tab", "enter")
		c.wait(time.Second)
		c.see(`/ webhook:"acme prod"`, " of 5")
		c.press("/")
		c.write(" -identity:")
		c.press("tab", "enter")
		c.wait(time.Second)
		c.see(`/ webhook:"acme prod" -identity:`)
	})
}
