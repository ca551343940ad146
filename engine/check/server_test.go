package check_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"backchannel/engine/check"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// waitForRun reads a run whenever something changes, until it is in the wanted state.
func waitForRun(t *testing.T, store *sqlite.Store, id storage.ID, wanted func(storage.CheckRun) bool) storage.CheckRun {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	changes := store.Changes(ctx)
	for {
		run, err := store.CheckRun(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if wanted(run) {
			return run
		}
		if _, open := <-changes; !open {
			t.Fatalf("the run is still %s, with %d cases done", run.State, run.Tally().Done())
		}
	}
}

func ended(r storage.CheckRun) bool { return r.State.Ended() }

// startServer starts a [check.Server], and returns a function that stops it.
func (b *bench) startServer(store *sqlite.Store) (end func()) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- check.NewServer(store, b.config).Run(ctx) }()
	return func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

// newTLSBench returns a bench with an endpoint over TLS, because a store rejects http:// URLs.
func newTLSBench(t *testing.T, before func(r *reference) func(http.ResponseWriter, *http.Request) bool) *bench {
	b := newBench(t, nil)
	r := b.reference()
	if before != nil {
		r.before = before(r)
	}
	b.pointTo(serve(r, &tls.Config{}))
	t.Cleanup(func() { close(r.hang) })
	return b
}

// request requests a run.
func (b *bench) request(store *sqlite.Store, o storage.CheckOptions) storage.CheckRun {
	b.Helper()
	run := storage.CheckRun{WebhookID: b.hook.ID, Options: o}
	if err := store.RequestCheck(b.Context(), &run); err != nil {
		b.Fatal(err)
	}
	return run
}

// Another process requests a run, sees its progress, and stops it.
func TestAnotherProcessRequestsAndStopsRuns(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	b := newTLSBench(t, func(r *reference) func(http.ResponseWriter, *http.Request) bool {
		return func(_ http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodGet {
				close(reached)
				<-r.hang
			}
			return false
		}
	})
	store := b.open()
	defer b.startServer(store)()
	elsewhere, err := sqlite.Open(t.Context(), sqlite.Options{Dir: store.Dir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = elsewhere.Close() })
	o := storage.CheckOptions{Only: []string{"order", "http"}, PerSecond: storage.MaxCheckRate}
	run := b.request(elsewhere, o)
	<-reached
	now := waitForRun(t, elsewhere, run.ID, func(r storage.CheckRun) bool { return !findCase(r, "http/get").StartedAt.IsZero() })
	if now.State != storage.CheckRunning || findCase(now, "order/at-once").Result != storage.CheckPassed || findCase(now, "http/get").Result != "" || now.Requests < 8 {
		t.Errorf("got the running run %+v", now)
	}
	if err := elsewhere.StopCheck(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	end := waitForRun(t, elsewhere, run.ID, ended)
	if end.State != storage.CheckInterrupted || findCase(end, "order/at-once").Result != storage.CheckPassed || findCase(end, "http/put").Result != storage.CheckSkipped {
		t.Errorf("got the stopped run %+v", end)
	}
	counts, err := store.Counts(t.Context())
	if err != nil || counts.Deliveries[storage.Queued]+counts.Deliveries[storage.Sending]+counts.Deliveries[storage.Retrying] > 0 {
		t.Errorf("got counts %+v, %v; want no open deliveries", counts, err)
	}
}

// The next process marks the run of a process that died as lost, and makes the requested runs.
func TestRunOfADeadProcessIsLost(t *testing.T) {
	t.Parallel()
	b := newTLSBench(t, nil)
	store := b.open()
	lost := b.request(store, storage.CheckOptions{})
	if err := store.StartCheck(t.Context(), lost.ID, []storage.CheckCase{{ID: "accept/canary"}}); err != nil {
		t.Fatal(err)
	}
	end := b.startServer(store)
	if run := waitForRun(t, store, lost.ID, ended); run.State != storage.CheckLost || !strings.Contains(run.Reason, "died") {
		t.Errorf("got the run of the dead process %+v", run)
	}
	end()
	requested := b.request(store, storage.CheckOptions{Only: []string{"order"}})
	defer b.startServer(store)()
	if run := waitForRun(t, store, requested.ID, ended); run.State != storage.CheckFinished || len(run.Cases) != 4 || run.Tally()[storage.CheckPassed] != 4 {
		t.Errorf("got the requested run %+v", run)
	}
}

// A run is interrupted when its process ends, and keeps its results so far.
func TestProcessEndsDuringRun(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	b := newTLSBench(t, func(r *reference) func(http.ResponseWriter, *http.Request) bool {
		return func(_ http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodGet {
				close(reached)
				<-r.hang
			}
			return false
		}
	})
	store := b.open()
	run := b.request(store, storage.CheckOptions{Only: []string{"order", "http"}})
	end := b.startServer(store)
	<-reached
	end()
	now, err := store.CheckRun(t.Context(), run.ID)
	if err != nil || now.State != storage.CheckInterrupted || findCase(now, "order/at-once").Result != storage.CheckPassed || !strings.Contains(now.Reason, "process") {
		t.Errorf("got run %+v, %v", now, err)
	}
}

// A requested run does not start if its webhook has been paused meanwhile, or if it was requested
// too long ago.
func TestRequestedRunsThatDoNotStart(t *testing.T) {
	t.Parallel()
	b := newTLSBench(t, nil)
	store := b.open()
	paused := b.request(store, storage.CheckOptions{})
	if err := store.SetWebhookState(t.Context(), b.hook.ID, storage.Paused, ""); err != nil {
		t.Fatal(err)
	}
	end := b.startServer(store)
	if run := waitForRun(t, store, paused.ID, ended); run.State != storage.CheckInterrupted || !strings.Contains(run.Reason, "paused") || run.Requests > 0 {
		t.Errorf("got the run for a paused webhook %+v", run)
	}
	end()
	if err := store.SetWebhookState(t.Context(), b.hook.ID, storage.Active, ""); err != nil {
		t.Fatal(err)
	}
	late := b.request(store, storage.CheckOptions{Timeout: time.Minute})
	b.config.Now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	defer b.startServer(store)()
	if run := waitForRun(t, store, late.ID, ended); run.State != storage.CheckTimedOut || !strings.Contains(run.Reason, "no engine took it within 1m0s") || run.Requests > 0 {
		t.Errorf("got the run requested too long ago %+v", run)
	}
}

// The requests of a run are deliveries that are never retried and open no breaker.
func TestRequestsAreDeliveries(t *testing.T) {
	t.Parallel()
	b := newTLSBench(t, nil)
	run := b.runStored(t.Context(), storage.CheckOptions{Only: []string{"auth"}, PerSecond: storage.MaxCheckRate})
	missing := findCase(run, "auth/missing")
	if len(missing.Deliveries) != 1 {
		t.Fatalf("got auth/missing %+v, want one delivery", missing)
	}
	d, err := b.store.Delivery(t.Context(), missing.Deliveries[0])
	if err != nil || d.State != storage.Failed || d.Code != 401 || d.CheckID != run.ID || d.CheckCase != "auth/missing" || !d.NextAttemptAt.IsZero() {
		t.Errorf("got delivery %+v, %v", d, err)
	}
	attempts, err := b.store.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts) != 1 || len(attempts[0].RequestHeaders) == 0 || !strings.Contains(string(attempts[0].ResponseBody), "who are you?") {
		t.Errorf("got attempts %+v, %v", attempts, err)
	}
	breakers, err := b.store.Breakers(t.Context())
	if err != nil || len(breakers) > 0 {
		t.Errorf("got breakers %+v, %v; want none", breakers, err)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		only, skip []string
		n          int // cases, -1: all
		says       string
	}{
		{nil, nil, len(check.Cases()), ""},
		{[]string{"tls"}, nil, 7, ""},
		{[]string{"auth/expired"}, nil, 2, ""}, // and the canary
		{[]string{"auth/expired"}, []string{"accept/canary"}, 1, ""},
		{[]string{"tls", "order"}, []string{"tls/legacy"}, 6 + 3 + 1, ""},
		{[]string{"auht"}, nil, 0, `only: "auht" is neither a group nor a case; did you mean "auth"?`},
		{nil, []string{"auth/expird"}, 0, `skip: "auth/expird" is neither a group nor a case; did you mean "auth/expired"?`},
		{[]string{"auth/something-else"}, []string{"xyzzy"}, 0, "skip: \"xyzzy\""},
		{[]string{"order"}, []string{"order", "accept"}, 0, "no case is left"},
	} {
		cases, err := check.Select(c.only, c.skip)
		if len(cases) != c.n || (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || !errors.Is(err, storage.ErrInvalid)) {
			t.Errorf("only %q, skip %q: got %d cases, %v; want %d, %q", c.only, c.skip, len(cases), err, c.n, c.says)
		}
	}
}

// Every case has all its texts, and a unique ID.
func TestCasesAreDescribed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range check.Cases() {
		group, name, ok := strings.Cut(c.ID, "/")
		if !ok || group == "" || name == "" || seen[c.ID] || c.ID != strings.ToLower(c.ID) || strings.ContainsAny(c.ID, " _") {
			t.Errorf("bad ID %q", c.ID)
		}
		seen[c.ID] = true
		for _, text := range []string{c.What, c.Expected, c.Why, c.Remedy, string(c.Level)} {
			if text == "" || strings.ContainsAny(text, "\n\t") {
				t.Errorf("%s has the text %q", c.ID, text)
			}
		}
	}
	if groups := strings.Join(check.Groups(), " "); groups != "accept tls repeat order same-request auth headers body http slow load" {
		t.Errorf("got groups %q", groups)
	}
}

// A user confirms the number of Requests before a run, so it must be what the run sends.
func TestRequestsEstimatesTheRun(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.pointTo(serve(b.reference(), &tls.Config{}))
	o := quick("slow")
	o.LoadRate, o.LoadDuration = storage.MaxCheckRate, time.Second
	if got, want := b.runInMemory(t.Context(), o).Requests, check.Requests(b.hook, o); got != want {
		t.Errorf("got %d requests, estimated %d", got, want)
	}
}
