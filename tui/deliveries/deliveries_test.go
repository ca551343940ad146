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

// few adds deliveries of acme and staging, the oldest first: one that failed and has a receipt, and one
// each that is delivered, cancelled, parked and retrying.
func few(s *tuitest.Store) { s.AddFewDeliveries() }

func TestEmpty(t *testing.T) {
	drive(t, func(*tuitest.Store) {}, func(d *tuitest.Driver) {
		d.See("Deliveries")
		if got := d.Offers("r"); got != "there is no delivery to do that with" {
			t.Errorf("r offers %q", got)
		}
		d.Press("r")
		if d.Toast() != "there is no delivery to do that with" {
			t.Errorf("r says %q", d.Toast())
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
					if got := d.Offers(key); got != want {
						t.Errorf("%s offers %q, want %q", key, got, want)
					}
				}
			})
		})
	}
}

func TestVOpensTheReceipt(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("g", "v")
		want := screen.GoMsg{View: screen.ViewReceiver, ID: tuitest.Arrived(2, "").ID}
		if d.LastAsked() != want {
			t.Errorf("asked for %+v, want %+v", d.LastAsked(), want)
		}
	})
}

func TestReplayQueuesTheSameBytes(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		before := d.Store.AllDeliveries()
		d.Press("g", "r")
		all := d.Store.AllDeliveries()
		made := all[len(all)-1]
		if len(all) != len(before)+1 || made.ReplayOf != before[0].ID || made.EventID != before[0].EventID {
			t.Fatalf("%d deliveries, the last %+v", len(all), made)
		}
		queued, ok := d.LastAsked().(screen.QueuedMsg)
		if !ok || queued.Err != nil || len(queued.Queued) != 1 || queued.Queued[0].ID != made.ID {
			t.Errorf("asked for %+v", d.LastAsked())
		}
	})
}

func TestRetryNowIsDueAtOnce(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("G", "t")
		all := d.Store.AllDeliveries()
		if last := all[len(all)-1]; last.NextAttemptAt.After(d.Env.Now()) {
			t.Errorf("it is due at %s", last.NextAttemptAt)
		}
		if queued, ok := d.LastAsked().(screen.QueuedMsg); !ok || queued.Err != nil {
			t.Errorf("asked for %+v", d.LastAsked())
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
			t.Fatalf("it is %s", state(d))
		}
		d.Press("X")
		d.Answer("y")
		if state(d) != storage.Cancelled || !strings.HasSuffix(d.Toast(), " cancelled") {
			t.Errorf("it is %s, and the toast says %q", state(d), d.Toast())
		}
	})
}

func TestFilter(t *testing.T) {
	for text, want := range map[string][2]string{ // what is shown, and what is not
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
					t.Errorf("the rows are\n%s", rows)
				}
				d.Press("esc")
				if rows := rowsOf(d); !strings.Contains(rows, want[1]) {
					t.Errorf("without the filter the rows are\n%s", rows)
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
		d.Miss("^") // the term may still become valid
		d.Write(" ")
		d.See("^", "lost")
		d.Press("esc")
		d.Miss("^")
	})
}

// A delivery that another process changes stays selected, and is shown as it is now.
func TestChangesAreShown(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("G")
		all := d.Store.AllDeliveries()
		d.Store.Attempt(all[len(all)-1].ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204, Timings: storage.Timings{Total: time.Millisecond}}})
		d.Wait(time.Second)
		if got := d.Offers("t"); got != "it is delivered already; r sends it again" {
			t.Errorf("t offers %q", got)
		}
		if err := d.Store.CancelDelivery(context.Background(), all[3].ID); err != nil {
			t.Fatal(err)
		}
		d.Wait(time.Second)
		d.Press("k")
		if got := d.Offers("X"); got != "it is cancelled already; r sends it again" {
			t.Errorf("X offers %q", got)
		}
	})
}

func TestTabsOfADelivery(t *testing.T) {
	drive(t, few, func(d *tuitest.Driver) {
		d.Press("g")
		d.See("▸Attempts", "answered 401 Unauthorized", "connection refused")
		d.Press("l")
		d.See("▸Exchange", "Attempt 3", "No answer", "Retry-After")
		d.Miss("Bearer aaa") // a secret header
		d.Press("l")
		d.See("▸Payload", `"requestId"`)
		d.Press("l")
		d.See("▸Attempts")
	})
}
