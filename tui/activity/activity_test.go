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

func fillNothing(*tuitest.Store) {}

func newActivity(kind storage.ActivityKind, text string) storage.Activity {
	return storage.Activity{At: tuitest.Noon(), Kind: kind, Text: text}
}

func TestEmpty(t *testing.T) {
	drive(t, fillNothing, func(d *tuitest.Driver) {
		d.See("Nothing has happened yet.", "the webhooks; n creates one")
		if d.Offers("/") != "" || d.Position() != "" {
			t.Errorf("got offer %q for / and position %q, want neither", d.Offers("/"), d.Position())
		}
	})
}

func TestTheListFollowsTheNewest(t *testing.T) {
	drive(t, func(s *tuitest.Store) { s.AddManyActivities(100) }, func(d *tuitest.Driver) {
		d.See("number 100.")
		d.Store.AddActivities(newActivity(storage.ActivityProcess, "one more"))
		d.Wait(time.Second)
		d.See("one more")
		if d.Position() != "following" {
			t.Errorf("got position %q, want %q", d.Position(), "following")
		}
		d.Press("k")
		d.Store.AddActivities(newActivity(storage.ActivityProcess, "and another"))
		d.Wait(time.Second)
		if want := "100 of 102   ↓1 new · F"; d.Position() != want {
			t.Errorf("got position %q, want %q", d.Position(), want)
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
			t.Errorf("got position %q, want %q", d.Position(), want)
		}
	})
}

func TestOlderActivitiesAreReadInSteps(t *testing.T) {
	drive(t, func(s *tuitest.Store) { s.AddManyActivities(1000) }, func(d *tuitest.Driver) {
		d.Press("k")
		if d.Position() != "" { // how many there are is not known yet
			t.Errorf("got position %q, want none", d.Position())
		}
		for range 40 {
			d.Press("pgup") // each goes back by about 29 activities
		}
		d.See("number 1.")
		d.Press("G", "g")
		if want := "1 of 1,000"; d.Position() != want {
			t.Errorf("got position %q, want %q", d.Position(), want)
		}
	})
}

func TestFilter(t *testing.T) {
	drive(t, func(s *tuitest.Store) {
		s.AddManyActivities(400)
		s.AddActivities(newActivity(storage.ActivityFailed, "acme failed"), newActivity(storage.ActivityFired, "acme fired"))
	}, func(d *tuitest.Driver) {
		d.Press("/")
		d.Write("number 7.")
		d.See("number 7.") // not among the newest ones, so it was read for the filter
		d.DontSee("number 8.", "acme")
		d.Press("esc")
		d.See("acme fired")
		d.Press("/")
		d.Write("FAILED acme") // in any order; the kind of an activity matches too
		d.Press("enter")
		d.See("acme failed")
		d.DontSee("acme fired")
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
		a := newActivity(storage.ActivityFired, "it happened")
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
				if want := (screen.GoMsg{View: test.view, ID: test.id}); d.LastRequest() != want {
					t.Errorf("got last request %+v, want %+v", d.LastRequest(), want)
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
				a := newActivity(storage.ActivityProcess, "it happened")
				a.WebhookID = test.webhook
				s.AddActivities(a)
			}, func(d *tuitest.Driver) {
				d.Press("enter")
				if d.Toast() != test.want || len(d.Requests) != 1 {
					t.Errorf("got requests %+v, want only a toast with %q", d.Requests, test.want)
				}
			})
		})
	}
}

// A text that is truncated in its row is shown in full below the list, in at most a third of the height.
func TestALongTextIsShownInFull(t *testing.T) {
	long := "the disk is full: " + strings.Repeat("nothing is received ", 12) + "any more"
	drive(t, func(s *tuitest.Store) { s.AddActivities(newActivity(storage.ActivityError, long)) }, func(d *tuitest.Driver) {
		d.See(long)
		d.Size(60, 9)
		d.See("the disk is full")
		if lines := strings.Split(d.View(), "\n"); len(lines) != 9 {
			t.Errorf("got %d lines, want 9", len(lines))
		}
		d.DontSee("any more")
	})
}

func TestAFailedReadKeepsTheRows(t *testing.T) {
	t.Parallel()
	store := &failingStore{}
	tuitest.Drive(t, func(s *tuitest.Store) { s.AddActivities(newActivity(storage.ActivityFired, "it happened")) },
		func(e *screen.Env, s *tuitest.Store) screen.Screen { store.Store = s; return activity.New(e, store) },
		func(d *tuitest.Driver) {
			store.err = context.DeadlineExceeded
			d.Store.AddActivities(newActivity(storage.ActivityFired, "unread"))
			d.Wait(time.Second)
			d.See("it happened")
			d.DontSee("unread")
			store.err = nil
			d.Store.AddActivities(newActivity(storage.ActivityFired, "read again"))
			d.Wait(time.Second)
			d.See("it happened", "unread", "read again")
		})
}

// A failingStore is a store whose Activities method returns err unless that is nil.
type failingStore struct {
	activity.Store
	err error
}

func (f *failingStore) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Store.Activities(ctx, after, limit)
}
