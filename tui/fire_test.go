package tui

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
)

// testFiring runs a test with two webhooks, of which only acme has JWT and both channels.
func testFiring(t *testing.T, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		c.store.AddWebhook(staging())
		c.wait(time.Second)
		test(c)
	})
}

// endDelivery ends the newest delivery with an attempt, as the engine would.
func (c *console) endDelivery(o storage.Outcome) {
	c.t.Helper()
	o.Attempt.Timings.Total = 3 * time.Millisecond
	c.store.Attempt(lastOf(c.store.AllDeliveries()).ID, o)
}

func lastOf[T any](all []T) T { return all[len(all)-1] }

// orderPatience is how long the next event of a message waits while an engine is running.
var orderPatience = fire.Patience(storage.Webhook{}, true)

func answered(code int) storage.Outcome {
	o := storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: code}}
	if code >= 300 {
		o.State, o.Attempt.ErrorClass, o.Attempt.Error = storage.Failed, storage.ClassStatus, fmt.Sprint("answered ", code)
	}
	return o
}

func TestToastsShowTheOutcome(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "b")
		c.see("· bounce, email → acme prod queued")
		c.endDelivery(answered(204))
		c.wait(time.Second)
		c.see("✓ bounce, email → acme prod delivered: 204 in 3.0 ms")
		c.dontSee("bounce, email → acme prod queued")
	})
}

func TestToastsSayWhyADeliveryFailed(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "s")
		failed := expired(1)
		failed.ID, failed.DeliveryID = 0, c.store.AllDeliveries()[0].ID
		c.store.Receive(failed)
		c.endDelivery(answered(401))
		c.wait(time.Second)
		c.see("✗ sent, email → acme prod failed: 401, auth: exp: expected later than 12:04:01")
	})
}

func TestToastsShowRetriesAndWaiting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(c *console, fired storage.Delivery)
		want string
	}{
		{"retrying", func(c *console, _ storage.Delivery) {
			c.endDelivery(storage.Outcome{
				State: storage.Retrying, NextAttemptAt: c.m.env.Now().Add(5 * time.Second),
				Attempt: storage.Attempt{ErrorClass: storage.ClassConnect, Error: "refused"},
			})
		}, "▲ bounce, email → acme prod retrying at 12:04:3"},
		{"parked", func(c *console, _ storage.Delivery) { c.openBreaker(noon().Add(time.Minute)) },
			"▲ bounce, email → acme prod parked: acme prod failed 10 times in a row, so its circuit breaker is open"},
		{"alone", func(c *console, _ storage.Delivery) { c.wait(2 * time.Second) }, "▲ bounce, email → acme prod queued, but no engine is running"},
		{"cancelled", func(c *console, fired storage.Delivery) {
			c.must(c.store.CancelDelivery(c.m.env.Context, fired.ID))
		}, "· bounce, email → acme prod cancelled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			testFiring(t, func(c *console) {
				if test.name == "alone" {
					c.store.Resign()
				}
				c.wait(2 * time.Second)
				c.press("f", "b")
				test.set(c, c.store.AllDeliveries()[0])
				c.wait(200 * time.Millisecond)
				c.see(test.want)
			})
		})
	}
}

func TestWhichWebhookIsFiredAt(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("G", "f")
		c.see("Fire at staging (paused)")
		c.press("e")
		c.press("5", "f") // no row there names a webhook, so it is the one that was fired at last
		c.see("Fire at staging (paused)", "again error, sms at staging")
		c.press("w", "1")
		c.see("Fire at acme prod")
		c.press("d")
		last := lastOf(c.store.AllEvents())
		if last.WebhookID != acme().ID || last.Status != storage.StatusDelivered || last.Channel != storage.SMS {
			t.Errorf("got event %+v, want delivered at acme on the channel selected last, SMS", last)
		}
	})
}

func TestFiringNeedsAWebhook(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("f")
		c.see("There is no webhook to fire at yet", "n creates one")
		c.press(".")
		c.see("Nothing fired yet")
	})
}

func TestVariantAndChannelAreRemembered(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "v", "2")
		c.see("variant Invalid Recipient (10, Hard)")
		c.press("b", "f", "b", "f", "c")
		c.see("channel sms")
		c.press("s", ".")
		var fired []string
		for _, e := range c.store.AllEvents() {
			fired = append(fired, string(e.Status)+" "+string(e.Channel)+" "+e.Variant)
		}
		want := []string{"bounce email hard", "bounce email hard", "sent sms ", "sent sms "}
		if !slices.Equal(fired, want) {
			t.Errorf("fired %q, want %q", fired, want)
		}
	})
}

func TestRepeatWithADeletedWebhook(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "b")
		_, err := c.store.DeleteWebhook(c.m.env.Context, acme().ID)
		c.must(err)
		c.wait(time.Second)
		c.press("5", ".")
		c.see("acme prod, at which the last event was fired, was deleted")
	})
}

func TestALifecycleWaitsForItsFirstEvent(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "l", "b")
		if n := len(c.store.AllEvents()); n != 1 {
			t.Fatalf("got %d events at once, want 1", n)
		}
		c.endDelivery(answered(204))
		c.wait(200 * time.Millisecond)
		events := c.store.AllEvents()
		if len(events) != 2 || events[0].Status != storage.StatusSent || events[1].Status != storage.StatusBounce || events[0].RequestID != events[1].RequestID {
			t.Errorf("fired %+v, want sent and bounce of one request", events)
		}
	})
}

func TestALifecycleDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "l", "d")
		c.wait(orderPatience + time.Second)
		if n := len(c.store.AllEvents()); n != 2 {
			t.Errorf("got %d events, want 2", n)
		}
	})
}

func TestMisbehaving(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "!", "1") // expired
		c.see("expired bounce, email → acme prod queued")
		c.press("f", "!", "9") // duplicate
		c.wait(orderPatience + time.Second)
		kinds := []storage.Misbehaviour{}
		for _, e := range c.store.AllEvents() {
			kinds = append(kinds, e.Misbehave)
		}
		if want := []storage.Misbehaviour{storage.MisbehaveExpired, storage.MisbehaveDuplicate, storage.MisbehaveDuplicate}; !slices.Equal(kinds, want) {
			t.Errorf("fired %q, want %q", kinds, want)
		}
		c.press("1", "G", "f", "!", "1")
		c.see("needs JWT authentication, which staging does not use")
		if n := len(c.store.AllEvents()); n != 3 {
			t.Errorf("got %d events, want 3: a token fault was fired without a token", n)
		}
	})
}

func TestBurstRejectsInvalidValues(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+u", "-", "1", "tab", "ctrl+u", "0", "ctrl+s")
		c.see("-1 is out of range; use 1 to 1,000,000", "0 a second is out of range; use 0.001 to 100,000")
		if n := len(c.store.AllEvents()); n != 0 {
			t.Errorf("got %d events, want none", n)
		}
	})
}

func TestToastsSayWhyNothingWasFired(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.store.fail = errors.New("the disk is full")
		c.press("f", "b")
		c.see("✗ the disk is full")
	})
}

func TestThePaletteChoosesWhatIsFired(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press(":")
		c.write("acme prod: another webhook")
		c.press("enter")
		c.see("Fire at which webhook?")
		c.press("2")
		c.see("Fire at staging (paused)")
		c.press("esc", ":")
		c.write("acme prod: channel")
		c.see("f c")
		c.press("enter")
		c.see("Fire at acme prod", "channel   sms")
	})
}

func TestThePaletteFires(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press(":")
		c.write("fire bounce")
		c.see("Fire at acme prod: bounce", "f b")
		c.press("enter")
		c.wait(time.Second)
		if events := c.store.AllEvents(); len(events) != 1 || events[0].Status != storage.StatusBounce {
			t.Errorf("fired %+v, want one bounce", events)
		}
	})
}

func TestMenusBeginAtThePresentChoice(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "w", "2")
		c.see("Fire at staging")
		c.press("w", "enter")
		c.see("Fire at staging")
		c.press("esc", "f", "w", "up", "enter")
		first := c.screen()
		c.press("v", "j", "enter")
		selected := c.screen()
		c.press("v", "enter")
		if selected == first || c.screen() != selected {
			t.Errorf("the selected variant has changed:\n%s", c.screen())
		}
	})
}
