package tui

import (
	"errors"
	"slices"
	"testing"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
)

// testFiring runs a test with two webhooks; only acme has JWT and both channels.
func testFiring(t *testing.T, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		c.store.webhooks = []storage.Webhook{acme(), staging()}
		c.store.changed(storage.ChangedAll)
		c.wait(time.Second)
		test(c)
	})
}

// ends ends the newest deliveries, as the engine would.
func (f *fakeStore) ends(n int, state storage.State, change func(*storage.Delivery)) {
	defer f.lock()()
	for i := len(f.deliveries) - n; i < len(f.deliveries); i++ {
		d := &f.deliveries[i]
		d.State, d.Attempts, d.FinishedAt = state, d.Attempts+1, d.CreatedAt.Add(3*time.Millisecond)
		change(d)
	}
	f.changed(storage.ChangedDeliveries)
}

// orderPatience is how long a message's next event waits while an engine runs.
var orderPatience = fire.Patience(storage.Webhook{}, true)

func answered(code int) func(*storage.Delivery) {
	return func(d *storage.Delivery) { d.Code = code }
}

func TestFiringTellsHowItEnds(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "b")
		c.see("· bounce, email → acme prod queued")
		c.store.ends(1, storage.StateDelivered, answered(204))
		c.wait(time.Second)
		c.see("✓ bounce, email → acme prod delivered: 204 in 3.0 ms")
		c.miss("bounce, email → acme prod queued")
	})
}

func TestFiringTellsWhyItFailed(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "s")
		failed := expired(1)
		failed.DeliveryID = c.store.deliveries[0].ID
		c.store.receipts = append(c.store.receipts, failed)
		c.store.ends(1, storage.Failed, answered(401))
		c.wait(time.Second)
		c.see("✗ sent, email → acme prod failed: 401, auth: exp: expected later than 12:04:01")
	})
}

func TestFiringTellsOfRetriesAndWaiting(t *testing.T) {
	for _, test := range []struct {
		name  string
		state storage.State
		alive bool
		want  string
	}{
		{"retrying", storage.Retrying, true, "▲ bounce, email → acme prod retrying at 12:04:3"},
		{"parked", storage.Parked, true, "▲ bounce, email → acme prod parked: acme prod failed 10 times in a row, so its circuit breaker is open"},
		{"alone", storage.Queued, false, "▲ bounce, email → acme prod queued, but nobody delivers now"},
		{"cancelled", storage.Cancelled, true, "· bounce, email → acme prod cancelled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			testFiring(t, func(c *console) {
				c.store.alive = test.alive
				c.store.breakers = []storage.Breaker{{WebhookID: acme().ID, Failures: 10, OpenUntil: noon().Add(time.Minute)}}
				c.wait(2 * time.Second)
				c.press("f", "b")
				c.store.ends(1, test.state, func(d *storage.Delivery) { d.Error, d.NextAttemptAt = "refused", c.m.env.Now().Add(5*time.Second) })
				c.wait(200 * time.Millisecond)
				c.see(test.want)
			})
		})
	}
}

func TestFiringAim(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("G", "f")
		c.see("Fire at staging (paused)")
		c.press("e")
		c.press("4", "f") // no row there: the one fired at last
		c.see("Fire at staging (paused)", "again error, sms at staging")
		c.press("w", "1")
		c.see("Fire at acme prod")
		c.press("d")
		last := c.store.events[len(c.store.events)-1]
		if last.WebhookID != acme().ID || last.Status != storage.StatusDelivered || last.Channel != storage.SMS {
			t.Errorf("fired %+v; the channel chosen last is to stay", last)
		}
	})
}

func TestFiringNeedsAWebhook(t *testing.T) {
	testConsole(t, func(c *console) {
		c.press("f")
		c.see("There is no webhook to fire at yet", "n makes one")
		c.press(".")
		c.see("Nothing fired yet")
	})
}

func TestVariantAndChannelAreRemembered(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "v", "2")
		c.see("variant Invalid Recipient (10, Hard)")
		c.press("b", "f", "b", "f", "c")
		c.see("channel sms")
		c.press("s", ".")
		var fired []string
		for _, e := range c.store.events {
			fired = append(fired, string(e.Status)+" "+string(e.Channel)+" "+e.Variant)
		}
		want := []string{"bounce email hard", "bounce email hard", "sent sms ", "sent sms "}
		if !slices.Equal(fired, want) {
			t.Errorf("fired %q, want %q", fired, want)
		}
	})
}

func TestRepeatOfAWebhookThatIsGone(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "b")
		c.store.webhooks = c.store.webhooks[1:]
		c.store.changed(storage.ChangedWebhooks)
		c.wait(time.Second)
		c.press("4", ".")
		c.see("acme prod, at which the last event was fired, is gone")
	})
}

func TestAWholeLifeWaitsForItsFirstEvent(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "l", "b")
		if n := len(c.store.events); n != 1 {
			t.Fatalf("%d events queued at once", n)
		}
		c.store.ends(1, storage.StateDelivered, answered(204))
		c.wait(200 * time.Millisecond)
		events := c.store.events
		if len(events) != 2 || events[0].Status != storage.StatusSent || events[1].Status != storage.StatusBounce || events[0].RequestID != events[1].RequestID {
			t.Errorf("fired %+v", events)
		}
	})
}

func TestAWholeLifeDoesNotWaitForever(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "l", "d")
		c.wait(orderPatience + time.Second)
		if n := len(c.store.events); n != 2 {
			t.Errorf("%d events queued", n)
		}
	})
}

func TestMisbehaving(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "!", "1") // expired
		c.see("expired bounce, email → acme prod queued")
		c.press("f", "!", "9") // duplicate
		c.wait(orderPatience + time.Second)
		kinds := []storage.Misbehaviour{}
		for _, e := range c.store.events {
			kinds = append(kinds, e.Misbehave)
		}
		if want := []storage.Misbehaviour{storage.MisbehaveExpired, storage.MisbehaveDuplicate, storage.MisbehaveDuplicate}; !slices.Equal(kinds, want) {
			t.Errorf("fired %q, want %q", kinds, want)
		}
		c.press("1", "G", "f", "!", "1")
		c.see("needs JWT authentication, which staging does not use")
		if n := len(c.store.events); n != 3 {
			t.Errorf("%d events: a token fault was fired without a token", n)
		}
	})
}

func TestBurstKeepsItsPace(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "B")
		c.see("Burst at acme prod")
		c.press("ctrl+s")
		c.wait(time.Second)
		if n := len(c.store.events); n < 45 || n > 55 {
			t.Errorf("%d of 50 a second queued after a second", n)
		}
		c.see("100 × bounce, email → acme prod:", "esc stops")
		c.wait(2 * time.Second)
		if n := len(c.store.events); n != 100 {
			t.Errorf("%d events queued", n)
		}
		c.see("all queued in")
	})
}

func TestBurstStops(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+s")
		c.wait(500 * time.Millisecond)
		c.press(".")
		c.see("A burst is under way: esc stops it")
		c.press("esc")
		before := len(c.store.events)
		c.wait(time.Second)
		if after := len(c.store.events); before == 0 || after > before+1 || after >= 100 {
			t.Errorf("%d events before, %d after esc", before, after)
		}
		c.see("stopped:")
		c.miss("under way")
	})
}

func TestBurstRefusesNonsense(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+u", "-", "1", "tab", "ctrl+u", "0", "ctrl+s")
		c.see("-1 is out of range; use 1 to 1,000,000", "0 a second is out of range; use 0.001 to 100,000")
		if n := len(c.store.events); n != 0 {
			t.Errorf("%d events queued", n)
		}
	})
}

func TestFiringTellsOfRefusal(t *testing.T) {
	testFiring(t, func(c *console) {
		c.store.fail = errors.New("the disk is full")
		c.press("f", "b")
		c.see("✗ the disk is full")
	})
}

func TestBurstTellsHowItEnded(t *testing.T) {
	for _, test := range []struct {
		failed int
		want   string
	}{
		{0, "✓ 3 × bounce, email → acme prod: all 3 delivered in"},
		{2, "✗ 3 × bounce, email → acme prod: of 3, 2 failed; 2 and / failed show them"},
	} {
		testConsole(t, func(c *console) {
			twoWebhooks(c.store)
			c.store.changed(storage.ChangedAll)
			c.wait(time.Second)
			before := len(c.store.deliveries)
			c.press("f", "B", "ctrl+u")
			c.write("3")
			c.press("ctrl+s")
			c.wait(time.Second)
			c.see("all queued in")
			for i := range c.store.deliveries[before:] {
				d := &c.store.deliveries[before+i]
				if d.State = storage.StateDelivered; i < test.failed {
					d.State = storage.Failed
				}
			}
			c.store.changed(storage.ChangedDeliveries)
			c.wait(time.Second)
			c.see(test.want)
		})
	}
}

func TestThePaletteChoosesWhatIsFired(t *testing.T) {
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
	testFiring(t, func(c *console) {
		c.press(":")
		c.write("fire bounce")
		c.see("Fire at acme prod: bounce", "f b")
		c.press("enter")
		c.wait(time.Second)
		if n := len(c.store.events); n != 1 || c.store.events[0].Status != storage.StatusBounce {
			t.Errorf("fired %+v", c.store.events)
		}
	})
}

func TestChoicesBeginWithWhatIsChosen(t *testing.T) {
	testFiring(t, func(c *console) {
		c.press("f", "w", "2")
		c.see("Fire at staging")
		c.press("w", "enter")
		c.see("Fire at staging")
		c.press("esc", "f", "w", "up", "enter")
		first := c.screen()
		c.press("v", "j", "enter")
		chosen := c.screen()
		c.press("v", "enter")
		if chosen == first || c.screen() != chosen {
			t.Errorf("the variant is no longer the chosen one:\n%s", c.screen())
		}
	})
}
