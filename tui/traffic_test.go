package tui

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"backchannel/storage"
)

// attempted adds n deliveries with one attempt each, which began the duration before earlier than
// noon and took the duration took. A code of 0 means no answer.
func attempted(s *testStore, n, code int, before, took time.Duration) {
	for range n {
		e := bounce()
		e.CreatedAt = noon().Add(-before)
		o := storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: code, At: noon().Add(-before), Timings: storage.Timings{Total: took}}}
		if code >= 300 || code == 0 {
			o.State = storage.Failed
		}
		s.Attempt(s.AddDelivery(e).ID, o)
	}
}

// busy adds attempts of every kind over ten minutes.
func busy(s *testStore) {
	twoWebhooks(s)
	rng := rand.New(rand.NewPCG(1, 8))
	for minute := range 10 {
		for range 1 + 2*minute%7 {
			attempted(s, 1, []int{200, 204, 204, 204, 503, 404, 0}[rng.IntN(7)], time.Duration(minute)*time.Minute+time.Duration(rng.IntN(59))*time.Second, time.Duration(2+rng.IntN(40))*time.Millisecond)
		}
	}
	attempted(s, 2, 302, time.Minute, 900*time.Microsecond)
}

func trafficScenes() []scene {
	return []scene{
		{name: "webhook-attempts", whole: true, set: busy},
		{name: "webhook-attempts-failed", set: func(s *testStore) {
			twoWebhooks(s)
			attempted(s, 3, 0, 2*time.Minute, 10*time.Second)
		}},
	}
}

// awaitStrip waits until a hint has been received and the attempts have been read.
func awaitStrip(c *console) {
	c.wait(time.Second)
	c.wait(time.Second)
}

// The strip follows the selection and changes of deliveries, and becomes empty with time.
func TestTheStripOfAttempts(t *testing.T) {
	t.Parallel()
	const none = "no attempts in the last 10 minutes"
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		c.store.AddWebhook(staging())
		awaitStrip(c)
		c.see("acme prod", none)
		attempted(c.store, 3, 204, 0, 8*time.Millisecond)
		attempted(c.store, 1, 503, 0, 1500*time.Millisecond)
		attempted(c.store, 1, 0, 0, time.Second)
		awaitStrip(c)
		c.see("2xx 3 4xx 0 5xx 1 no answer 1", "p50 8.0 ms p95 1.5 s p99 1.5 s", "10 min")
		c.press("G")
		c.see("‖ paused", none)
		c.press("g")
		c.see("2xx 3 4xx 0 5xx 1 no answer 1")
		c.press("/")
		c.write("stag")
		c.see(none)
		c.write("x") // nothing matches
		c.dontSee(none, "2xx")
		c.press("esc", "g")
		c.see("2xx 3")
		attempted(c.store, 1, 404, 0, time.Millisecond)
		awaitStrip(c)
		c.see("2xx 3 4xx 1 5xx 1 no answer 1")
		c.press("4")
		attempted(c.store, 1, 302, 0, time.Millisecond) // while another view is in front
		awaitStrip(c)
		c.press("1")
		awaitStrip(c)
		c.see("2xx 3 4xx 1 5xx 1 no answer 1", "other 1, such as redirects")
		c.wait(9*time.Minute + 30*time.Second)
		c.see("2xx 3")
		c.wait(30 * time.Second)
		c.see(none)
	})
}

// Drawing stops when nothing moves any more.
func TestTheStripCostsNothingWhenIdle(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		awaitStrip(c)
		messagesIn := func(d time.Duration) int {
			before := c.delivered
			for range d / time.Second {
				c.wait(time.Second)
			}
			return c.delivered - before
		}
		if got := messagesIn(10 * time.Minute); got != 0 {
			t.Errorf("got %d messages without any attempt, want 0", got)
		}
		attempted(c.store, 1, 204, -10*time.Minute, time.Millisecond) // about now
		awaitStrip(c)
		if got := messagesIn(5 * time.Minute); got < 29 || got > 31 {
			t.Errorf("got %d messages in 5 minutes, want one for each period of 10 s", got)
		}
		messagesIn(6 * time.Minute)
		if got := messagesIn(10 * time.Minute); got != 0 {
			t.Errorf("got %d messages after the last attempt has left the strip, want 0", got)
		}
	})
}

// The strip is complete at every size, and the position of each number depends only on the width.
func TestTheStripFitsAndDoesNotMove(t *testing.T) {
	t.Parallel()
	positions := func(c *console) (columns []int) {
		screen := []rune(c.screen())
		from := 0
		for _, label := range []string{"2xx ", "4xx ", "5xx ", "no answer ", "p50 ", "p95 ", "p99 "} {
			before, _, ok := strings.Cut(string(screen[from:]), label)
			if !ok {
				t.Fatalf("%q is missing:\n%s", label, c.screen())
			}
			from += utf8.RuneCountInString(before)
			columns = append(columns, from)
		}
		c.see("10 min")
		return columns
	}
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		attempted(c.store, 1, 204, 0, 8*time.Millisecond)
		awaitStrip(c)
		want := map[int][]int{}
		for width := 60; width <= 220; width += 2 {
			c.size(width, 30)
			c.see("acme prod")
			want[width] = positions(c)
		}
		attempted(c.store, 101, 503, 0, 59*time.Second)
		attempted(c.store, 12, 0, 0, time.Second)
		attempted(c.store, 20, 404, 0, 999*time.Microsecond)
		awaitStrip(c)
		for width := 60; width <= 220; width += 2 {
			c.size(width, 30)
			if got := positions(c); !slices.Equal(got, want[width]) {
				t.Fatalf("at %d columns the positions changed from %v to %v:\n%s", width, want[width], got, c.screen())
			}
			c.see("5xx 101")
		}
	})
}
