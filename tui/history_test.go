package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// testHistory runs a test with records of every kind that refer to each other.
func testHistory(t *testing.T, test func(*console)) {
	t.Helper()
	testExecuting(t, func(c *console) {
		w := c.store.AllWebhooks()[0]
		for range 3 {
			c.press("E", "d")
			c.wait(time.Second)
		}
		found, err := c.store.Deliveries(c.m.env.Context, storage.DeliveryQuery{})
		c.must(err)
		for i, d := range found {
			r := arrived(i, d.Status)
			r.ID, r.WebhookID, r.DeliveryID, r.RequestID = 0, w.ID, d.ID, d.RequestID
			c.store.Receive(r)
			receipts, err := c.store.ReceiptsOfDelivery(c.m.env.Context, d.ID)
			c.must(err)
			c.store.AddActivities(storage.Activity{Kind: storage.ActivityFailed, Text: "it happened", DeliveryID: d.ID},
				storage.Activity{Kind: storage.ActivityReceiver, Text: "it came", ReceiptID: receipts[0].ID})
		}
		c.wait(time.Second)
		test(c)
	})
}

// where describes the present view, with its selection and filter.
func where(c *console) string {
	v := c.m.views
	text := fmt.Sprint(v.current, v.env.Zoomed)
	for _, s := range v.states(v.current) {
		s.bookmark.Follows = false
		text += fmt.Sprintf(" %s %+v", s.screen.Title(), s.bookmark)
	}
	return text
}

// esc undoes any sequence of jumps. Afterwards the view, the screens over it, the filter, the selection,
// the pane and the tab are as before.
func TestEscUndoesRandomJumps(t *testing.T) {
	t.Parallel()
	keys := []string{"enter", "enter", "v", "v", "m", "m", "c", "r", "j", "k", "g", "G", "l", "h", "tab", "z", "esc", "backspace", "K", "/", "jump"}
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			testHistory(t, func(c *console) {
				rng := rand.New(rand.NewPCG(seed, 18))
				c.size(60+rng.IntN(150), 20+rng.IntN(30))
				c.press(fmt.Sprint(1 + rng.IntN(5)))
				start, path := where(c), []string{}
				for range 60 {
					if len(c.m.views.history) == 0 {
						start, path = where(c), nil
					}
					path = append(path, walk(c, rng, keys[rng.IntN(len(keys))]))
				}
				c.wait(time.Second)
				for range 1000 {
					if len(c.m.views.history) == 0 || c.m.views.backSteps() == 0 {
						break
					}
					c.press("esc")
				}
				c.wait(time.Second)
				if got := where(c); len(c.m.views.history) > 0 && c.m.views.backSteps() > 0 || got != start {
					t.Errorf("after %s and esc:\ngot  %s\nwant %s", strings.Join(path, " "), got, start)
				}
			})
		})
	}
}

// walk presses a key, unless it would change records there.
func walk(c *console, rng *rand.Rand, key string) string {
	v := c.m.views
	switch {
	case key == "r" && (v.current != screen.ViewWebhooks || v.covered()):
		return ""
	case key == "/":
		c.press("/")
		if typing(v.front()) {
			c.write([]string{"webhook:hook", "orders", "status:sent"}[rng.IntN(3)])
			c.press("enter")
			if typing(v.front()) {
				c.press("esc")
			}
		}
	case key == "jump":
		found, err := c.store.Deliveries(c.m.env.Context, storage.DeliveryQuery{})
		c.must(err)
		c.send(screen.GoMsg{View: screen.ViewDeliveries, ID: found[rng.IntN(len(found))].ID, Detail: rng.IntN(2) == 0})
	default:
		c.press(key)
	}
	if rng.IntN(2) == 0 {
		c.wait(time.Second)
	}
	return key
}

// Keys lead from a webhook to its records, the newest first, and esc leads back to the webhook. If the
// user has added to the filter, esc first removes that.
func TestAWebhookLinksToItsRecords(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		c.press("1")
		for key, view := range map[string]string{"v": "▸3 Deliveries", "r": "▸4 Receiver", "c": "▸2 Campaigns"} {
			c.press(key)
			c.wait(time.Second)
			c.see(view, "/ webhook:hook", "esc back to Webhooks")
			if key != "c" {
				c.see("following")
			}
			c.press("esc")
			c.see("▸1 Webhooks")
			c.dontSee("back to")
			c.press(key)
			c.wait(time.Second)
			c.press("/")
			c.write(" hook")
			c.press("enter")
			c.see("esc clear the filter")
			c.press("esc")
			c.see("esc back to Webhooks")
			c.press("backspace")
			c.see("▸1 Webhooks")
		}
		c.press("backspace")
		c.see("there is no earlier place to go back to")
	})
}

// A view to which a jump led gets back its earlier selection and filter.
func TestComingBackRestoresTheFilter(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		c.press("3", "/")
		c.write("status:sent")
		c.press("enter", "g", "enter", "l")
		want := where(c)
		c.press("4", "g", "v")
		c.wait(time.Second)
		c.see("▸3 Deliveries", "esc back to Receiver")
		c.dontSee("/ status:sent")
		c.press("esc", "3")
		c.wait(time.Second)
		if got := where(c); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// If the newest record was selected, it is still selected after coming back. The list follows only if
// that record is still the newest.
func TestComingBackToTheNewest(t *testing.T) {
	t.Parallel()
	for _, more := range []bool{false, true} {
		testHistory(t, func(c *console) {
			c.press("4", "G")
			c.see("following")
			want := receiverOf(c).List().SelectedID()
			c.press("v")
			if more {
				r := arrived(40, storage.StatusSent)
				r.ID = 0
				c.store.Receive(r)
				c.wait(time.Second)
			}
			c.press("esc")
			c.wait(time.Second)
			if list := receiverOf(c).List(); list.SelectedID() != want || list.Table.Following() == more {
				t.Errorf("with newer records %t: got %s selected and following %t, want %s and %t", more, list.SelectedID(), list.Table.Following(), want, !more)
			}
		})
	}
}

// Enter opens what a toast names, unless another key has been pressed since it appeared.
func TestEnterOpensWhatAToastNames(t *testing.T) {
	t.Parallel()
	fire := func(c *console) { c.press("1", "f", "d"); c.wait(100 * time.Millisecond) }
	for name, test := range map[string]struct {
		keys []string
		see  []string
	}{
		"a delivery":             {[]string{"enter"}, []string{"▸3 Deliveries", "▌Attempts", "delivered, email"}},
		"and back":               {[]string{"enter", "esc", "esc"}, []string{"▸1 Webhooks", "delivered, email"}},
		"after another key":      {[]string{"j", "enter"}, []string{"▸1 Webhooks"}},
		"a call":                 {[]string{"E", "d", "enter"}, []string{"Executions of Orders", "esc back to Webhooks"}},
		"a call after a number":  {[]string{"E", "d", "3", "enter"}, []string{"▸3 Deliveries"}},
		"the delivery only once": {[]string{"enter", "esc", "enter"}, []string{"▸3 Deliveries", "▌Attempts"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testHistory(t, func(c *console) {
				fire(c)
				c.see("enter open the delivery")
				for _, key := range test.keys {
					c.press(key)
					c.wait(100 * time.Millisecond)
				}
				c.see(test.see...)
			})
		})
	}
}
