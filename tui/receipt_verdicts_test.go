package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestARemedyIsToldOnce(t *testing.T) {
	testReceiver(t, func(f *fakeStore) {
		fewReceipts(f)
		missing := func(key string) storage.Check {
			return storage.Check{Name: "schema /" + key, Result: storage.Fail, Actual: "none", Expected: "the key " + key, Remedy: "add the key"}
		}
		f.receipts[0].Verdicts.Schema = storage.Verdict{Result: storage.Fail, Checks: []storage.Check{missing("imsOrg"), missing("offers")}}
	}, func(c *console) {
		c.press("g")
		c.see("expected the key imsOrg", "expected the key offers")
		if n := strings.Count(c.view(), "add the key"); n != 1 {
			t.Errorf("the remedy is told %d times", n)
		}
	})
}

func TestPhrasesOfTheHeadStayWhole(t *testing.T) {
	testReceiver(t, func(f *fakeStore) {
		fewReceipts(f)
		f.receipts[1].Webhook, f.receipts[1].Duration = "a longer name", 1500*time.Microsecond
	}, func(c *console) {
		c.press("g", "j")
		for width := 60; width <= 220; width += 4 {
			c.size(width, 40)
			c.see("answered 401")
		}
	})
}
