package check_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/check"
	"backchannel/tui/screen"
	"backchannel/tui/tuitest"
)

// drive runs a test with the check report of acme.
func drive(t *testing.T, fill func(*tuitest.Store), test func(*tuitest.Driver)) {
	t.Parallel()
	driveAt(t, time.Time{}, fill, test)
}

// driveAt is like drive, with the report of the run of a time.
func driveAt(t *testing.T, at time.Time, fill func(*tuitest.Store), test func(*tuitest.Driver)) {
	tuitest.Drive(t, fill, func(e *screen.Env, s *tuitest.Store) screen.Screen {
		e.Status = screen.Status{Read: true, Alive: true}
		return check.New(e, s, check.Actions{Requests: func(_ storage.Webhook, o storage.CheckOptions) int { return 270 + len(o.Only) }}, tuitest.Acme().ID, at)
	}, test)
}

func unchecked(s *tuitest.Store) { s.AddWebhook(tuitest.Acme()) }

// acmeAt returns a function that adds acme with another URL and rate.
func acmeAt(url string, rate float64) func(*tuitest.Store) {
	return func(s *tuitest.Store) {
		w := tuitest.Acme()
		w.URL, w.Delivery.RatePerSec = url, rate
		s.AddWebhook(w)
	}
}

func checked(s *tuitest.Store)      { s.AddCheck() }
func checkedTwice(s *tuitest.Store) { s.AddTwoChecks() }
func running(s *tuitest.Store)      { s.AddRunningCheck() }

func newest(d *tuitest.Driver) storage.CheckRun {
	d.Helper()
	all, err := d.Store.CheckRuns(context.Background(), tuitest.Acme().ID)
	if err != nil || len(all) == 0 {
		d.Fatalf("got %d runs and error %v, want a run", len(all), err)
	}
	run, err := d.Store.CheckRun(context.Background(), all[0].ID)
	if err != nil {
		d.Fatal(err)
	}
	return run
}

func TestBeforeTheFirstRun(t *testing.T) {
	drive(t, unchecked, func(d *tuitest.Driver) {
		d.See("acme prod has not been checked yet", "r check it: about 270 requests, at most 20 a second")
		for _, key := range []string{"R", "c", "e"} {
			d.WantOffer(key, "it has not been checked yet; r does")
		}
		d.Press("r")
		d.Wait(time.Second)
		d.See("· asked for", "0 of 0")
		if run := newest(d); run.State != storage.CheckRequested || len(run.Options.Only) != 0 {
			t.Errorf("got run %+v, want a requested one of all cases", run)
		}
	})
}

func TestCheckingARemoteEndpointAsksFirst(t *testing.T) {
	t.Parallel()
	for url, asks := range map[string]bool{
		"@receiver": false, "https://localhost:8443/x": false, "https://[::1]/x": false,
		"https://hooks.example.com/x": true, "https://10.0.0.3/x": true,
	} {
		t.Run(url, func(t *testing.T) {
			driveAt(t, time.Time{}, acmeAt(url, 2.5), func(d *tuitest.Driver) {
				d.Press("r")
				if asks {
					if all, _ := d.Store.CheckRuns(context.Background(), 0); len(all) != 0 {
						t.Fatalf("got %d runs before the answer, want 0", len(all))
					}
					overlay := d.LastRequest().(screen.OverlayMsg).Overlay.View(80, 24)
					for _, want := range []string{"About 270 requests go to", url, "2.5"} {
						if !strings.Contains(overlay, want) {
							t.Errorf("%q is not in the question:\n%s", want, overlay)
						}
					}
					d.Answer("n")
					if all, _ := d.Store.CheckRuns(context.Background(), 0); len(all) != 0 {
						t.Fatalf("got %d runs after the answer no, want 0", len(all))
					}
					d.Press("r")
					d.Answer("y")
				}
				if run := newest(d); run.State != storage.CheckRequested {
					t.Errorf("got state %s, want %s", run.State, storage.CheckRequested)
				}
			})
		})
	}
}

func TestARunIsLive(t *testing.T) {
	drive(t, running, func(d *tuitest.Driver) {
		d.See("● running 2 passed", "2 of 9", "● running", "▌ ● running email-bounce-Admin-F", "· waiting nul", "9 s")
		run := newest(d)
		c := run.Cases[2]
		c.Result, c.Got, c.EndedAt = storage.CheckPassed, "204 No Content in 7ms", tuitest.Noon()
		next := run.Cases[3]
		next.StartedAt = tuitest.Noon()
		d.Store.Progress(run, c)
		d.Store.Progress(run, next)
		d.Wait(time.Second)
		d.See("3 of 9", "▌ ● running nul", "8.0 s")
		d.Press("k", "k", "k")
		next.Result, next.Got, next.EndedAt = storage.CheckFailed, "500", tuitest.Noon()
		d.Store.Progress(run, next)
		d.Wait(time.Second)
		d.See("● running 1 failed 3 passed", "▌ ✗ failed ▾ accept")
		d.WantOffer("F", "follow")
		d.Press("S")
		d.Wait(time.Second)
		if newest(d).Stop == "" || !strings.Contains(d.Toast(), "the results so far are kept") {
			t.Errorf("got stop %q and toast %q, want a stopped run and a toast that says so", newest(d).Stop, d.Toast())
		}
		d.See("▲ stopped in the console; waiting for the request in flight")
		d.WantOffer("r", "the webhook is being checked already; S stops the run")
		for i := range run.Cases {
			if c := &run.Cases[i]; i > 3 {
				c.Result, c.Got = storage.CheckSkipped, "stopped in the console"
				d.Store.Progress(run, *c)
			}
		}
		d.Store.End(run, storage.CheckInterrupted, "stopped in the console")
		d.Wait(time.Second)
		d.See("▲ interrupted 1 failed 3 passed 5 skipped", "▲ stopped in the console")
		d.WantOffer("S", "the run has ended already (interrupted)")
	})
}

func TestOutcomeOfARun(t *testing.T) {
	for name, test := range map[string]struct {
		change  func([]storage.CheckCase)
		state   storage.CheckState
		reason  string
		verdict string
		at      string // the selected row
	}{
		"failed":         {func([]storage.CheckCase) {}, storage.CheckFinished, "", "✗ not ready 1 failed 1 warned 5 passed 1 info 1 skipped", "▌ ✗ failed alg-none"},
		"with a warning": {func(all []storage.CheckCase) { all[4].Result = storage.CheckPassed }, storage.CheckFinished, "", "▲ ready, with 1 warning 1 warned", "▌ ▲ warned nul"},
		"passed": {func(all []storage.CheckCase) {
			all[3].Result, all[4].Result = storage.CheckPassed, storage.CheckPassed
		}, storage.CheckFinished, "", "✓ ready 7 passed 1 info", "▌ ✓ passed ▾ accept"},
		"lost":        {func([]storage.CheckCase) {}, storage.CheckLost, "the process that ran the check died; its results so far are kept; run the check again", "▲ lost 1 failed", "▲ the process that ran the check died"},
		"timed out":   {func([]storage.CheckCase) {}, storage.CheckTimedOut, "not finished within 5m0s", "▲ timed out 1 failed", "▲ not finished within 5m0s"},
		"interrupted": {func([]storage.CheckCase) {}, storage.CheckInterrupted, "stopped on the command line", "▲ interrupted", "▲ stopped on the command line"},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(s *tuitest.Store) {
				unchecked(s)
				run := s.Check(tuitest.Acme().ID, tuitest.Noon().Add(-time.Hour), storage.CheckOptions{})
				cases := tuitest.FewCases()
				test.change(cases)
				s.Begin(&run, cases...)
				s.End(run, test.state, test.reason)
			}, func(d *tuitest.Driver) {
				d.See(test.verdict, test.at)
				d.WantOffer("r", "run again")
			})
		})
	}
}

// A run whose process died has no running cases.
func TestCasesThatALostRunDidNotRun(t *testing.T) {
	drive(t, func(s *tuitest.Store) {
		s.AddRunningCheck()
		_ = s.MarkChecksLost(context.Background(), "the process that ran the check died")
	}, func(d *tuitest.Driver) {
		d.See("▲ lost 2 passed", "– not run email-bounce", "– not run nul")
		d.DontSee("waiting", "running")
		d.WantOffer("r", "run again")
	})
}

func TestTheDetailSaysWhatToDo(t *testing.T) {
	drive(t, checked, func(d *tuitest.Driver) {
		d.See("✗ failed auth/alg-none", "Got anybody can post events: 200", "Expected 2xx within 10 s", "What to do", "Why", "must")
		d.WantOffer("enter", "this case sent nothing that could be opened")
		d.Press("tab", "esc", "g")
		d.See("accept 3 cases", "1 warned, 2 passed", "▲ accept/nul")
	})
}

func TestEnterOpensTheAttemptsOfACase(t *testing.T) {
	drive(t, func(s *tuitest.Store) {
		unchecked(s)
		run := s.Check(tuitest.Acme().ID, tuitest.Noon().Add(-time.Hour), storage.CheckOptions{})
		cases := tuitest.FewCases()
		s.Begin(&run, cases...)
		for i := range 6 {
			cases[4].Deliveries = append(cases[4].Deliveries, s.Request(run, cases[4].ID, 200+i).ID)
		}
		s.Progress(run, cases[4])
		s.End(run, storage.CheckFinished, "")
	}, func(d *tuitest.Driver) {
		d.See("6 deliveries; enter opens", "6 requests")
		d.Press("enter")
		want := screen.DeliveriesMsg{Title: "Attempts of auth/alg-none"}
		want.Query.CheckID, want.Query.CheckCase = newest(d).ID, "auth/alg-none"
		got, ok := d.LastRequest().(screen.DeliveriesMsg)
		if !ok || got.Title != want.Title || got.Query.CheckID != want.Query.CheckID || got.Query.CheckCase != want.Query.CheckCase {
			t.Errorf("got last request %+v, want %+v", d.LastRequest(), want)
		}
	})
}

func TestAGroupIsFolded(t *testing.T) {
	drive(t, checked, func(d *tuitest.Driver) {
		d.Press("g", "enter")
		d.See("▲ warned ▸ accept 1 warned, 2 passed")
		d.DontSee("canary")
		d.Press("enter")
		d.See("▾ accept", "canary")
	})
}

func TestOnlyProblems(t *testing.T) {
	drive(t, checked, func(d *tuitest.Driver) {
		d.Press("p")
		d.See("▌ ✗ failed alg-none", "nul", "▾ tls")
		d.DontSee("canary", "expired")
		d.Press("p")
		d.See("canary", "expired")
	})
}

func TestFilterKeepsTheHeadings(t *testing.T) {
	drive(t, checked, func(d *tuitest.Driver) {
		d.Press("/")
		d.Write("auth fail")
		d.Press("enter")
		d.See("▾ auth", "alg-none")
		d.DontSee("expired", "▾ accept")
		d.Press("esc")
		d.See("expired", "▾ accept")
	})
}
