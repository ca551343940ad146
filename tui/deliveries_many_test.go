package tui

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/deliveries"
)

func TestMarksPersistAndAreCleared(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g", " ", "j", "j", " ")
		c.see("2 marked")
		c.press("/")
		c.write("cancelled")
		c.press("enter")
		c.see("2 marked, 1 not shown")
		c.press("esc")
		c.see("2 marked")
		c.dontSee("not shown")
		c.press("esc")
		c.dontSee("marked")
		c.press(" ", "u")
		c.dontSee("1 marked")
		c.press(" ", " ")
		c.dontSee("1 marked")
	})
}

func TestActionsOnMarkedDeliveries(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g", " ", "G", " ", "X")
		c.see("Cancel 1 of 2 deliveries?", "1 cannot be cancelled: 1 failed.", "cancel 1")
		c.press("n")
		if state := c.store.AllDeliveries()[4].State; state != storage.Retrying {
			t.Errorf("after n: got the state %s, want %s", state, storage.Retrying)
		}
		c.press("X", "y")
		c.wait(time.Second)
		c.see("cancelled 1 of 2 deliveries; 1 could not be cancelled: 1 failed")
		if state := c.store.AllDeliveries()[4].State; state != storage.Cancelled {
			t.Errorf("after y: got the state %s, want %s", state, storage.Cancelled)
		}
		c.press("t")
		c.see("none of 2 deliveries can be retried: 1 cancelled, 1 failed; replay them instead")
		c.press("r")
		c.see("Replay 2 deliveries?")
		c.press("y")
		c.wait(time.Second)
		if n := len(c.store.AllDeliveries()); n != 7 {
			t.Errorf("after the replay: got %d deliveries, want 7", n)
		}
	})
}

func TestActOnAllThatMatchTheFilter(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("/")
		c.write("state:delivered")
		c.press("enter", "A")
		c.see("All that match the filter", "retry now", "cancel")
		c.press("r")
		c.see("Replay 1 delivery?")
		c.press("y")
		c.wait(time.Second)
		c.see("replayed 1 delivery")
		if all := c.store.AllDeliveries(); len(all) != 6 || all[5].ReplayOf != all[1].ID {
			t.Errorf("got %d deliveries, want 6, the last of them a replay of the second", len(all))
		}
	})
}

// manyDeliveries queues many deliveries, which no engine attempts. Every tenth is for staging,
// which is paused, so that it is parked.
func manyDeliveries(n int) func(*testStore) {
	return func(s *testStore) {
		s.AddWebhook(acme())
		s.AddWebhook(staging())
		events := make([]storage.Event, n)
		for i := range events {
			events[i] = bounce()
			events[i].Payload = []byte("{}")
			if i%10 == 9 {
				events[i].WebhookID, events[i].Channel = staging().ID, storage.SMS
			}
		}
		if _, err := s.Enqueue(context.Background(), events...); err != nil {
			panic(err)
		}
	}
}

func testManyDeliveries(t *testing.T, n int, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		manyDeliveries(n)(c.store)
		c.wait(time.Second)
		c.press("3")
		test(c)
	})
}

// cancelled returns the numbers of the cancelled deliveries.
func cancelled(c *console) (numbers []int) {
	for i, d := range c.store.AllDeliveries() {
		if d.State == storage.Cancelled {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// Marks remain when the list is scrolled to other pages or filtered.
func TestMarksAcrossPagesAndFilters(t *testing.T) {
	t.Parallel()
	const n = 2000
	testManyDeliveries(t, n, func(c *console) {
		c.press("g", " ")
		for range 20 {
			c.press("pgdown")
		}
		at := deliveryNumber(c)
		c.press(" ", "G", "k", " ")
		c.see("3 marked")
		c.press("/")
		c.write("state:parked")
		c.press("enter", "g", " ")
		c.see("4 marked", "200 of 2,000")
		c.press("esc", "X")
		c.see("Cancel 4 deliveries?")
		c.press("y")
		c.wait(time.Second)
		c.see("cancelled 4 deliveries")
		want := []int{0, 9, at, n - 2}
		if got := cancelled(c); at < 300 || at > 700 || !slices.Equal(got, want) {
			t.Errorf("got the cancelled deliveries %v, want %v", got, want)
		}
	})
}

// deliveryNumber returns the number of the selected delivery.
func deliveryNumber(c *console) int {
	id := c.m.views.front().(*deliveries.Screen).List().SelectedID()
	return slices.IndexFunc(c.store.AllDeliveries(), func(d storage.Delivery) bool { return d.ID == id })
}

// Deliveries that change between the mark, the question and the answer are left as they are, and
// counted.
func TestMarkedDeliveriesThatChangeMeanwhile(t *testing.T) {
	t.Parallel()
	testManyDeliveries(t, 30, func(c *console) {
		all := c.store.AllDeliveries()
		c.press("g", " ", "j", " ", "j", " ", "j", " ")
		c.store.Attempt(all[0].ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204}})
		c.press("X")
		c.see("Cancel 3 of 4 deliveries?", "1 cannot be cancelled: 1 delivered.")
		c.store.Attempt(all[1].ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{Code: 400}})
		c.press("y")
		c.wait(time.Second)
		c.see("cancelled 2 of 4 deliveries; 2 could not be cancelled: 1 delivered, 1 failed", "4 marked")
		if got := cancelled(c); !slices.Equal(got, []int{2, 3}) {
			t.Errorf("got the cancelled deliveries %v, want [2 3]", got)
		}
	})
}

// The mark of a delivery that retention has removed disappears with its row. If the list does not
// show that row, the question says so.
func TestMarkedDeliveriesThatAreRemoved(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		n    int
		keys []string // after the mark of the oldest
		want string
	}{
		"near": {30, nil, "1 marked"},
		"far":  {2000, []string{"G"}, "2 marked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testManyDeliveries(t, test.n, func(c *console) {
				all := c.store.AllDeliveries()
				c.press("g", " ", "j", " ")
				c.press(test.keys...)
				c.store.Attempt(all[0].ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204}})
				c.wait(2 * time.Second)
				keep := storage.DefaultRetention()
				keep.DeliveryAge = time.Second
				if _, err := c.store.ApplyRetention(context.Background(), keep); err != nil {
					t.Fatal(err)
				}
				c.wait(time.Second)
				c.see(test.want)
				if c.press("r"); test.n == 30 {
					c.see("Replay 1 delivery?")
					return
				}
				c.see("Replay 1 of 2 deliveries?", "1 cannot be replayed: 1 no longer kept.")
			})
		})
	}
}

// A slowStore waits before each commit of an action until the test lets it continue.
type slowStore struct {
	*testStore
	next chan bool
}

func (s slowStore) ActOnDeliveries(ctx context.Context, a storage.DeliveryAction, ids []storage.ID) (storage.ActionOutcome, error) {
	<-s.next
	return s.testStore.ActOnDeliveries(ctx, a, ids)
}

// A bulk action shows its progress, does not block the console, and is stopped by esc.
func TestProgressAndOutcomeOfABulkAction(t *testing.T) {
	t.Parallel()
	var next chan bool
	testConsoleOn(t, plainTheme, func(s *testStore) Store {
		next = make(chan bool)
		return slowStore{s, next}
	}, func(c *console) {
		manyDeliveries(350)(c.store)
		c.wait(time.Second)
		c.press("3", "A", "X")
		c.see("Cancel 350 deliveries?")
		c.press("y")
		c.wait(time.Second) // keys are handled again
		for i := range 2 {
			next <- true
			c.settle()
			c.see(fmt.Sprintf("cancelled %d of 350, esc stops", 100*(i+1)))
		}
		c.press("A", "r")
		c.see("another one is still running: esc stops it")
		c.press("1", "3", "esc") // it continues while another view is in front
		next <- true
		c.wait(time.Second)
		c.see("cancelled 300 of 350 deliveries; stopped, 50 left as they were")
		c.dontSee("esc stops")
		if n := len(cancelled(c)); n != 300 {
			t.Errorf("got %d cancelled deliveries, want 300", n)
		}
		c.press("5")
		c.see("300 of 350 deliveries cancelled in the console")
	})
}
