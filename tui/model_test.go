package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

func runtimeOf(change func(*storage.Runtime)) func(*testStore) {
	return func(s *testStore) { s.SetRuntime(change) }
}

func TestHeaderShowsTheStatus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*testStore)
		want []string
	}{
		{"engine in this process", func(*testStore) {}, []string{"● engine", "127.0.0.1:9443", "0 queued", "0 retrying", "0 receipts"}},
		{"engine in another process", runtimeOf(func(rt *storage.Runtime) { rt.PID = 99 }), []string{"○ engine 99", "127.0.0.1:9443"}},
		{"three nodes", func(s *testStore) { s.SetNodes(3) }, []string{"● 3 nodes", "127.0.0.1:9443"}},
		{"one node", func(s *testStore) { s.SetNodes(1) }, []string{"● 1 node", "127.0.0.1:9443"}},
		{"receiver off", runtimeOf(func(rt *storage.Runtime) { rt.ReceiverURL, rt.ReceiverError = "", "port 9443 is busy" }), []string{"▲ receiver off", "receiver off: port 9443 is busy", "● engine"}},
		{"starting", runtimeOf(func(rt *storage.Runtime) { *rt = storage.Runtime{} }), []string{"starting…", "1 Webhooks"}},
		{"no engine", func(s *testStore) { s.Resign() }, []string{"▲ no engine", "1 Webhooks"}},
		{"parked delivery", func(s *testStore) {
			s.AddWebhook(acme())
			s.AddWebhook(staging())
			s.AddDelivery(storage.Event{WebhookID: staging().ID, Channel: storage.SMS})
			s.Attempt(s.AddDelivery(bounce()).ID, storage.Outcome{State: storage.Retrying, NextAttemptAt: noon().Add(time.Hour), Attempt: storage.Attempt{Code: 503}})
		}, []string{"● engine", "127.0.0.1:9443", "0 queued 1 retrying 1 parked"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				test.set(c.store)
				c.wait(time.Second)
				c.size(155, 30) // enough space for all of it
				c.see(test.want...)
				for width := screen.MinWidth; width < 155; width++ {
					c.size(width, 30)
					who, where := test.want[0], test.want[1]
					form := headerFormAt(width)
					who = longest(form.engine, who, strings.Replace(who, "engine 99", "99", 1))
					if form.tabs == tabsNumbers {
						where = strings.TrimPrefix(where, "1 ") // the name is after the numbers
					}
					if form.receiver < len(where) {
						where = strings.TrimPrefix(where, "127.0.0.1")
					}
					c.see(who, where)
				}
			})
		})
	}
}

func TestADeadLeaderIsNoticedWithoutAHint(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.Resign()
		c.wait(2 * tickGap)
		c.see("no engine")
	})
}

func TestTheFooterNamesNoKeysThatAnOverlayTakes(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.see("n new", "? help")
		c.press("f")
		c.dontSee("n new", "? help")
		c.press("esc")
		c.see("n new", "? help")
	})
}

func TestTooSmall(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(59, 20)
		c.see("59×20 is too small: the console needs 60×20")
		c.press("q", "n")
		if c.quit {
			t.Error("q quits a console that is too small to be shown")
		}
		c.size(60, 20)
		c.see("No webhook yet", "127.0.0.1:9443")
	})
}

func TestQuitting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  string
		quit bool
	}{{"q", true}, {"ctrl+c", true}, {"esc", false}} {
		t.Run(test.key, func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.press(test.key)
				if c.quit != test.quit {
					t.Errorf("got quit %t, want %t", c.quit, test.quit)
				}
			})
		})
	}
}

func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		cmd := c.m.key(keyMsg("ctrl+z"))
		if _, ok := cmd().(tea.SuspendMsg); !ok {
			t.Error("ctrl+z does not suspend")
		}
		c.send(tea.ResumeMsg{})
		c.see("Webhooks")
	})
}

func TestToastsHideNothing(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddFewDeliveries()
		c.wait(time.Second)
		c.press("4")
		before := strings.Split(c.screen(), "\n")
		c.send(screen.ToastMsg{Toast: screen.Good("bounce delivered")})
		c.send(screen.ToastMsg{Toast: screen.Good("sent delivered")})
		c.see("sent delivered ── ✓ bounce delivered")
		for i, line := range strings.Split(c.screen(), "\n") {
			if line != before[i] && i != len(before)-2 {
				t.Errorf("line %d changed from %q to %q", i, before[i], line)
			}
		}
	})
}
