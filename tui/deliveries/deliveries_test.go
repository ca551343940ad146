package deliveries_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/deliveries"
	"backchannel/tui/resend"
	"backchannel/tui/screen"
	"backchannel/tui/tuitest"
)

// drive runs a test with Deliveries.
func drive(t *testing.T, fill func(*tuitest.Store), test func(*tuitest.Driver)) {
	t.Parallel()
	tuitest.Drive(t, fill, func(e *screen.Env, s *tuitest.Store) screen.Screen {
		return deliveries.New(e, s, resend.Sender{Env: e, Store: s})
	}, test)
}

// few adds deliveries of acme and staging. From the oldest to the newest, they are failed with a
// receipt, delivered, cancelled, parked and retrying.
func few(s *tuitest.Store) { s.AddFewDeliveries() }

func TestEmpty(t *testing.T) {
	drive(t, func(*tuitest.Store) {}, func(d *tuitest.Driver) {
		d.See("Deliveries")
		d.WantOffer("r", "there is no delivery to do that with")
		d.Press("r")
		if d.Toast() != "there is no delivery to do that with" {
			t.Errorf("got toast %q, want why r does nothing", d.Toast())
		}
	})
}

func TestWhatAKeyDoesDependsOnTheState(t *testing.T) {
	final := func(state string) string { return "it is " + state + " already; r sends it again" }
	for name, test := range map[string]struct {
		keys                   []string // that select the delivery
		retry, cancel, receipt string
	}{
		"failed":    {[]string{"g"}, final("failed"), final("failed"), "receipt"},
		"delivered": {[]string{"g", "j"}, final("delivered"), final("delivered"), "the built-in receiver did not get it"},
		"cancelled": {[]string{"g", "j", "j"}, final("cancelled"), final("cancelled"), "the built-in receiver did not get it"},
		"parked":    {[]string{"g", "j", "j", "j"}, "retry now", "cancel", "the built-in receiver did not get it"},
		"retrying":  {[]string{"G"}, "retry now", "cancel", "the built-in receiver did not get it"},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, few, func(d *tuitest.Driver) {
				d.Press(test.keys...)
				for key, want := range map[string]string{"t": test.retry, "X": test.cancel, "v": test.receipt, "r": "replay"} {
					d.WantOffer(key, want)
				}
			})
		})
	}
}

func TestVOpensTheReceipt(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("g", "v")
		want := screen.GoMsg{View: screen.ViewReceiver, ID: tuitest.Arrived(2, "").ID}
		if d.LastRequest() != want {
			t.Errorf("got last request %+v, want %+v", d.LastRequest(), want)
		}
	})
}

func TestReplayQueuesTheSameBytes(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		before := d.Store.AllDeliveries()
		d.Press("g", "r")
		all := d.Store.AllDeliveries()
		replay := all[len(all)-1]
		if len(all) != len(before)+1 || replay.ReplayOf != before[0].ID || replay.EventID != before[0].EventID {
			t.Fatalf("got %d deliveries, the last %+v, want %d with a replay of the first", len(all), replay, len(before)+1)
		}
		queued, ok := d.LastRequest().(screen.QueuedMsg)
		if !ok || queued.Err != nil || len(queued.Queued) != 1 || queued.Queued[0].ID != replay.ID {
			t.Errorf("got last request %+v, want a QueuedMsg of the delivery", d.LastRequest())
		}
	})
}

func TestRetryNowIsDueAtOnce(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("G", "t")
		all := d.Store.AllDeliveries()
		if last := all[len(all)-1]; last.NextAttemptAt.After(d.Env.Now()) {
			t.Errorf("got next attempt at %s, want it due", last.NextAttemptAt)
		}
		if queued, ok := d.LastRequest().(screen.QueuedMsg); !ok || queued.Err != nil {
			t.Errorf("got last request %+v, want a QueuedMsg of the delivery", d.LastRequest())
		}
	})
}

func TestCancelAsksFirst(t *testing.T) {
	state := func(d *tuitest.Driver) storage.State {
		all := d.Store.AllDeliveries()
		return all[len(all)-1].State
	}
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("G", "X")
		d.Answer("n")
		if state(d) != storage.Retrying {
			t.Fatalf("got state %s, want %s", state(d), storage.Retrying)
		}
		d.Press("X")
		d.Answer("y")
		if state(d) != storage.Cancelled || !strings.HasSuffix(d.Toast(), " cancelled") {
			t.Errorf("got state %s and toast %q, want %s and a toast that says so", state(d), d.Toast(), storage.Cancelled)
		}
	})
}

func TestFilter(t *testing.T) {
	for text, want := range map[string][2]string{ // a shown text and an absent one
		"state:failed":    {"✗ failed", "cancelled"},
		"cancelled":       {"cancelled", "✗ failed"},
		"staging":         {"staging", "acme"},
		"-state:failed":   {"cancelled", "✗ failed"},
		"webhook:staging": {"staging", "acme prod"},
	} {
		t.Run(text, func(t *testing.T) {
			drive(t, few, func(d *tuitest.Driver) {
				d.Press("/")
				d.Write(text)
				d.Press("enter")
				if rows := rowsOf(d); strings.Contains(rows, want[1]) || !strings.Contains(rows, want[0]) {
					t.Errorf("want rows with %q and without %q, got\n%s", want[0], want[1], rows)
				}
				d.Press("esc")
				if rows := rowsOf(d); !strings.Contains(rows, want[1]) {
					t.Errorf("want rows with %q after the filter is cleared, got\n%s", want[1], rows)
				}
			})
		})
	}
}

// rowsOf returns the list, which is left of the detail.
func rowsOf(d *tuitest.Driver) string {
	var rows []string
	for line := range strings.Lines(d.View()) {
		row, _, _ := strings.Cut(line, "│")
		rows = append(rows, row)
	}
	return strings.Join(rows, "\n")
}

func TestAFilterThatCannotBeReadSaysWhere(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("/")
		d.Write("state:lost")
		d.DontSee("^") // the term may still become valid
		d.Write(" ")
		d.See("^", "lost")
		d.Press("esc")
		d.DontSee("^")
	})
}

// A delivery that another process changes stays selected, and is shown as it is now.
func TestChangesAreShown(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("G")
		all := d.Store.AllDeliveries()
		d.Store.Attempt(all[len(all)-1].ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204, Timings: storage.Timings{Total: time.Millisecond}}})
		d.Wait(time.Second)
		d.WantOffer("t", "it is delivered already; r sends it again")
		if err := d.Store.CancelDelivery(context.Background(), all[3].ID); err != nil {
			t.Fatal(err)
		}
		d.Wait(time.Second)
		d.Press("k")
		d.WantOffer("X", "it is cancelled already; r sends it again")
	})
}

func TestTabsOfADelivery(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("g")
		d.See("▸Attempts", "answered 401 Unauthorized", "connection refused")
		d.Press("l")
		d.See("▸Exchange", "Attempt 3", "No answer", "Retry-After")
		d.DontSee("Bearer aaa") // a secret header
		d.Press("l")
		d.See("▸Payload", `"requestId"`)
		d.Press("l")
		d.See("▸Attempts")
	})
}
