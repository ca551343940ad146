package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

func TestHeaderTellsHowThingsStand(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(*fakeStore)
		want []string
	}{
		{"holder", func(*fakeStore) {}, []string{"● engine", "127.0.0.1:9443", "0 queued", "0 retrying", "0 receipts"}},
		{"beside", func(f *fakeStore) { f.runtime.PID = 99 }, []string{"○ engine 99", "127.0.0.1:9443"}},
		{"off", func(f *fakeStore) {
			f.runtime.ReceiverURL, f.runtime.ReceiverError = "", "port 9443 is busy"
		}, []string{"▲ receiver off", "receiver off: port 9443 is busy", "● engine"}},
		{"starting", func(f *fakeStore) { f.runtime = storage.Runtime{} }, []string{"starting…", "1 Webhooks"}},
		{"alone", func(f *fakeStore) { f.alive = false }, []string{"▲ nobody delivers", "1 Webhooks"}},
		{"parked", func(f *fakeStore) {
			f.deliveries = []storage.Delivery{{State: storage.Parked}, {State: storage.Retrying}}
		}, []string{"● engine", "127.0.0.1:9443", "0 queued 1 retrying 1 parked"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				test.set(c.store)
				c.store.changed(storage.ChangedAll)
				c.wait(time.Second)
				c.size(140, 30) // room for all of it
				c.see(test.want...)
				for width := screen.LeastWidth; width < 140; width++ {
					c.size(width, 30)
					c.see(test.want[0], test.want[1]) // whoever delivers, and where
				}
			})
		})
	}
}

func TestADeadHolderIsNoticedWithoutAHint(t *testing.T) {
	testConsole(t, func(c *console) {
		c.store.alive = false
		c.wait(2 * tickGap)
		c.see("nobody delivers")
	})
}

func TestTheFooterNamesNoKeysThatAnOverlayTakes(t *testing.T) {
	testFiring(t, func(c *console) {
		c.see("n new", "? help")
		c.press("f")
		c.miss("n new", "? help")
		c.press("esc")
		c.see("n new", "? help")
	})
}

func TestTooSmall(t *testing.T) {
	testConsole(t, func(c *console) {
		c.size(59, 20)
		c.see("59×20 is too small: the console needs 60×20")
		c.press("q", "n")
		if c.quit {
			t.Error("a key acted on what nobody can see")
		}
		c.size(60, 20)
		c.see("No webhook yet", "127.0.0.1:9443")
	})
}

func TestQuitting(t *testing.T) {
	for _, test := range []struct {
		key  string
		quit bool
	}{{"q", true}, {"ctrl+c", true}, {"esc", false}} {
		t.Run(test.key, func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.press(test.key)
				if c.quit != test.quit {
					t.Errorf("quit = %t", c.quit)
				}
			})
		})
	}
}

func TestSuspendAndResume(t *testing.T) {
	testConsole(t, func(c *console) {
		cmd := c.m.key(keyMsg("ctrl+z"))
		if _, ok := cmd().(tea.SuspendMsg); !ok {
			t.Error("ctrl+z does not suspend")
		}
		c.send(tea.ResumeMsg{})
		c.see("Webhooks")
	})
}

// TestToastsHideNothing compares the screen with and without toasts.
func TestToastsHideNothing(t *testing.T) {
	testConsole(t, func(c *console) {
		fewDeliveries(c.store)
		c.store.changed(storage.ChangedAll)
		c.wait(time.Second)
		c.press("3")
		before := strings.Split(c.screen(), "\n")
		c.send(screen.ToastMsg{Toast: screen.Good("bounce delivered")})
		c.send(screen.ToastMsg{Toast: screen.Good("sent delivered")})
		c.see("sent delivered ── ✓ bounce delivered")
		for i, line := range strings.Split(c.screen(), "\n") {
			if line != before[i] && i != len(before)-2 {
				t.Errorf("line %d was %q, is %q", i, before[i], line)
			}
		}
	})
}
