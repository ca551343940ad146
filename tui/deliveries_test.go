package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/deliveries"
	"backchannel/tui/screen"
)

func testDeliveries(t *testing.T, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		fewDeliveries(c.store)
		c.store.changed(storage.ChangedAll)
		c.wait(time.Second)
		c.press("2")
		c.size(200, 30)
		test(c)
	})
}

func TestDeliveriesJoinTheirReceipts(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.press("g")
		c.see("✗ failed bounce", "401", "✗ auth", "auth: exp: expected" /* once, not twice */)
		c.miss("auth: auth:")
	})
}

func TestNextAttemptTicks(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.see("retrying: attempt 3 of 6 in 30 s", "due in 30 s")
		c.wait(10 * time.Second)
		c.see("retrying: attempt 3 of 6 in 20 s", "due in 20 s")
	})
}

func TestRetryCancelAndReplay(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.press("t")
		if state := c.store.deliveries[4].State; state != storage.Queued {
			t.Errorf("after t it is %s", state)
		}
		c.press("X")
		c.see("Cancel this delivery?")
		c.press("y")
		c.wait(time.Second)
		if state := c.store.deliveries[4].State; state != storage.Cancelled {
			t.Errorf("after X it is %s", state)
		}
		c.miss("t retry now", "X cancel")
		if n := strings.Count(c.screen(), "acme prod cancelled"); n != 1 {
			t.Errorf("that it is cancelled is said %d times:\n%s", n, c.screen())
		}
		c.press("r")
		c.wait(time.Second)
		if last := c.store.deliveries[len(c.store.deliveries)-1]; last.ReplayOf != c.store.deliveries[4].ID {
			t.Errorf("r queued %+v", last)
		}
		c.see("replay of")
	})
}

func TestAKeyThatComesTooLateIsAnError(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.store.deliveries[4].State = storage.StateDelivered // not heard of yet
		c.press("t")
		c.see("conflict: delivery")
	})
}

func TestDeliveryFilter(t *testing.T) {
	testDeliveries(t, func(c *console) {
		for _, test := range []struct{ text, want string }{
			{"retrying", "1 of 1"}, {"failed parked", "of 2"}, {"refused", "1 of 1"}, {"ACME luma", "of 4"}, {"nobody", "Nothing matches"},
		} {
			c.press("/")
			c.write(test.text)
			c.press("enter")
			c.see(test.want)
			c.press("esc")
			c.see("of 5")
		}
	})
}

func TestDeliveryFilterLooksFarBack(t *testing.T) {
	testDeliveries(t, func(c *console) {
		needle := c.store.deliveries[1]
		needle.Identity = "needle@example.com"
		c.store.deliveries[1] = needle
		for i := range 3000 {
			d := needle
			d.ID, d.Identity = storage.ID(1<<49+5000+i), "hay"
			c.store.deliveries = append(c.store.deliveries, d)
		}
		c.press("/")
		c.write("needle")
		c.see("needle@example.com", "1 of 1")
	})
}

func TestActivityLeadsToWhatItIsAbout(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.press("4", "g", "j", "enter")
		c.see("▸1 Webhooks", "acme prod")
	})
}

func TestActivityReadsFurtherBack(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.store.activities = nil
		for i := 1; i <= 1000; i++ {
			c.store.activities = append(c.store.activities, storage.Activity{ID: storage.ID(i), At: noon(), Text: "number " + screen.Thousands(int64(i)) + "."})
		}
		c.press("4")
		c.see("number 1,000.", "following")
		c.press("k")
		c.see("number 999.")
		c.press("g")
		c.see("number 1.", "1 of 1,000")
	})
}

func TestActivityOffersNoWebhookThatIsGone(t *testing.T) {
	testFiring(t, func(c *console) {
		c.store.activities = []storage.Activity{{ID: 1, At: noon(), Kind: storage.ActivityWebhook, WebhookID: 99, Text: "webhook old deleted"}}
		c.press("4")
		c.miss("enter open")
		c.press("enter")
		c.see("▸4 Activity", "was deleted")
	})
}

func TestALeadToWhatIsNoLongerKept(t *testing.T) {
	testReceiver(t, fewReceipts, func(c *console) {
		c.send(screen.GoMsg{View: screen.ViewReceiver, ID: 1 << 40})
		c.see("no longer kept")
	})
}

func TestAParkedDeliverySaysWhy(t *testing.T) {
	testDeliveries(t, func(c *console) {
		c.press("g", "j", "j", "j")
		parked, _ := c.m.stacks[screen.ViewDeliveries][0].(*deliveries.Screen).List().Selected()
		c.store.breakers = []storage.Breaker{{WebhookID: parked.WebhookID, Failures: 10, OpenUntil: noon().Add(40 * time.Second)}}
		c.store.changed(storage.ChangedDeliveries)
		c.wait(time.Second)
		c.size(200, 40)
		c.see("parked: acme prod failed 10 times in a row, so its", "circuit breaker is open: the next try is in", "or now")
		c.store.webhooks[0].State, c.store.webhooks[0].StateReason = storage.Paused, "it answered 410"
		c.store.changed(storage.ChangedAll)
		c.wait(time.Second)
		c.see("parked: acme prod is paused (it answered 410): its", "(a in Webhooks)")
	})
}
