package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// testMouse is like testSettings, with the mouse on and 40 deliveries.
func testMouse(t *testing.T, test func(*console)) {
	t.Helper()
	testSettings(t, "mouse = true\n", func(s *testStore) {
		acmeAndStaging(s)
		for range 40 {
			s.AddDelivery(bounce())
		}
	}, func(c *console, _ func() string) { test(c) })
}

func (c *console) mouse(x, y int, button tea.MouseButton) {
	c.send(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: button})
}

// clickOn clicks on the first occurrence of a text.
func (c *console) clickOn(text string) {
	c.t.Helper()
	for y, line := range strings.Split(c.screen(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			c.mouse(ansi.StringWidth(before)+len(text)/2, y, tea.MouseButtonLeft)
			return
		}
	}
	c.t.Fatalf("%q is not on the screen:\n%s", text, c.screen())
}

func mouseSizes() []tea.WindowSizeMsg {
	return []tea.WindowSizeMsg{{Width: 60, Height: 20}, {Width: 80, Height: 24}, {Width: 120, Height: 30}, {Width: 160, Height: 45}, {Width: 200, Height: 50}}
}

func TestMouseClicks(t *testing.T) {
	t.Parallel()
	testMouse(t, func(c *console) {
		for _, size := range mouseSizes() {
			c.size(size.Width, size.Height)
			for v := range c.m.views.stacks {
				name := c.m.views.title(screen.View(v))
				if size.Width < 80 {
					name = fmt.Sprint(v + 1)
				}
				c.clickOn(name)
				if c.m.views.current != screen.View(v) {
					t.Errorf("at %d columns, a click on %s shows %s", size.Width, name, c.m.views.title(c.m.views.current))
				}
			}
			c.press("1")
			c.clickOn("staging")
			if w, _ := c.m.views.front().(interface{ Webhook() (storage.ID, bool) }).Webhook(); w != staging().ID {
				t.Errorf("at %d columns, a click on the row of staging selects another row", size.Width)
			}
			c.clickOn("acme prod")
			if w, _ := c.m.views.front().(interface{ Webhook() (storage.ID, bool) }).Webhook(); w != acme().ID {
				t.Errorf("at %d columns, a click on the row of acme selects another row", size.Width)
			}
			c.clickOn("n new")
			c.see("Create Feedback Webhook")
			c.press("esc")
			c.clickOn("? help")
			c.see("╭ Keys")
			c.press("esc")
		}
	})
}

func TestMouseInARecordsDetail(t *testing.T) {
	t.Parallel()
	testMouse(t, func(c *console) {
		c.size(160, 45)
		c.clickOn("3 Deliveries")
		c.clickOn("Exchange")
		c.see("▌Exchange")
		c.clickOn(" Payload")
		c.see("Payload as queued")
		c.mouse(10, 10, tea.MouseButtonWheelUp)
		c.see("37 of 40")
		c.mouse(10, 10, tea.MouseButtonWheelDown)
		c.see("40 of 40")
		c.mouse(10, 5, tea.MouseButtonRight)
		c.see("40 of 40")
		c.size(120, 24)
		c.clickOn("1 Webhooks")
		c.see("no attempts in the last 10 minutes", "▌ acme prod")
		c.mouse(110, 15, tea.MouseButtonWheelDown)
		c.dontSee("no attempts in the last 10 minutes")
		c.mouse(110, 15, tea.MouseButtonWheelUp)
		c.see("no attempts in the last 10 minutes", "▌ acme prod")
	})
}

func TestMouseIsOffUntilAKeyTurnsItOn(t *testing.T) {
	t.Parallel()
	testSettings(t, "", acmeAndStaging, func(c *console, saved func() string) {
		c.clickOn("3 Deliveries")
		c.see("Feedback webhook settings")
		c.press("M")
		c.see("the mouse works here")
		if got := saved(); !strings.Contains(got, "mouse = true") {
			t.Errorf("got settings %q, want mouse = true", got)
		}
		c.clickOn("3 Deliveries")
		c.see("Nothing was fired yet")
		c.press("M", "1")
		c.clickOn("3 Deliveries")
		c.see("Feedback webhook settings")
		if got := saved(); !strings.Contains(got, "mouse = false") {
			t.Errorf("got settings %q, want mouse = false", got)
		}
	})
}

// A click outside of an overlay does nothing, and the wheel acts on the overlay.
func TestMouseOutsideOfAnOverlay(t *testing.T) {
	t.Parallel()
	testMouse(t, func(c *console) {
		c.press("?")
		c.clickOn("3 Deliveries")
		c.mouse(3, 29, tea.MouseButtonLeft)
		c.see("Anywhere")
		c.press("esc")
		c.see("Feedback webhook settings")
	})
}

// No mouse event at any position causes a panic.
func TestMouseEverywhere(t *testing.T) {
	t.Parallel()
	testMouse(t, func(c *console) {
		c.rapid = true
		for _, size := range mouseSizes()[:3] {
			c.size(size.Width, size.Height)
			for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"3", "enter"}, {"4"}, {"5"}, {"1", "n"}, {"?"}, {":"}, {"f"}, {"3", "/", "x"}} {
				c.press(keys...)
				for y := 0; y < size.Height; y += 9 {
					for x := 0; x < size.Width; x += 37 {
						for _, button := range []tea.MouseButton{tea.MouseButtonWheelDown, tea.MouseButtonWheelUp, tea.MouseButtonWheelLeft} {
							c.deliver(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: button})
						}
					}
				}
				c.settle()
				c.deliver(tea.MouseMsg{X: size.Width + 5, Y: size.Height + 5, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
				c.settle()
				if lines := strings.Split(c.screen(), "\n"); len(lines) != size.Height {
					t.Fatalf("got %d lines at %d×%d", len(lines), size.Width, size.Height)
				}
				c.press("esc", "esc", "esc", "1")
			}
		}
	})
}

func TestNotices(t *testing.T) {
	t.Parallel()
	var notices []string
	taken := func() string {
		defer func() { notices = nil }()
		return strings.Join(notices, "|")
	}
	testConsoleOf(t, plainTheme, func(cfg *Config, s *testStore) {
		acmeAndStaging(s)
		cfg.Notify = func(text string) { notices = append(notices, text) }
	}, func(c *console) {
		ctx := c.m.env.Context
		add := func(kind storage.ActivityKind, text string) {
			c.must(c.store.AddActivity(ctx, storage.Activity{Kind: kind, Text: text}))
		}
		add(storage.ActivityFailed, "bounce to acme failed: 400")
		c.wait(time.Second)
		if got := taken(); got != "" {
			t.Errorf("got notice %q, want none before notices are turned on", got)
		}
		c.pick("notice")
		c.see("the bell rings")
		add(storage.ActivityCheck, "check of webhook acme asked for in the console")
		add(storage.ActivityFired, "fired")
		c.wait(time.Second)
		if got := taken(); got != "" {
			t.Errorf("got notice %q, want none", got)
		}
		add(storage.ActivityCheck, "check of webhook acme ready: 12 passed")
		c.wait(time.Second)
		if got, want := taken(), "backchannel: check of webhook acme ready: 12 passed"; got != want {
			t.Errorf("got notice %q, want %q", got, want)
		}
		add(storage.ActivityFailed, "one failed")
		add(storage.ActivityFailed, "two failed")
		c.wait(time.Second)
		if got, want := taken(), "backchannel: one failed, and 1 more"; got != want {
			t.Errorf("got notice %q, want %q", got, want)
		}
		c.press("j", "k")
		if got := taken(); got != "" || c.m.notice.rung {
			t.Errorf("after a key, got notice %q and rung %t, want neither", got, c.m.notice.rung)
		}
		c.pick("notice")
		c.see("notices are off")
		add(storage.ActivityFailed, "three failed")
		c.wait(time.Second)
		if got := taken(); got != "" {
			t.Errorf("got notice %q, want none", got)
		}
	})
}
