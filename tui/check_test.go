package tui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/report"
	"backchannel/tui/check"
	"backchannel/tui/tuitest"
)

func checkScenes() []scene {
	at := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"K"}, keys...)...) }
	}
	return []scene{
		{name: "check-empty", set: func(s *testStore) { s.AddWebhook(acme()) }, play: at()},
		{name: "check-running", whole: true, set: func(s *testStore) { s.AddRunningCheck() }, play: at()},
		{name: "check-failed", whole: true, set: func(s *testStore) { s.AddTwoChecks() }, play: at()},
		{name: "check-compared", set: func(s *testStore) { s.AddTwoChecks() }, play: at("c", "j")},
		{name: "check-lost", set: func(s *testStore) {
			s.AddRunningCheck()
			_ = s.MarkChecksLost(context.Background(), "the process that ran the check died; its results so far are kept; run the check again")
		}, play: at()},
		{name: "check-load", set: func(s *testStore) { s.AddTwoChecks() }, play: at("G")},
		{name: "check-runs", set: func(s *testStore) { s.AddTwoChecks() }, play: at("e")},
	}
}

func TestKOpensTheReport(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("K")
		c.see("there is no webhook to do that with")
		run := c.store.AddCheck()
		c.wait(time.Second)
		for range 6 {
			c.store.Request(run, "auth/alg-none", 200)
		}
		failed := run.Cases[4]
		for _, d := range c.store.AllDeliveries() {
			failed.Deliveries = append(failed.Deliveries, d.ID)
		}
		c.store.Progress(run, failed)
		c.store.AddDelivery(storage.Event{WebhookID: acme().ID, Channel: storage.Email, Status: storage.StatusBounce, Identity: "somebody@example.com"})
		c.press("K")
		c.see("Endpoint check of acme prod", "✗ not ready", "▌ ✗ failed alg-none", "6 deliveries; enter opens")
		c.press("enter")
		c.see("Attempts of auth/alg-none", "6 of 6", "recipient@example.com")
		c.dontSee("somebody@example.com", "bounce")
		c.press("/")
		c.write("state:failed")
		c.see("Nothing matches the filter.")
		c.press("esc", "l")
		c.press("enter", "esc", "esc")
		c.see("Endpoint check of acme prod", "▌ ✗ failed alg-none")
		c.press("q")
		c.see("Feedback webhook settings")
	})
}

func TestThePaletteChecksAnEndpoint(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddCheck()
		c.wait(time.Second)
		c.press("3", ":")
		c.write("check endpoint")
		c.see("Webhooks: Check whether its endpoint is ready")
		c.press("enter")
		c.see("Endpoint check of acme prod")
		c.press("?")
		c.see("Run the whole check again", "Run only the cases again that failed", "Show only the cases that failed")
		c.press("esc", ":")
		c.write("run again")
		c.press("enter")
		c.wait(time.Second)
		c.see("· asked for", "the newest of 2 runs")
		c.press("w")
		c.see("w does nothing here")
	})
}

func TestActivityLeadsToTheReport(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddTwoChecks()
		c.wait(time.Second)
		c.press("5", "/")
		c.write("check finished")
		c.press("enter", "g", "enter")
		c.see("Endpoint check of acme prod", "an earlier run: 1 of 2")
		c.press("esc", "G", "enter")
		c.see("Endpoint check of acme prod", "the newest of 2 runs")
		c.press("esc")
		c.see("▸5 Activity")
		if _, err := c.store.DeleteWebhook(c.m.env.Context, acme().ID); err != nil {
			t.Fatal(err)
		}
		c.wait(time.Second)
		c.press("enter")
		c.see("Endpoint check of acme prod", "the webhook was deleted, so its endpoint can no longer be checked")
	})
}

// Columns and lines keep their positions while a run proceeds and the terminal is resized.
func TestAReportKeepsItsColumns(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		run := c.store.AddRunningCheck()
		c.wait(time.Second)
		c.press("K")
		for _, size := range sizes() {
			c.size(size[0], size[1])
			before := headerOf(c)
			next := run.Cases[2]
			next.Result, next.Got, next.EndedAt = storage.CheckFailed, strings.Repeat("顧客 ", 50), noon()
			c.store.Progress(run, next)
			c.wait(time.Second)
			c.see("✗ failed", "3 of 9")
			if after := headerOf(c); after != before {
				t.Errorf("at %d×%d: got the header %q, want %q as before", size[0], size[1], after, before)
			}
			c.store.Progress(run, run.Cases[2])
			c.wait(time.Second)
			fits(t, c, size[0], size[1])
		}
	})
}

// headerOf returns the header of the list and the number of its line.
func headerOf(c *console) string {
	c.t.Helper()
	for i, line := range strings.Split(c.screen(), "\n") {
		if strings.HasPrefix(line, "   Result") {
			header, _, _ := strings.Cut(line, "│")
			return fmt.Sprint(i, header)
		}
	}
	c.t.Fatalf("the list has no header:\n%s", c.screen())
	return ""
}

func TestAReportIsExported(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		var written []check.Destination
		c.m.cfg.Check.Export = func(_ context.Context, r report.Report, to check.Destination) (string, error) {
			switch {
			case len(r.Run.Cases) != 9 || r.Before == nil || r.Zone != time.UTC:
				t.Errorf("got the report %+v, want 9 cases, a run before it, and UTC", r)
			case strings.HasPrefix(to.Path, "bad"):
				return "", errors.New("the disk is full")
			case strings.HasPrefix(to.Path, "taken") && !to.Replace:
				return "", fmt.Errorf("%s: %w", to.Path, fs.ErrExist)
			}
			written = append(written, to)
			return "/here/" + to.Path, nil
		}
		c.store.AddTwoChecks()
		c.wait(time.Second)
		c.press("K", "x")
		c.see("h html", "j json", "u junit")
		c.press("u")
		c.see("Export as junit", "check-20261102-120329.xml")
		c.press("ctrl+u", "ctrl+s")
		c.see("No file; name one.")
		c.write("out.xml")
		c.press("ctrl+s")
		c.see("✓ report written to /here/out.xml")
		c.press("x", "h", "ctrl+u")
		c.write("taken.html")
		c.press("ctrl+s")
		c.see("Replace the file?", "taken.html exists already")
		c.press("y")
		c.see("✓ report written to /here/taken.html")
		c.press("x", "j", "ctrl+u")
		c.write("bad.json")
		c.press("ctrl+s")
		c.see("✗ export: the disk is full")
		want := []check.Destination{{Format: report.JUnit, Path: "out.xml"}, {Format: report.HTML, Path: "taken.html", Replace: true}}
		if len(written) != 2 || written[0] != want[0] || written[1] != want[1] {
			t.Errorf("wrote %+v, want %+v", written, want)
		}
	})
}

// A console without an Export action says that it cannot write files.
func TestAReportIsNotExportedWithoutTheAction(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddCheck()
		c.wait(time.Second)
		c.press("K", "x")
		c.see("this console cannot write files")
	})
}

// The root knows whether an engine is running, and draws the report again when that changes.
func TestARunWithoutAnEngine(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddRunningCheck()
		c.wait(time.Second)
		c.press("K")
		c.see("● running")
		c.dontSee("is gone")
		c.store.Resign()
		c.wait(2 * time.Second)
		c.see("the process that ran the check is gone", tuitest.Acme().Name)
	})
}
