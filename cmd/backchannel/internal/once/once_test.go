package once

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"backchannel/engine"
	"backchannel/storage"
)

func letterTo(url string) Letter {
	w := storage.NewWebhook()
	w.URL = url
	return Letter{Webhook: w, Delivery: 7, Payload: []byte("\xffbytes")}
}

func TestSendsOnce(t *testing.T) {
	requests := make(chan string, 10)
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		requests <- req.Header.Get("Backchannel-Delivery") + " " + string(body)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer endpoint.Close()
	outcome, err := Send(t.Context(), engine.Config{}, letterTo(endpoint.URL))
	if err != nil {
		t.Fatal(err)
	}
	if outcome.State != storage.Failed || outcome.Attempt.Code != http.StatusServiceUnavailable {
		t.Errorf("the outcome is %+v", outcome)
	}
	if got := <-requests; got != "00000000007 \xffbytes" || len(requests) > 0 {
		t.Errorf("it got %q and %d more", got, len(requests))
	}
}

func TestGuarded(t *testing.T) {
	outcome, err := Send(t.Context(), engine.Config{}, letterTo("http://169.254.169.254/"))
	if err != nil || outcome.Attempt.ErrorClass != storage.ClassRefused {
		t.Errorf("the outcome is %+v, %v", outcome, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Send(ctx, engine.Config{}, letterTo("http://127.0.0.1:1/")); !errors.Is(err, context.Canceled) {
		t.Errorf("it answered %v", err)
	}
}
