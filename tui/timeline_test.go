package tui

import (
	"errors"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/receiver"
	"backchannel/tui/screen"
)

// manyReceipts adds n receipts, r1 first.
func manyReceipts(n int) func(*testStore) {
	return func(s *testStore) { s.AddManyReceipts(n) }
}

func testReceiver(t *testing.T, set func(*testStore), test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		set(c.store)
		c.wait(time.Second)
		c.press("4")
		c.size(200, 30)
		test(c)
	})
}

func receiverOf(c *console) *receiver.Screen {
	return c.m.views.stacks[screen.ViewReceiver][0].(*receiver.Screen)
}

func TestTimelineLoadsAWindowOfManyRows(t *testing.T) {
	const n = 2000
	t.Parallel()
	testReceiver(t, manyReceipts(n), func(c *console) {
		c.rapid = true
		list := receiverOf(c).List()
		c.see("person2000", "2,000 of 2,000 following")
		for want := n; want > n-400; want -= 20 {
			if got := list.SelectedID(); got != arrived(want, "").ID {
				t.Fatalf("got receipt %d selected, want %d", got-arrived(0, "").ID, want)
			}
			for range 20 {
				c.press("k")
			}
			if list.Len() > 2*screen.SpanReach {
				t.Fatalf("the list holds %d rows, want at most %d", list.Len(), 2*screen.SpanReach)
			}
		}
		c.press("g")
		c.see("person1 ", "1 of 2,000")
		c.press("j", "ctrl+d", "pgdown")
		if at := list.SelectedID(); at <= arrived(20, "").ID {
			t.Errorf("paging down ended at receipt %d, want one after 20", at-arrived(0, "").ID)
		}
		c.press("G")
		c.see("person2000", "following")
	})
}

func TestTimelinePagesBothWaysWithoutAGap(t *testing.T) {
	const n = 400
	t.Parallel()
	testReceiver(t, manyReceipts(n), func(c *console) {
		c.rapid = true
		list := receiverOf(c).List()
		c.press("g")
		for i := 1; i <= n; i++ {
			if got := list.SelectedID() - arrived(0, "").ID; int(got) != i {
				t.Fatalf("got receipt %d in row %d, want %d", got, i, i)
			}
			c.press("j")
		}
	})
}

func TestSelectionSticksToItsItem(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(200), func(c *console) {
		list := receiverOf(c).List()
		c.press("k", "k")
		selected := list.SelectedID()
		for first := 201; first <= 400; first += 20 {
			var more []storage.Receipt
			for n := first; n < first+20; n++ {
				more = append(more, arrived(n, storage.StatusSent))
			}
			c.store.Receive(more...)
			c.wait(changeGap)
		}
		c.wait(time.Second)
		if got := list.SelectedID(); got != selected {
			t.Errorf("the selection moved from %d to %d", selected, got)
		}
		c.press("F")
		if got := list.SelectedID(); got != arrived(400, "").ID {
			t.Errorf("got receipt %d selected while following, want %d", got, arrived(400, "").ID)
		}
	})
}

func TestPauseFreezesTheViewAndCounts(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(10), func(c *console) {
		c.press("p")
		c.see("‖ paused, 0 new")
		for i := range 12 {
			c.store.Receive(arrived(11+i, storage.StatusBounce))
		}
		c.wait(time.Second)
		c.see("10 of 10 ‖ paused, 12 new", "p resume")
		c.dontSee("bounce")
		c.press("p")
		c.see("22 of 22 following", "bounce")
		c.dontSee("paused")
	})
}

func TestPauseOfAnEmptyView(t *testing.T) {
	t.Parallel()
	testReceiver(t, twoWebhooks, func(c *console) {
		c.press("p")
		c.store.Receive(arrived(1, storage.StatusBounce))
		c.wait(time.Second)
		c.see("paused, 1 new")
		c.press("p")
		c.see("john.doe@luma.com")
	})
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1: "many"} {
		if got := screen.Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAReadErrorIsShownUntilTheNextRead(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.store.fail = errors.New("the disk is gone")
		c.store.Receive(arrived(6, storage.StatusSent))
		c.wait(time.Second)
		c.see("✗ the disk is gone", "john.doe@luma.com")
		c.store.fail = nil
		c.store.Receive(arrived(7, storage.StatusSent))
		c.wait(10 * time.Second)
		c.dontSee("the disk is gone")
	})
}

func TestClearingAFilterRestoresThePosition(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(2000), func(c *console) {
		c.send(screen.GoMsg{View: screen.ViewReceiver, ID: arrived(77, "").ID})
		c.press("/")
		c.write("status:exclude")
		c.see("Nothing matches the filter.")
		c.press("esc")
		if got := receiverOf(c).List().SelectedID(); got != arrived(77, "").ID {
			t.Errorf("got receipt %d selected, want %d, which was selected before the filter", got, arrived(77, "").ID)
		}
		c.press("/")
		c.write("status:exclude")
		keep := storage.DefaultRetention()
		keep.Receipts = 1500
		_, err := c.store.ApplyRetention(c.m.env.Context, keep)
		c.must(err)
		c.wait(time.Second)
		c.press("esc")
		if got := receiverOf(c).List().SelectedID(); got != arrived(501, "").ID {
			t.Errorf("got receipt %d selected, want %d, the nearest record", got, arrived(501, "").ID)
		}
	})
}
