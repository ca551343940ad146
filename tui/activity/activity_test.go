package activity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/activity"
	"backchannel/tui/screen"
	"backchannel/tui/tuitest"
)

// drive runs a test with Activity.
func drive(t *testing.T, fill func(*tuitest.Store), test func(*tuitest.Driver)) {
	t.Parallel()
	tuitest.Drive(t, fill, func(e *screen.Env, s *tuitest.Store) screen.Screen { return activity.New(e, s) }, test)
}

func nothing(*tuitest.Store) {}

func add(kind storage.ActivityKind, text string) storage.Activity {
	return storage.Activity{At: tuitest.Noon(), Kind: kind, Text: text}
}

func TestEmpty(t *testing.T) {
	drive(t, nothing, func(d *tuitest.Driver) {
		d.See("Nothing has happened yet.", "the webhooks; n creates one")
		if d.Offers("/") != "" || d.Position() != "" {
			t.Errorf("/ offers %q, position %q", d.Offers("/"), d.Position())
		}
	})
}

func TestItFollowsTheNewest(t *testing.T) {
	drive(t, func(s *tuitest.Store) { s.AddManyActivities(100) }, func(d *tuitest.Driver) {
		d.See("number 100.")
		d.Store.AddActivities(add(storage.ActivityProcess, "one more"))
		d.Wait(time.Second)
		d.See("one more")
		if d.Position() != "following" {
			t.Errorf("position %q", d.Position())
		}
		d.Press("k")
		d.Store.AddActivities(add(storage.ActivityProcess, "and another"))
		d.Wait(time.Second)
		if want := "100 of 102   ↓1 new · F"; d.Position() != want {
			t.Errorf("position %q, want %q", d.Position(), want)
		}
		d.Press("F")
		d.See("and another")
	})
}

func TestGReadsAllAndSelectsTheOldest(t *testing.T) {
	drive(t, func(s *tuitest.Store) { s.AddManyActivities(1000) }, func(d *tuitest.Driver) {
		d.Press("g")
		d.See("number 1.")
		if want := "1 of 1,000"; d.Position() != want {
			t.Errorf("position %q, want %q", d.Position(), want)
		}
	})
}

func TestOlderActivitiesAreReadInSteps(t *testing.T) {
	drive(t, func(s *tuitest.Store) { s.AddManyActivities(1000) }, func(d *tuitest.Driver) {
		d.Press("k")
		if d.Position() != "" { // how many there are is not known yet
			t.Errorf("position %q", d.Position())
		}
		for range 40 {
			d.Press("pgup") // each goes back by about 29 activities
		}
		d.See("number 1.")
		d.Press("G", "g")
		if want := "1 of 1,000"; d.Position() != want {
			t.Errorf("position %q, want %q", d.Position(), want)
		}
	})
}

func TestFilter(t *testing.T) {
	drive(t, func(s *tuitest.Store) {
		s.AddManyActivities(400)
		s.AddActivities(add(storage.ActivityFailed, "acme failed"), add(storage.ActivityFired, "acme fired"))
	}, func(d *tuitest.Driver) {
		d.Press("/")
		d.Write("number 7.")
		d.See("number 7.") // not among the newest ones, so it was read for the filter
		d.Miss("number 8.", "acme")
		d.Press("esc")
		d.See("acme fired")
		d.Press("/")
		d.Write("FAILED acme") // the words in any order, and the kind counts too
		d.Press("enter")
		d.See("acme failed")
		d.Miss("acme fired")
		d.Press("/", "ctrl+u")
		d.Write("nobody")
		d.Press("enter")
		d.See("Nothing matches the filter.")
		d.Press("esc")
		d.See("acme fired", "number 400.")
	})
}

func TestEnterLeadsToTheSubject(t *testing.T) {
	about := func(change func(*storage.Activity)) storage.Activity {
		a := add(storage.ActivityFired, "it happened")
		change(&a)
		return a
	}
	for name, test := range map[string]struct {
		about storage.Activity
		view  screen.View
		id    storage.ID
	}{
		"receipt first": {about(func(a *storage.Activity) { a.ReceiptID, a.DeliveryID, a.WebhookID = 7, 8, tuitest.Acme().ID }), screen.ViewReceiver, 7},
		"delivery":      {about(func(a *storage.Activity) { a.DeliveryID, a.WebhookID = 8, tuitest.Acme().ID }), screen.ViewDeliveries, 8},
		"campaign":      {about(func(a *storage.Activity) { a.CampaignID = 9 }), screen.ViewCampaigns, 9},
		"webhook":       {about(func(a *storage.Activity) { a.WebhookID = tuitest.Acme().ID }), screen.ViewWebhooks, tuitest.Acme().ID},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(s *tuitest.Store) { s.AddTwoWebhooks(); s.AddActivities(test.about) }, func(d *tuitest.Driver) {
				d.Press("enter")
				if want := (screen.GoMsg{View: test.view, ID: test.id}); d.LastAsked() != want {
					t.Errorf("asked for %+v, want %+v", d.LastAsked(), want)
				}
				if d.Position() == "following" { // then esc would lead back to a newer activity
					t.Error("the list is still following")
				}
			})
		})
	}
}

func TestEnterSaysWhyItLeadsNowhere(t *testing.T) {
	for name, test := range map[string]struct {
		webhook storage.ID
		want    string
	}{
		"no subject":      {0, "there is nothing to open for it"},
		"deleted webhook": {12, "the webhook that it is about was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(s *tuitest.Store) {
				a := add(storage.ActivityProcess, "it happened")
				a.WebhookID = test.webhook
				s.AddActivities(a)
			}, func(d *tuitest.Driver) {
				d.Press("enter")
				if d.Toast() != test.want || len(d.Asked) != 1 {
					t.Errorf("asked for %+v", d.Asked)
				}
			})
		})
	}
}

// A text that is truncated in its row is shown in full below the list, in at most a third of the height.
func TestALongTextIsShownInFull(t *testing.T) {
	long := "the disk is full: " + strings.Repeat("nothing is received ", 12) + "any more"
	drive(t, func(s *tuitest.Store) { s.AddActivities(add(storage.ActivityError, long)) }, func(d *tuitest.Driver) {
		d.See(long)
		d.Size(60, 9)
		d.See("the disk is full")
		if lines := strings.Split(d.View(), "\n"); len(lines) != 9 {
			t.Errorf("%d lines", len(lines))
		}
		d.Miss("any more")
	})
}

func TestAFailedReadKeepsTheRows(t *testing.T) {
	t.Parallel()
	broken := &failing{}
	tuitest.Drive(t, func(s *tuitest.Store) { s.AddActivities(add(storage.ActivityFired, "it happened")) },
		func(e *screen.Env, s *tuitest.Store) screen.Screen { broken.Store = s; return activity.New(e, broken) },
		func(d *tuitest.Driver) {
			broken.err = context.DeadlineExceeded
			d.Store.AddActivities(add(storage.ActivityFired, "unread"))
			d.Wait(time.Second)
			d.See("it happened")
			d.Miss("unread")
			broken.err = nil
			d.Store.AddActivities(add(storage.ActivityFired, "read again"))
			d.Wait(time.Second)
			d.See("it happened", "unread", "read again")
		})
}

// failing is a store whose Activities method returns err unless that is nil.
type failing struct {
	activity.Store
	err error
}

func (f *failing) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Store.Activities(ctx, after, limit)
}
