package check_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/engine/check"
	"backchannel/storage"
)

func findCase(r storage.CheckRun, id string) storage.CheckCase {
	for _, c := range r.Cases {
		if c.ID == id {
			return c
		}
	}
	return storage.CheckCase{ID: "no " + id}
}

// A failed canary ends the run, except for the group tls, because nothing else could be learned.
func TestFailedCanaryEndsRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		fails   int32 // how many requests fail
		code    int
		result  storage.CheckResult
		says    string
		skipped bool
	}{
		{"a cold start", 1, 503, storage.CheckPassed, "the first try got 503", false},
		{"a wrong key", 1000, 401, storage.CheckFailed, "401 Unauthorized", true},
		{"a broken endpoint", 1000, 500, storage.CheckFailed, "500", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			r := b.reference()
			var n atomic.Int32
			r.before = func(w http.ResponseWriter, _ *http.Request) bool { return n.Add(1) <= c.fails && fail(w, c.code) }
			b.pointTo(serve(r, nil))
			run := b.runInMemory(t.Context(), storage.CheckOptions{Only: []string{"accept/canary", "auth", "tls"}})
			canary, other := findCase(run, check.Canary), findCase(run, "auth/missing")
			if canary.Result != c.result || !strings.Contains(canary.Got, c.says) || (other.Result == storage.CheckSkipped) != c.skipped {
				t.Errorf("got canary %+v, auth/missing %+v", canary, other)
			}
			if c.skipped && (!strings.Contains(other.Got, check.Canary) || n.Load() != 2 || run.State != storage.CheckFinished) {
				t.Errorf("got %d requests, auth/missing skipped because %q, run %s", n.Load(), other.Got, run.State)
			}
		})
	}
}

// An endpoint that dies during a run fails the case that killed it; the rest is skipped.
func TestEndpointDiesDuringRun(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	r := b.reference()
	var dead atomic.Bool
	r.before = func(http.ResponseWriter, *http.Request) bool {
		if dead.Load() {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	r.body = func(_ http.ResponseWriter, body []byte) bool {
		if dead.Store(len(body) == 0); len(body) == 0 {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	b.pointTo(serve(r, nil))
	run := b.runInMemory(t.Context(), quick("load"))
	killed, after := findCase(run, "body/empty"), findCase(run, "body/not-json")
	if killed.Result != storage.CheckFailed || after.Result != storage.CheckSkipped || !strings.Contains(after.Got, "body/empty") {
		t.Errorf("got body/empty %+v, body/not-json %+v", killed, after)
	}
	if before := findCase(run, "body/cut"); before.Result != storage.CheckPassed || run.State != storage.CheckFinished || run.Reason == "" {
		t.Errorf("got body/cut %+v, run %s: %s", before, run.State, run.Reason)
	}
}

// A gateway answers for an application that has died. Only the case that killed it fails.
func TestApplicationCrashesBehindAGateway(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	r := b.reference()
	var dead atomic.Bool
	r.before = func(w http.ResponseWriter, _ *http.Request) bool { return dead.Load() && fail(w, 502) }
	r.body = func(w http.ResponseWriter, body []byte) bool {
		dead.Store(len(body) == 0)
		return len(body) == 0 && fail(w, 502)
	}
	b.pointTo(serve(r, nil))
	run := b.runInMemory(t.Context(), quick("load"))
	if ids, described := withResult(run, storage.CheckFailed); len(ids) != 1 || ids[0] != "body/empty" {
		t.Errorf("got failed cases %q, want only body/empty", described)
	}
	if after := findCase(run, "http/get"); after.Result != storage.CheckSkipped || !strings.Contains(after.Got, "since body/empty: 502 Bad Gateway") || run.Reason != after.Got {
		t.Errorf("got http/get %+v; the run ended because %q", after, run.Reason)
	}
}

// An endpoint that crashes and is restarted fails only the case that crashed it.
func TestEndpointRestarts(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	r := b.reference()
	r.body = func(_ http.ResponseWriter, body []byte) bool {
		if len(body) == 0 {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	b.pointTo(serve(r, nil))
	run := b.runInMemory(t.Context(), quick("load", "slow"))
	if ids, described := withResult(run, storage.CheckFailed); len(ids) != 1 || ids[0] != "body/empty" {
		t.Errorf("got failed cases %q, want only body/empty", described)
	}
}

func TestRunsEndEarly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		end   func(stop context.CancelCauseFunc)
		o     storage.CheckOptions
		state storage.CheckState
		says  string
	}{
		{"stopped by a user", func(stop context.CancelCauseFunc) { stop(errors.New("stopped in the console")) }, quick(), storage.CheckInterrupted, "stopped in the console"},
		{"the process ends", func(stop context.CancelCauseFunc) { stop(nil) }, quick(), storage.CheckInterrupted, "process"},
		{"the limit of requests is reached", func(context.CancelCauseFunc) {}, storage.CheckOptions{MaxRequests: 60, Skip: []string{"load"}}, storage.CheckFinished, "limit of 60 requests is reached; allow more with --max"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			r := b.reference()
			ctx, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			r.before = func(_ http.ResponseWriter, req *http.Request) bool {
				if req.Header.Get(r.spec.Header) == "" && req.Method == http.MethodPost {
					c.end(stop) // in auth/missing
				}
				return false
			}
			b.pointTo(serve(r, nil))
			run := b.runInMemory(ctx, c.o)
			if run.State != c.state || !strings.Contains(run.Reason, c.says) {
				t.Errorf("got run %s: %q", run.State, run.Reason)
			}
			if first, last := findCase(run, "accept/email-sent"), findCase(run, "slow/body"); first.Result != storage.CheckPassed || last.Result != storage.CheckSkipped || last.Got == "" {
				t.Errorf("got first case %+v, last case %+v", first, last)
			}
			if run.Requests > c.o.WithDefaults().MaxRequests {
				t.Errorf("got %d requests, want at most %d", run.Requests, c.o.WithDefaults().MaxRequests)
			}
		})
	}
}

func TestRunTimesOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	r := b.reference()
	r.before = func(_ http.ResponseWriter, req *http.Request) bool {
		if req.Header.Get(r.spec.Header) == "" {
			<-r.hang
		}
		return false
	}
	b.pointTo(serve(r, nil))
	t.Cleanup(func() { close(r.hang) })
	run := b.runInMemory(t.Context(), storage.CheckOptions{Only: []string{"auth"}, Timeout: time.Second})
	if run.State != storage.CheckTimedOut || !strings.Contains(run.Reason, "--timeout") || findCase(run, check.Canary).Result != storage.CheckPassed {
		t.Errorf("got run %s: %q", run.State, run.Reason)
	}
}

// Outside the group load, a run waits for a Retry-After of up to 30 s.
func TestRetryAfterIsHonored(t *testing.T) {
	t.Parallel()
	for after, want := range map[string]storage.CheckResult{"2": storage.CheckPassed, "31": storage.CheckFailed, "soon": storage.CheckFailed} {
		b := newBench(t, nil)
		r := b.reference()
		var n atomic.Int32
		r.before = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", after)
			return n.Add(1) == 3 && fail(w, 429)
		}
		b.pointTo(serve(r, nil))
		run := b.runInMemory(t.Context(), storage.CheckOptions{Only: []string{"repeat/twice"}})
		got := findCase(run, "repeat/twice")
		if limited := strings.Contains(got.Remedy, "lower --rate"); limited != (want == storage.CheckFailed) {
			t.Errorf("Retry-After %s: got remedy %q", after, got.Remedy)
		}
		if got.Result != want || want == storage.CheckPassed && len(got.Deliveries) != 3 {
			t.Errorf("Retry-After %s: got %+v, want %s", after, got, want)
		}
	}
}

// Configured secrets and minted tokens are masked even in an answer that echoes them.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var tokens []string
	endpoint := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		tokens = append(tokens, req.Header.Get("Authorization"))
		http.Error(w, req.Header.Get("Authorization")+" "+req.Header.Get("X-Key")+" "+secret.Reveal()+" \x1b[31m", http.StatusTeapot)
	})
	b.pointTo(serve(endpoint, nil))
	b.hook.URL += "/?api_key=verysecretparameter"
	run := b.runInMemory(t.Context(), storage.CheckOptions{})
	got := findCase(run, check.Canary).Got
	for _, leaked := range append(tokens, "a-secret-value-of-a-header", secret.Reveal()) {
		if leaked != "" && strings.Contains(got, strings.TrimPrefix(leaked, "Bearer ")) {
			t.Errorf("%q shows %q", got, leaked)
		}
	}
	if !strings.Contains(got, storage.Masked) || !strings.Contains(got, "418") {
		t.Errorf("the canary got %q", got)
	}
}

// The lower of the run's and the webhook's rates applies.
func TestRunKeepsToTheLowerRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ run, hook, want float64 }{{20, 0, 20}, {20, 5, 5}, {2, 5, 2}} {
		b := newBench(t, func(w *storage.Webhook) { w.Delivery.RatePerSec = c.hook })
		b.pointTo(serve(b.reference(), nil))
		began := time.Now()
		store, clock := &memory{}, newClock()
		b.config.Now, b.config.Wait = clock.Now, clock.Wait
		o := storage.CheckOptions{Only: []string{"same-request"}, PerSecond: c.run}
		if err := check.Run(t.Context(), b.config, store, storage.CheckRun{ID: 1, Options: o}, b.hook); err != nil {
			t.Fatal(err)
		}
		if took, want := clock.Now().Sub(began).Seconds(), 40/c.want; took < want-1 || took > want+1 {
			t.Errorf("41 requests at %g a second took %g s, want %g", c.want, took, want)
		}
	}
}

// No second has more requests than the rate allows, although some cases send several at once.
func TestRunKeepsToTheRateInEachSecond(t *testing.T) {
	t.Parallel()
	const rate = 20
	b := newBench(t, nil)
	store, clock := &memory{}, newClock()
	b.config.Now, b.config.Wait = clock.Now, clock.Wait
	r := b.reference()
	var mu sync.Mutex
	var at []time.Time
	r.before = func(http.ResponseWriter, *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, clock.Now())
		return false
	}
	b.pointTo(serve(r, nil))
	o := storage.CheckOptions{Only: []string{"accept", "repeat", "order"}, PerSecond: rate}
	if err := check.Run(t.Context(), b.config, store, storage.CheckRun{ID: 1, Options: o}, b.hook); err != nil {
		t.Fatal(err)
	}
	for i, first := range at {
		if i+rate < len(at) && at[i+rate].Sub(first) < time.Second-time.Millisecond {
			t.Errorf("requests %d to %d of %d came within %s", i+1, i+rate+1, len(at), at[i+rate].Sub(first))
		}
	}
	if len(at) < 2*rate {
		t.Errorf("got %d requests, want at least %d", len(at), 2*rate)
	}
}

// A withoutWebhook is a store from which the webhook was deleted, before the server has heard of
// it.
type withoutWebhook struct{ memory }

func (*withoutWebhook) SendCheckEvents(context.Context, storage.ID, string, ...storage.Event) ([]storage.Delivery, error) {
	return nil, fmt.Errorf("store requests: webhook: %w", storage.ErrNotFound)
}

func TestWebhookIsDeletedDuringRun(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.pointTo(serve(b.reference(), nil))
	store := &withoutWebhook{}
	if err := check.Run(t.Context(), b.config, store, storage.CheckRun{ID: 1}, b.hook); err != nil {
		t.Fatal(err)
	}
	if run := store.run; run.State != storage.CheckInterrupted || run.Reason != "the webhook was deleted" {
		t.Errorf("got run %s: %q", run.State, run.Reason)
	}
}
