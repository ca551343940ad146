package tui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/deliveries"
	"backchannel/tui/screen"
)

// The tabs do not move when the numbers of deliveries change.
func TestTheTabsDoNotMove(t *testing.T) {
	t.Parallel()
	head := func(c *console) string { return strings.SplitN(c.screen(), "\n", 2)[0] }
	tabs := func(line string) string {
		line, _, _ = strings.Cut(line, "●")
		line, _, _ = strings.Cut(line, "○")
		return strings.TrimRight(line, " ")
	}
	for _, pid := range []int{4711, 1234567} {
		testConsole(t, func(c *console) {
			c.store.SetRuntime(func(rt *storage.Runtime) { rt.PID = pid })
			c.wait(2 * tickGap)
			before := map[int]string{}
			for width := screen.MinWidth; width <= 200; width += 3 {
				c.size(width, 24)
				before[width] = tabs(head(c))
			}
			c.store.AddWebhook(acme())
			c.store.AddWebhook(staging())
			waiting := slices.Repeat([]storage.Event{{WebhookID: staging().ID, Channel: storage.SMS, Payload: []byte("{}")}}, 4000)
			queued, err := c.store.Enqueue(c.m.env.Context, slices.Concat(slices.Repeat([]storage.Event{bounce()}, 1212), waiting)...)
			c.must(err)
			for _, d := range queued[:12] {
				c.store.Attempt(d.ID, storage.Outcome{State: storage.Retrying, NextAttemptAt: noon().Add(time.Hour), Attempt: storage.Attempt{Code: 503}})
			}
			c.wait(2 * tickGap)
			for width := screen.MinWidth; width <= 200; width += 3 {
				c.size(width, 24)
				if got := tabs(head(c)); got != before[width] {
					t.Errorf("at %d columns the tabs changed from %q to %q", width, before[width], got)
				}
			}
			c.size(200, 24)
			c.see("1,200 queued", "12 retrying", "4,000 parked")
		})
	}
}

func TestASecondConsoleNamesItsTabs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"https://127.0.0.1:9443", "https://[::1]:9443", "https://receiver.dev.example.internal:19443"} {
		testConsole(t, func(c *console) {
			c.store.SetRuntime(func(rt *storage.Runtime) { rt.PID, rt.ReceiverURL = 123456, url })
			c.wait(2 * tickGap)
			c.size(80, 24)
			c.see("▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity", "○ 123456", "9443")
		})
	}
}

// Without colours, a glyph marks the pane that has the focus.
func TestTheFocusIsVisibleWithoutColour(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		list, detail, body := []string{"▌  12:"}, []string{"▌Verdicts"}, []string{"▌Body"}
		for _, step := range []struct {
			keys         []string
			with, absent []string
		}{
			{nil, list, append(detail, body...)},
			{[]string{"tab"}, detail, append(list, body...)},
			{[]string{"tab"}, body, append(list, detail...)},
			{[]string{"tab", "/"}, []string{"▏  12:"}, append(list, detail...)},
		} {
			c.press(step.keys...)
			c.see(step.with...)
			c.dontSee(step.absent...)
		}
	})
	testDeliveries(t, func(c *console) {
		c.size(200, 30)
		c.dontSee("▌Attempts", "▌Payload")
		c.press("tab")
		c.see("▌Attempts")
		c.dontSee("▌Payload", "▌  12:")
		c.press("tab")
		c.see("▌Payload as queued")
		c.dontSee("▌Attempts", "▌  12:")
	})
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		c.wait(time.Second)
		c.see("▌  acme prod")
		c.press("tab")
		c.see("▏  acme prod", "▌acme prod")
	})
}

// esc leads from a record that was opened from Activity back to the same activity.
func TestEscGoesBackFromAJump(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"esc", "q"} {
		testReceiver(t, manyReceipts(500), func(c *console) {
			before, err := c.store.Activities(c.m.env.Context, 0, 0)
			c.must(err)
			for i := range 9 {
				a := storage.Activity{Kind: storage.ActivityFired, Text: "it happened", ReceiptID: arrived(20+i, "").ID}
				if i == 4 {
					a.ReceiptID, a.WebhookID = 0, acme().ID
				}
				c.store.AddActivities(a)
			}
			position := func(n int) string { return fmt.Sprintf("%d of %d", len(before)+n, len(before)+9) }
			c.press("5")
			c.wait(time.Second)
			c.press("k", "k", "enter")
			c.wait(time.Second)
			c.see("▸4 Receiver", "esc back to Activity", "person26")
			c.press("j", "enter", "esc")
			c.see("▸4 Receiver") // from the detail first
			c.press(key)
			c.see("▸5 Activity", position(7))
			c.press("k", "k", "enter")
			c.see("▸1 Webhooks", "esc back to Activity")
			c.press("esc")
			c.see("▸5 Activity", position(5))
			c.press("j", "enter", "1", "4", "esc") // after going to another view there is no way back
			c.see("▸4 Receiver")
			c.dontSee("back to Activity")
			if c.quit {
				t.Errorf("%s quits the console instead of going back", key)
			}
		})
	}
}

func TestBackFromAReceiptsDeliveryAndItsReceipt(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g")
		for range 20 {
			if d, ok := c.m.views.stacks[screen.ViewDeliveries][0].(*deliveries.Screen).List().Selected(); ok && d.Receipt.ID != 0 {
				break
			}
			c.press("j")
		}
		c.press("v")
		c.see("▸4 Receiver", "esc back to Deliveries")
		c.press("v")
		c.see("▸3 Deliveries", "esc back to Receiver")
		c.press("esc", "esc")
		c.see("▸3 Deliveries")
		c.dontSee("back to")
	})
}

func TestTimesWithinTextsAreLocal(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("EAST", 5*3600+1800)
	s := &screen.Env{Times: screen.Times{Location: east, Now: noon}}
	for text, want := range map[string]string{
		"12:03:24Z is 67 s past; leeway 30 s":              "17:33:24 is 67 s past; leeway 30 s",
		"receipt X of 23:59:59.871Z":                       "receipt X of 05:29:59.871",
		"the certificate expired on 2026-01-01T20:00:00Z.": "the certificate expired on 2026-01-02 01:30:00 EAST.",
		"25:00:00Z and 12:00:00 and A12:00:00Z":            "25:00:00Z and 12:00:00 and A12:00:00Z",
	} {
		if got := s.LocalTimes(text, noon()); got != want {
			t.Errorf("LocalTimes(%q) = %q, want %q", text, got, want)
		}
	}
}

// All times on the screen are in one zone. The detail also shows them in UTC.
func TestOneZoneOnTheScreen(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.m.env.Location = time.FixedZone("EAST", 5*3600+1800)
		const expired = "the certificate expired on 2026-11-02T12:00:00Z"
		c.store.AddWebhook(acme())
		d := c.store.AddDelivery(bounce())
		c.store.Attempt(d.ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{ErrorClass: storage.ClassTLS, Error: expired, NoAnswer: storage.NoAnswerTLS}})
		r := arrived(1, storage.StatusBounce)
		r.ID = 0
		r.Verdicts.Auth = storage.Verdict{Result: storage.Fail, Reason: "exp 12:03:24Z is past", Checks: []storage.Check{{Name: "exp", Result: storage.Fail, Actual: "12:03:24Z is 67 s past"}}}
		c.store.Receive(r)
		c.wait(time.Second)
		c.press("4")
		c.size(200, 50)
		c.see("17:34:31.220", "17:33:24 is 67 s past")
		onlyAsUTC(c)
		c.press("5")
		c.see("2026-11-02 17:30:00 EAST")
		onlyAsUTC(c)
		c.press("1")
		c.see("17:30:00")
		onlyAsUTC(c)
	})
}

// onlyAsUTC fails if a time around the tests' noon is neither in the console's zone nor marked as
// UTC.
func onlyAsUTC(c *console) {
	c.t.Helper()
	for _, at := range regexp.MustCompile(`\b12:0[\d:.]*.?`).FindAllString(c.screen(), -1) {
		if !strings.HasSuffix(at, "Z") {
			c.t.Errorf("%q is neither in the console's zone nor marked as UTC:\n%s", at, c.screen())
		}
	}
}
