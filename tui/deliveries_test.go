package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

func testDeliveries(t *testing.T, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		c.store.AddFewDeliveries()
		c.wait(time.Second)
		c.press("3")
		c.size(200, 30)
		test(c)
	})
}

func TestDeliveriesJoinTheirReceipts(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g")
		c.see("✗ failed bounce", "401", "✗ auth", "auth: exp: expected" /* once, not twice */)
		c.dontSee("auth: auth:")
	})
}

func TestNextAttemptTicks(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.see("retrying: attempt 3 of 6 in 30 s", "due in 30 s")
		c.wait(10 * time.Second)
		c.see("retrying: attempt 3 of 6 in 20 s", "due in 20 s")
	})
}

func TestRetryCancelAndReplay(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("t")
		c.wait(time.Second)
		c.see("retrying: attempt 3 of 6 now")
		c.press("X")
		c.see("Cancel this delivery?")
		c.press("y")
		c.wait(time.Second)
		if state := c.store.AllDeliveries()[4].State; state != storage.Cancelled {
			t.Errorf("after X: got the state %s, want %s", state, storage.Cancelled)
		}
		c.dontSee("t retry now", "X cancel")
		if n := strings.Count(c.screen(), "acme prod cancelled"); n != 1 {
			t.Errorf("the cancellation is shown %d times, want once:\n%s", n, c.screen())
		}
		c.press("r")
		c.wait(time.Second)
		if all := c.store.AllDeliveries(); len(all) != 6 || all[5].ReplayOf != all[4].ID {
			t.Errorf("after r: got %+v, want a replay of the fifth delivery as the sixth", all)
		}
		c.see("replay of")
	})
}

func TestAKeyThatComesTooLateIsAnError(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.store.Attempt(c.store.AllDeliveries()[4].ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204}}) // the console has not read it yet
		c.press("t")
		c.see("conflict: it is delivered already; replay it instead")
	})
}

func TestDeliveryFilter(t *testing.T) {
	t.Parallel()
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

func TestDeliveryFilterFindsOldRecords(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		needle := bounce()
		needle.Identity = "needle@example.com"
		hay := slices.Repeat([]storage.Event{bounce()}, 3000)
		_, err := c.store.Enqueue(c.m.env.Context, slices.Concat([]storage.Event{needle}, hay)...)
		c.must(err)
		c.press("/")
		c.write("needle")
		c.see("needle@example.com", "1 of 1")
	})
}

func TestActivityLinksToItsSubject(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("5", "g", "j", "enter")
		c.see("▸1 Webhooks", "acme prod")
	})
}

func TestActivityReadsOlderRecords(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.store.AddManyActivities(1000)
		c.press("5")
		c.see("number 1000.", "following")
		c.press("k")
		c.see("number 999.")
		c.press("g")
		c.see("webhook acme prod created", "1 of 1,0")
	})
}

func TestActivityDoesNotLinkToADeletedWebhook(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		_, err := c.store.DeleteWebhook(c.m.env.Context, staging().ID)
		c.must(err)
		c.press("5")
		c.dontSee("enter open")
		c.press("enter")
		c.see("▸5 Activity", "was deleted")
	})
}

func TestALinkToARemovedRecord(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.send(screen.GoMsg{View: screen.ViewReceiver, ID: 1 << 40})
		c.see("it has been removed")
	})
}

func TestAParkedDeliverySaysWhy(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("G")
		c.openBreaker(noon().Add(40 * time.Second))
		c.wait(time.Second)
		c.size(60, 40)
		c.see("acme pr…   2 ref… in 38 s")
		c.size(200, 40)
		c.see("parked: acme prod failed 10 times in a row, so its", "circuit breaker is open: the next attempt is in", "press t")
		c.must(c.store.SetWebhookState(c.m.env.Context, acme().ID, storage.Paused, "it answered 410"))
		c.wait(time.Second)
		c.see("parked: acme prod is paused (it answered 410): its", "(a in Webhooks)")
		c.dontSee("in 37 s")
	})
}
