package check_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
	"backchannel/tui/tuitest"
)

func TestRunsAgain(t *testing.T) {
	for key, only := range map[string][]string{"r": nil, "R": {"accept/nul", "auth/alg-none"}, "t": {"auth/alg-none"}} {
		t.Run(key, func(t *testing.T) {
			drive(t, checked, func(d *tuitest.Driver) {
				d.Press(key)
				d.Wait(time.Second)
				if run := newest(d); run.State != storage.CheckRequested || !slices.Equal(run.Options.Only, only) {
					t.Errorf("after %s, got run in state %s of %q, want a requested one of %q", key, run.State, run.Options.Only, only)
				}
				d.See("· asked for", "the newest of 2 runs")
			})
		})
	}
}

func TestAGroupIsRunAlone(t *testing.T) {
	drive(t, checked, func(d *tuitest.Driver) {
		d.Press("g", "t")
		if run := newest(d); !slices.Equal(run.Options.Only, []string{"accept"}) {
			t.Errorf("got run of %q, want one of the group accept", run.Options.Only)
		}
	})
}

func TestWithoutFailuresNothingRunsAgain(t *testing.T) {
	drive(t, func(s *tuitest.Store) {
		unchecked(s)
		run := s.Check(tuitest.Acme().ID, tuitest.Noon().Add(-time.Hour), storage.CheckOptions{})
		s.Begin(&run, tuitest.FewCases()[:3]...)
		s.End(run, storage.CheckFinished, "")
	}, func(d *tuitest.Driver) {
		d.WantOffer("R", "no case has failed or warned; r runs all again")
		d.WantOffer("c", "there is no run before this one to compare with")
		d.See("the first run")
	})
}

func TestCompare(t *testing.T) {
	drive(t, checkedTwice, func(d *tuitest.Driver) {
		d.See("since the run at 11:04:29: 1 fixed 1 broken 1 still failing", "the newest of 2 runs")
		d.Press("c")
		d.See("▾ broken", "auth/expired", "▾ fixed", "auth/alg-none", "▾ still failing", "accept/nul")
		d.Press("j", "j", "j")
		d.See("✗ failed auth/expired", "in the previous run: pass")
		d.DontSee("canary")
		d.Press("c")
		d.See("canary")
	})
}

func TestEarlierRuns(t *testing.T) {
	drive(t, checkedTwice, func(d *tuitest.Driver) {
		d.Press("e")
		menu := d.LastRequest().(screen.OverlayMsg).Overlay.View(100, 24)
		for _, want := range []string{"12:03:29", "11:04:29", "finished: 5 passed, 1 failed, 1 warned"} {
			if !strings.Contains(menu, want) {
				t.Errorf("%q is not in the menu:\n%s", want, menu)
			}
		}
		d.Answer("j", "enter")
		d.See("an earlier run: 1 of 2", "▌ ✗ failed alg-none", "the first run")
		d.Press("r")
		d.Wait(time.Second)
		d.See("the newest of 3 runs", "asked for")
	})
}

// An activity leads to the run that had been requested by its time.
func TestTheRunOfATime(t *testing.T) {
	t.Parallel()
	for at, want := range map[time.Duration]string{
		-time.Hour:                     "an earlier run: 1 of 2",
		-time.Hour + 20*time.Second:    "an earlier run: 1 of 2",
		-time.Minute - time.Nanosecond: "an earlier run: 1 of 2",
		-time.Minute:                   "the newest of 2 runs",
		0:                              "the newest of 2 runs",
		-2 * time.Hour:                 "the newest of 2 runs", // it is no longer kept
	} {
		t.Run(at.String(), func(t *testing.T) {
			driveAt(t, tuitest.Noon().Add(at), checkedTwice, func(d *tuitest.Driver) { d.See(want) })
		})
	}
}

func TestWhyAWebhookCannotBeChecked(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*tuitest.Driver)
		want   []string
	}{
		"paused": {func(d *tuitest.Driver) {
			_ = d.Store.SetWebhookState(context.Background(), tuitest.Acme().ID, storage.Paused, "the endpoint answered 410 Gone")
		}, []string{"acme prod is paused (the endpoint answered 410 Gone)", "a in Webhooks"}},
		"breaker": {func(d *tuitest.Driver) {
			_ = d.Store.SaveBreaker(context.Background(), storage.Breaker{WebhookID: tuitest.Acme().ID, Failures: 10, OpenUntil: tuitest.Noon().Add(time.Minute)})
		}, []string{"its circuit breaker is open", "t at one of its deliveries"}},
		"deleted": {func(d *tuitest.Driver) {
			_, _ = d.Store.DeleteWebhook(context.Background(), tuitest.Acme().ID)
		}, []string{"the webhook was deleted"}},
	} {
		for state, fill := range map[string]func(*tuitest.Store){"checked": checked, "unchecked": unchecked} {
			t.Run(name+" "+state, func(t *testing.T) {
				drive(t, fill, func(d *tuitest.Driver) {
					test.change(d)
					d.Wait(time.Second)
					d.See(test.want...)
					for _, text := range test.want {
						if got := d.Offers("r"); !strings.Contains(got, text) {
							t.Errorf("the key r offers %q, want a text with %q", got, text)
						}
					}
					d.Press("r")
					if all, _ := d.Store.OpenChecks(context.Background()); len(all) != 0 {
						t.Errorf("got %d requested runs, want 0", len(all))
					}
				})
			})
		}
	}
}

// Another process may have requested a run since the report was read.
func TestARunThatIsRejected(t *testing.T) {
	drive(t, checked, func(d *tuitest.Driver) {
		d.Store.Check(tuitest.Acme().ID, tuitest.Noon(), storage.CheckOptions{})
		d.Press("r")
		if !strings.Contains(d.Toast(), "is being checked already") {
			t.Errorf("got toast %q, want that the webhook is being checked already", d.Toast())
		}
		d.See("· asked for")
	})
}

func TestWithoutAnEngine(t *testing.T) {
	drive(t, unchecked, func(d *tuitest.Driver) {
		d.Env.Status.Alive = false
		d.Press("r")
		d.Wait(time.Second)
		d.See("no engine is running, here or in another process", "backchannel serve")
	})
}

func TestWithoutTheEngineThatMadeTheRun(t *testing.T) {
	drive(t, running, func(d *tuitest.Driver) {
		d.Env.Status.Alive = false
		d.Wait(time.Second)
		d.See("the process that ran the check is gone", "is marked as lost")
	})
}
