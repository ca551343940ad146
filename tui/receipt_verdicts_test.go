package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestARemedyIsShownOnce(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		missing := func(key string) storage.Check {
			return storage.Check{Name: "schema /" + key, Result: storage.Fail, Actual: "none", Expected: "the key " + key, Remedy: "add the key"}
		}
		s.AddFewReceipts(func(all []storage.Receipt) {
			all[0].Verdicts.Schema = storage.Verdict{Result: storage.Fail, Checks: []storage.Check{missing("imsOrg"), missing("offers")}}
		})
	}, func(c *console) {
		c.press("g")
		c.see("expected the key imsOrg", "expected the key offers")
		if n := strings.Count(c.view(), "add the key"); n != 1 {
			t.Errorf("the remedy is shown %d times, want once", n)
		}
	})
}

func TestPhrasesOfTheHeadAreNotSplit(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) { all[1].Duration = 1500 * time.Microsecond })
		s.ChangeWebhook(acme().ID, func(w *storage.Webhook) { w.Name = "a longer name" })
	}, func(c *console) {
		c.press("g", "j")
		for width := 60; width <= 220; width += 4 {
			c.size(width, 40)
			c.see("answered 401")
		}
	})
}
