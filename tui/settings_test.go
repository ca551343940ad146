package tui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backchannel/tui/config"

	tea "github.com/charmbracelet/bubbletea"
)

// testSettings runs a test with a console that saves its settings in a file, which initially
// contains text. The function saved returns the contents of the file.
func testSettings(t *testing.T, text string, fill func(*testStore), test func(c *console, saved func() string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file := config.File{Path: path}
	testConsoleOf(t, darkTheme, func(cfg *Config, s *testStore) {
		fill(s)
		cfg.Kept, cfg.Keep = config.Load(context.Background(), path), file.Set
	}, func(c *console) {
		test(c, func() string {
			t.Helper()
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return string(got)
		})
	})
}

func acmeAndStaging(s *testStore) {
	s.AddWebhook(acme())
	s.AddWebhook(staging())
}

// wantSaved fails unless the saved settings match what is wanted.
func wantSaved(t *testing.T, match func(got, want string) bool, got, want string) {
	t.Helper()
	if !match(got, want) {
		t.Errorf("got settings %q, want %q", got, want)
	}
}

func equal(got, want string) bool { return got == want }

// pick runs a command of the palette.
func (c *console) pick(name string) {
	c.press(":")
	c.write(name)
	c.press("enter")
}

func TestThemeIsSaved(t *testing.T) {
	t.Parallel()
	testSettings(t, "theme = \"light\" # by day\n", acmeAndStaging, func(c *console, saved func() string) {
		if c.m.env.Theme.Dark {
			t.Error("the console is dark")
		}
		for _, step := range []struct {
			do   func()
			dark bool
			want string
		}{
			{func() { c.press("T") }, true, "dark"},
			{func() { c.press("T") }, false, "light"},
			{func() { c.pick("theme auto") }, true, "auto"},
		} {
			step.do()
			if got, want := saved(), "theme = '"+step.want+"' # by day\n"; got != want || c.m.env.Theme.Dark != step.dark {
				t.Errorf("got settings %q and dark %t, want %q and %t", got, c.m.env.Theme.Dark, want, step.dark)
			}
		}
	})
}

func TestColumnsAreSaved(t *testing.T) {
	t.Parallel()
	testSettings(t, "[columns]\nwebhooks = [\"State\", \"Name\"]\n", acmeAndStaging, func(c *console, saved func() string) {
		c.see("State Name", "active acme prod")
		c.dontSee("Outcome")
		c.pick("columns")
		c.see("Columns of Webhooks", "[x] State", "[x] Name", "[ ] Sandbox")
		c.press("space", "right", "right", "space", "ctrl+s") // without State
		c.dontSee("State Name")
		wantSaved(t, strings.HasPrefix, saved(), "[columns]\nwebhooks = ['Name', '")
		c.press("3")
		c.see("Nothing was fired yet")
	})
	testSettings(t, "", acmeAndStaging, func(c *console, saved func() string) {
		c.pick("columns")
		c.press("space", "ctrl+s")
		wantSaved(t, strings.Contains, saved(), "[columns]\nwebhooks = [")
		c.dontSee("Name Ch")
		c.pick("columns")
		c.press("ctrl+s")
		c.dontSee("Name Ch")
	})
}

func TestFiltersAreSaved(t *testing.T) {
	t.Parallel()
	testSettings(t, "[filters]\nwebhooks = 'stag'\ndeliveries = 'state:failed'\n", acmeAndStaging, func(c *console, saved func() string) {
		c.see("/ stag", "staging", "1 of 1")
		c.dontSee("acme prod")
		c.press("/", "x")
		wantSaved(t, strings.Contains, saved(), "'stag'") // nothing is saved while the filter is typed
		c.press("backspace", "backspace", "enter")
		wantSaved(t, strings.Contains, saved(), "webhooks = 'sta'")
		c.press("esc")
		c.see("acme prod")
		wantSaved(t, equal, saved(), "[filters]\ndeliveries = 'state:failed'\n")
		c.press("3")
		c.see("/ state:failed")
		c.press("5", "/")
		c.write("acme")
		c.press("enter")
		wantSaved(t, equal, saved(), "[filters]\ndeliveries = 'state:failed'\nactivity = 'acme'\n")
		if cmd := c.m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("q")}); cmd == nil || cmd() != tea.Quit() {
			t.Error("q does not quit while there is a filter")
		}
		wantSaved(t, strings.Contains, saved(), "activity = 'acme'")
	})
}

func TestKeysAreReplaced(t *testing.T) {
	t.Parallel()
	testSettings(t, "[keys]\n\"n\" = \"ctrl+n\"\n'e' = 'd'\n'd' = 'e'\n'f' = 'w'\n'/' = 'f5'\n", acmeAndStaging, func(c *console, saved func() string) {
		c.see("ctrl+n new", "d edit", "f5 filter", "No event yet. w fires one.")
		c.press("n")
		c.see("ctrl+n replaces n")
		c.press("f5")
		c.write("ne") // in a text field, replaced keys are text
		c.see("/ ne")
		c.press("esc", "ctrl+n")
		c.see("Create Feedback Webhook")
		c.press("esc", "d")
		c.see("Edit")
		c.press("esc")
		c.pick("keys")
		c.write("y")
		c.press("tab")
		c.write("n")
		c.press("ctrl+s")
		c.see("n replaces y")
		c.press("Y")
		c.see("Nothing was copied yet: n copies")
		wantSaved(t, strings.HasSuffix, saved(), "'/' = 'f5'\ny = 'n'\n")
		c.press("n")
		c.see("Copy")
		c.press("esc")
		c.pick("keys")
		c.write("y")
		c.press("tab", "ctrl+s")
		c.see("y is the key again")
		if got := saved(); strings.Contains(got, "y =") {
			t.Errorf("got settings %q, want none for the key y", got)
		}
	})
}

// A key that has a meaning on a screen cannot replace another one there.
func TestKeysThatConflict(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ keys, want string }{
		"same screen":       {"n = 'e'", `keys.n: "e" is for "Edit the webhook" in Webhooks; choose another key, or replace that one, too`},
		"anywhere":          {"n = 'y'", `keys.n: "y" is for "Copy a text from the screen" in Webhooks; choose another key, or replace that one, too`},
		"from anywhere":     {"f = 'X'", `keys.f: "X" is for "Cancel the delivery" in Deliveries; choose another key, or replace that one, too`},
		"moving":            {"n = 'j'", `keys.n: "j" is for "moving and leaving" in Webhooks; choose another key, or replace that one, too`},
		"quit":              {"n = 'q'", `keys.n: "q" is for "moving and leaving" in Webhooks; choose another key, or replace that one, too`},
		"interrupt":         {"n = 'ctrl+c'", `keys.n: "ctrl+c" is for "moving and leaving" in Webhooks; choose another key, or replace that one, too`},
		"quit itself":       {"q = 'x'", `keys.q: this key cannot be replaced; remove the line`},
		"two in one place":  {"n = 'f5'\ne = 'f5'", `keys.n: "f5" takes the place of e in Webhooks, too; choose another key; 1 more after that`},
		"half a swap":       {"n = 'e'\ne = 'q'", `keys.n: "e" is for "Edit the webhook" in Webhooks; choose another key, or replace that one, too; 1 more after that`},
		"no key":            {"n = 'ctrl+shift+x'", `keys.n: "ctrl+shift+x" is not a key; write one letter or sign, or such as ctrl+x, alt+x, f5, space`},
		"empty":             {"n = ''", `keys.n: "" is not a key; write one letter or sign, or such as ctrl+x, alt+x, f5, space`},
		"nowhere":           {"'ctrl+x' = 'n'", `keys.ctrl+x: no view has this key; ? lists those of each`},
		"two letters":       {"n = 'nn'", `keys.n: "nn" is not a key; write one letter or sign, or such as ctrl+x, alt+x, f5, space`},
		"another screen":    {"X = 'n'", ""},
		"an arrow's letter": {"n = 'l'", `keys.n: "l" is for "moving and leaving" in Webhooks; choose another key, or replace that one, too`},
		"space":             {"n = 'space'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testSettings(t, "[keys]\n"+test.keys+"\n", acmeAndStaging, func(c *console, _ func() string) {
				fault := c.m.chrome.fault
				if test.want == "" && fault != "" || test.want != "" && !strings.HasSuffix(fault, ": "+test.want+"; esc hides this") {
					t.Errorf("got  %s\nwant %s", fault, test.want)
				}
				c.see("acme prod")
			})
		})
	}
}

// No screen uses a key twice, so that conflicts are only caused by replacements.
func TestBuiltInKeysDoNotConflict(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		for v := range c.m.views.stacks {
			seen := map[string]string{}
			for _, b := range append(append(c.m.views.stacks[v][0].Bindings(), c.m.globals()...), urgent()...) {
				for _, key := range b.Keys {
					if b.Do != nil && seen[key] != "" {
						t.Errorf("in %s, the key %s is for %q and for %q", c.m.views.stacks[v][0].Title(), key, seen[key], b.Help)
					}
					seen[key] = b.Help
				}
			}
			for _, key := range fixedKeys() {
				if help := seen[key]; help != "" && !strings.Contains(help, "tabs of the detail") && !strings.HasPrefix(key, "ctrl+") {
					t.Errorf("the key %s is for moving and for %q", key, help)
				}
			}
		}
	})
}

// Settings that cannot be used are reported in one line, and the console opens nevertheless.
func TestInvalidSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"column":      {"[columns]\n\ndeliveries = ['Time', 'Stat']\n", `:3: columns.deliveries: there is no column "Stat"; did you mean "State"?; the columns are Time, State, Event, Ch, Webhook, Tries, Code, Latency, Next, Receiver, Campaign`},
		"twice":       {"[columns]\ndeliveries = ['Time', 'Time']\n", `:2: columns.deliveries: "Time" occurs twice; remove one`},
		"no column":   {"[columns]\nactivity = []\n", `:2: columns.activity: names no column; name some of Time, What, or remove the line`},
		"view":        {"[columns]\ndelivery = ['Time']\n", `:2: columns.delivery: there is no view "delivery"; the views are webhooks, campaigns, deliveries, receiver, activity`},
		"filter view": {"[filters]\nDeliveries = 'x'\n", `:2: filters.Deliveries: there is no view "Deliveries"; did you mean "deliveries"?; the views are webhooks, campaigns, deliveries, receiver, activity`},
		"filter":      {"theme = 'light'\n[filters]\nreceiver = 'status:bonce'\n", `:3: filters.receiver: `},
		"syntax":      {"mouse = on\n", `:1: toml: `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testSettings(t, test.text, acmeAndStaging, func(c *console, saved func() string) {
				if fault := c.m.chrome.fault; !strings.Contains(fault, "config.toml"+test.want) || strings.Contains(fault, "more after") {
					t.Errorf("got  %s\nwant %s", fault, test.want)
				}
				c.see("config.toml", "acme prod")
				c.press("3", "4", "5", "1", "esc")
				c.dontSee("config.toml")
				wantSaved(t, equal, saved(), test.text)
			})
		})
	}
}

// A setting that was changed just before the console ended is not lost.
func TestTheLastSettingIsSaved(t *testing.T) {
	t.Parallel()
	testSettings(t, "", acmeAndStaging, func(c *console, saved func() string) {
		c.m.settings.unsaved = append(c.m.settings.unsaved, setting{config.Mouse(), true})
		c.m.settings.flush()
		wantSaved(t, strings.Contains, saved(), "mouse = true")
	})
}
