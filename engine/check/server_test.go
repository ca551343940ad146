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

// until reads a run whenever checks change, until it is as wanted.
func until(t *testing.T, store *sqlite.Store, id storage.ID, wanted func(storage.CheckRun) bool) storage.CheckRun {
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
			t.Fatalf("the run stays %s, with %d cases done", run.State, run.Tally().Done())
		}
	}
}

func ended(r storage.CheckRun) bool { return r.State.Ended() }

// served starts a server of runs with a store, and returns how to end it.
func (b *bench) served(store *sqlite.Store) (end func()) {
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

// secured points the bench to an endpoint over TLS that the store takes as well.
func secured(t *testing.T, before func(r *reference) func(http.ResponseWriter, *http.Request) bool) *bench {
	b := newBench(t, nil)
	r := b.reference()
	if before != nil {
		r.before = before(r)
	}
	b.at(serve(r, &tls.Config{}))
	t.Cleanup(func() { close(r.hang) })
	return b
}

func (b *bench) ask(store *sqlite.Store, o storage.CheckOptions) storage.CheckRun {
	b.Helper()
	run := storage.CheckRun{WebhookID: b.hook.ID, Options: o}
	if err := store.AskCheck(b.Context(), &run); err != nil {
		b.Fatal(err)
	}
	return run
}

// Another process asks, sees the progress, and stops a run.
func TestAnotherProcessRequestsAndStopsRuns(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	b := secured(t, func(r *reference) func(http.ResponseWriter, *http.Request) bool {
		return func(_ http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodGet {
				close(reached)
				<-r.hang
			}
			return false
		}
	})
	b.hook.Delivery.Timeout = 10 * time.Second
	store := b.open()
	defer b.served(store)()
	elsewhere, err := sqlite.Open(t.Context(), sqlite.Options{Dir: store.Dir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = elsewhere.Close() })
	o := storage.CheckOptions{Only: []string{"order", "http"}, PerSecond: storage.MaxCheckRate}
	run := b.ask(elsewhere, o)
	<-reached
	now := until(t, elsewhere, run.ID, func(r storage.CheckRun) bool { return !caseOf(r, "http/get").StartedAt.IsZero() })
	if now.State != storage.CheckRunning || caseOf(now, "order/at-once").Result != storage.CheckPassed || caseOf(now, "http/get").Result != "" || now.Requests < 8 {
		t.Errorf("it is %+v", now)
	}
	if err := elsewhere.StopCheck(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	end := until(t, elsewhere, run.ID, ended)
	if end.State != storage.CheckInterrupted || caseOf(end, "order/at-once").Result != storage.CheckPassed || caseOf(end, "http/put").Result != storage.CheckSkipped {
		t.Errorf("stopped it is %+v", end)
	}
	counts, err := store.Counts(t.Context())
	if err != nil || counts.Deliveries[storage.Queued]+counts.Deliveries[storage.Sending]+counts.Deliveries[storage.Retrying] > 0 {
		t.Errorf("left are %+v, %v", counts, err)
	}
}

// A run whose process died is marked lost by the next one, which then makes those asked for.
func TestRunsOfADeadProcess(t *testing.T) {
	t.Parallel()
	b := secured(t, nil)
	store := b.open()
	lost := b.ask(store, storage.CheckOptions{})
	if err := store.StartCheck(t.Context(), lost.ID, []storage.CheckCase{{ID: "accept/canary"}}); err != nil {
		t.Fatal(err)
	}
	end := b.served(store)
	if run := until(t, store, lost.ID, ended); run.State != storage.CheckLost || !strings.Contains(run.Reason, "died") {
		t.Errorf("lost is %+v", run)
	}
	end()
	asked := b.ask(store, storage.CheckOptions{Only: []string{"order"}})
	defer b.served(store)()
	if run := until(t, store, asked.ID, ended); run.State != storage.CheckFinished || len(run.Cases) != 4 || run.Tally()[storage.CheckPassed] != 4 {
		t.Errorf("asked for is %+v", run)
	}
}

// The end of the process interrupts a run, and keeps what it did.
func TestTheProcessEndsInMidRun(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	b := secured(t, func(r *reference) func(http.ResponseWriter, *http.Request) bool {
		return func(_ http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodGet {
				close(reached)
				<-r.hang
			}
			return false
		}
	})
	store := b.open()
	run := b.ask(store, storage.CheckOptions{Only: []string{"order", "http"}})
	end := b.served(store)
	<-reached
	end()
	now, err := store.CheckRun(t.Context(), run.ID)
	if err != nil || now.State != storage.CheckInterrupted || caseOf(now, "order/at-once").Result != storage.CheckPassed || !strings.Contains(now.Reason, "process") {
		t.Errorf("it is %+v, %v", now, err)
	}
}

// What is asked for is not run at a webhook that is paused meanwhile, nor long afterwards.
func TestRunsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	b := secured(t, nil)
	store := b.open()
	paused := b.ask(store, storage.CheckOptions{})
	if err := store.SetWebhookState(t.Context(), b.hook.ID, storage.Paused, ""); err != nil {
		t.Fatal(err)
	}
	end := b.served(store)
	if run := until(t, store, paused.ID, ended); run.State != storage.CheckInterrupted || !strings.Contains(run.Reason, "paused") || run.Requests > 0 {
		t.Errorf("paused is %+v", run)
	}
	end()
	if err := store.SetWebhookState(t.Context(), b.hook.ID, storage.Active, ""); err != nil {
		t.Fatal(err)
	}
	late := b.ask(store, storage.CheckOptions{Timeout: time.Minute})
	b.config.Now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	defer b.served(store)()
	if run := until(t, store, late.ID, ended); !strings.Contains(run.Reason, "no engine took it within 1m0s") || run.Requests > 0 {
		t.Errorf("late is %+v", run)
	}
}

// A run marks its deliveries, which are final at once, and opens no breaker.
func TestRequestsAreDeliveries(t *testing.T) {
	t.Parallel()
	b := secured(t, nil)
	run := b.check(t.Context(), storage.CheckOptions{Only: []string{"auth"}, PerSecond: storage.MaxCheckRate})
	missing := caseOf(run, "auth/missing")
	if len(missing.Deliveries) != 1 {
		t.Fatalf("it is %+v", missing)
	}
	d, err := b.store.Delivery(t.Context(), missing.Deliveries[0])
	if err != nil || d.State != storage.Failed || d.Code != 401 || d.CheckID != run.ID || d.CheckCase != "auth/missing" || !d.NextAttemptAt.IsZero() {
		t.Errorf("the delivery is %+v, %v", d, err)
	}
	attempts, err := b.store.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts) != 1 || len(attempts[0].RequestHeaders) == 0 || !strings.Contains(string(attempts[0].ResponseBody), "who are you?") {
		t.Errorf("the attempts are %+v, %v", attempts, err)
	}
	breakers, err := b.store.Breakers(t.Context())
	if err != nil || len(breakers) > 0 {
		t.Errorf("breakers are %+v, %v", breakers, err)
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
			t.Errorf("only %q, skip %q: %d cases, %v", c.only, c.skip, len(cases), err)
		}
	}
}

// Every case says what it does, and has an ID of its own.
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
		t.Errorf("groups are %q", groups)
	}
}

// The number of requests that is asked about before a run is that of the run.
func TestRequestsAreForetold(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.at(serve(b.reference(), &tls.Config{}))
	o := quick("slow")
	o.LoadRate, o.LoadDuration = storage.MaxCheckRate, time.Second
	if got, want := b.tried(t.Context(), o).Requests, check.Requests(b.hook, o); got != want {
		t.Errorf("%d requests, foretold %d", got, want)
	}
}
