package engine_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"backchannel/engine"
	"backchannel/engine/policy"
	"backchannel/storage"
)

func webhookFor(url string) storage.Webhook {
	w := storage.NewWebhook()
	w.URL = url
	return w
}

// One attempt is one request, whatever the webhook's retry schedule, state and rate: those
// matter only to the queue.
func TestAttemptIsOneRequest(t *testing.T) {
	requests := make(chan string, 10)
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		requests <- req.Header.Get("Backchannel-Delivery") + " " + req.Header.Get("Backchannel-Attempt") + " " + string(body)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer endpoint.Close()
	w := webhookFor(endpoint.URL)
	w.State, w.Delivery.RatePerSec = storage.Paused, 0.001
	r := engine.Attempt(t.Context(), engine.Config{}, w, storage.Job{DeliveryID: 7, Attempts: 2, Payload: []byte("\xffbytes")})
	if r.Class != policy.Retryable || r.Attempt.Code != http.StatusServiceUnavailable || r.Attempt.N != 3 {
		t.Errorf("got %+v", r)
	}
	if got := <-requests; got != "00000000007 3 \xffbytes" || len(requests) > 0 {
		t.Errorf("the endpoint got %q and %d more requests", got, len(requests))
	}
}

func TestAttemptWithoutAnEndpoint(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, url string
		ctx       context.Context
		class     policy.Class
		err       storage.ErrorClass
		word      storage.NoAnswer
	}{
		{"guarded", "http://169.254.169.254/", t.Context(), policy.Permanent, storage.ClassRefused, storage.NoAnswerGuard},
		{"cancelled", "http://127.0.0.1:1/", cancelled, policy.Aborted, storage.ClassTransport, ""},
		{"refused", "http://127.0.0.1:1/", t.Context(), policy.Retryable, storage.ClassConnect, storage.NoAnswerRefused},
		{"receiver off", storage.BuiltinReceiver, t.Context(), policy.Retryable, storage.ClassReceiver, storage.NoAnswerReceiver},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := engine.Attempt(c.ctx, engine.Config{}, webhookFor(c.url), storage.Job{DeliveryID: 7})
			if r.Class != c.class || r.Attempt.ErrorClass != c.err || r.Attempt.NoAnswer != c.word || r.Attempt.Error == "" {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// A client keeps its connection from one attempt to the next.
func TestClientKeepsItsConnection(t *testing.T) {
	endpoint := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer endpoint.Close()
	c, w := engine.NewClient(engine.Config{}), webhookFor(endpoint.URL)
	defer c.Close()
	for n := range 3 {
		r := c.Attempt(t.Context(), &w, &storage.Job{DeliveryID: 7, Attempts: n})
		if kept := r.Attempt.Timings.Connect == 0; r.Class != policy.Succeeded || kept != (n > 0) {
			t.Errorf("attempt %d: %+v", n+1, r)
		}
	}
}
