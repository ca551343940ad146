package tui

import (
	"fmt"
	"testing"
	"time"

	"backchannel/storage"
)

func TestBurstKeepsItsPace(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "B")
		c.see("Burst at acme prod")
		c.press("ctrl+s")
		c.wait(time.Second)
		if n := len(c.store.AllEvents()); n < 45 || n > 55 {
			t.Errorf("got %d events after a second, want about 50", n)
		}
		c.see("100 × bounce, email → acme prod 0/100 ░", "0 ✓ 0 ✗", "esc stops")
		c.wait(2 * time.Second)
		if n := len(c.store.AllEvents()); n != 100 {
			t.Errorf("got %d events, want 100", n)
		}
		c.see("0/100", "esc hides")
		c.dontSee("esc stops")
	})
}

// startBurst fires a burst, half of which is queued.
func startBurst(c *console) {
	c.press("f", "B", "ctrl+s") // 100, 50 a second
	c.wait(time.Second)
}

// endBurst ends deliveries of a burst, the oldest first: so many are delivered, then so many fail. Their
// latencies are 1 to 83 ms.
func endBurst(c *console, delivered, failed int) {
	c.t.Helper()
	for i, d := range c.store.AllDeliveries() {
		code := 204
		switch {
		case d.State.Final():
			continue
		case delivered > 0:
			delivered--
		case failed > 0:
			failed--
			code = 401
		default:
			return
		}
		o := answered(code)
		o.Attempt.Timings.Total = time.Duration(1+7*i*i%83) * time.Millisecond
		c.store.Attempt(d.ID, o)
	}
}

func TestBurstShowsItsProgress(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+s") // 100, 50 a second
		c.wait(time.Second)
		endBurst(c, 38, 2)
		c.wait(100 * time.Millisecond)
		c.see("40/100 █", "38 ✓ 2 ✗", "2 s left · esc stops")
		c.wait(2 * time.Second)
		endBurst(c, 30, 0)
		for _, d := range c.store.AllDeliveries()[90:] {
			c.store.Attempt(d.ID, storage.Outcome{
				State: storage.Retrying, NextAttemptAt: c.m.env.Now().Add(time.Hour),
				Attempt: storage.Attempt{Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503"},
			})
		}
		c.wait(100 * time.Millisecond)
		c.see("70/100", "68 ✓ 2 ✗ · 10 retrying ·", "esc hides")
		c.wait(10 * time.Second) // no delivery ends any more, so there is no estimate
		c.see("70/100", "0/s")
		c.dontSee("left")
		endBurst(c, 30, 0)
		c.wait(time.Second)
		c.see("✗ 100 × bounce, email → acme prod: of 100, 2 failed; 3 and / failed show them", "p50 ", "longest ", "≤ ", "esc closes")
		c.press("5")
		c.see("esc closes") // until it is dismissed
		c.press("esc")
		c.dontSee("esc closes", "100 × bounce, email → acme prod: of")
	})
}

func TestBurstAmongOtherEvents(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+s")
		c.wait(time.Second)
		c.press("f", "s") // an event that is not part of the burst
		c.wait(2 * time.Second)
		endBurst(c, 101, 0)
		c.wait(time.Second)
		c.see("✓ 100 × bounce, email → acme prod: all 100 delivered")
	})
}

func TestBurstWithoutAnEngine(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.store.Resign()
		c.wait(2 * time.Second)
		c.press("f", "B", "ctrl+s")
		c.wait(3 * time.Second)
		c.see("0/100", "no engine is running", "esc hides")
	})
}

func TestBurstStops(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+s")
		c.wait(500 * time.Millisecond)
		c.press(".")
		c.see("A burst is running: esc stops it")
		c.press("esc")
		before := len(c.store.AllEvents())
		c.wait(time.Second)
		n := len(c.store.AllEvents())
		if before == 0 || n > before+1 || n >= 100 {
			t.Errorf("got %d events before esc and %d afterwards, want fewer than 100 and at most one more", before, n)
		}
		c.see(fmt.Sprintf("0/%d", n), "esc hides")
		endBurst(c, n, 0)
		c.wait(time.Second)
		c.see(fmt.Sprintf("ended after %d: all %d delivered", n, n))
	})
}

func TestAHiddenBurstReportsItsEnd(t *testing.T) {
	t.Parallel()
	for failed, want := range map[int]string{0: "✓ 3 × bounce, email → acme prod: all 3 delivered", 2: "✗ 3 × bounce, email → acme prod: of 3, 2 failed; 3 and / failed show them"} {
		testFiring(t, func(c *console) {
			c.press("f", "B", "ctrl+u")
			c.write("3")
			c.press("ctrl+s")
			c.wait(time.Second)
			c.see("0/3")
			c.press("esc")
			c.dontSee("0/3")
			endBurst(c, 3-failed, failed)
			c.wait(time.Second)
			c.see(want)
			c.dontSee("esc closes")
		})
	}
}

// While a filter is typed, esc ends the filter and not the burst's panel.
func TestAFilterIsLeftBeforeTheBurst(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "B", "ctrl+s")
		c.wait(3 * time.Second)
		c.press("3", "/")
		c.write("failed")
		c.press("esc")
		c.see("esc hides")
		c.press("esc")
		c.dontSee("esc hides")
	})
}

func TestBurstShowsItsOutcome(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		failed int
		want   string
	}{
		{0, "✓ 3 × bounce, email → acme prod: all 3 delivered"},
		{2, "✗ 3 × bounce, email → acme prod: of 3, 2 failed; 3 and / failed show them"},
	} {
		testFiring(t, func(c *console) {
			c.press("f", "B", "ctrl+u")
			c.write("3")
			c.press("ctrl+s")
			c.wait(time.Second)
			endBurst(c, 3-test.failed, test.failed)
			c.wait(time.Second)
			c.see(test.want, "in ", "p50 ", "≤ 1ms ")
		})
	}
}
