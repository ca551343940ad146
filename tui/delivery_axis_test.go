package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// parkedDelivery adds the delivery of retriedDelivery behind an open circuit breaker.
func parkedDelivery(s *testStore) {
	retriedDelivery(s)
	if err := s.SaveBreaker(context.Background(), storage.Breaker{WebhookID: acme().ID, Failures: 10, OpenUntil: noon().Add(5 * time.Minute), Wait: 5 * time.Minute}); err != nil {
		panic(err)
	}
}

// retriedDelivery adds a delivery whose endpoint gave the same answer twice, then refused the
// connection, and then asked to wait for a minute.
func retriedDelivery(s *testStore) {
	s.AddTwoWebhooks()
	id := s.AddDelivery(storage.Event{CreatedAt: noon(), WebhookID: acme().ID, RequestID: "r", Channel: storage.Email, Status: storage.StatusBounce, Identity: "john.doe@luma.com", Payload: []byte(`{"requestId":"r"}`)}).ID
	down := storage.Attempt{
		Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503 Service Unavailable", Timings: storage.Timings{FirstByte: 4 * time.Millisecond, Total: 8 * time.Millisecond},
		ResponseHeaders: []storage.HeaderField{{Name: "Content-Type", Value: "application/json"}}, ResponseBody: []byte(`{"error":{"code":"warming_up","nodes":[1,2]}}`),
	}
	refused := storage.Attempt{ErrorClass: storage.ClassConnect, Error: "connection refused", NoAnswer: storage.NoAnswerRefused, Timings: storage.Timings{Total: time.Millisecond}}
	retryAfter := down
	retryAfter.ResponseHeaders = append([]storage.HeaderField{{Name: "Retry-After", Value: "60"}}, down.ResponseHeaders...)
	at := noon()
	for _, next := range []struct {
		a    storage.Attempt
		wait time.Duration
	}{{down, time.Second}, {down, 5 * time.Second}, {refused, 30 * time.Second}, {retryAfter, time.Minute}} {
		next.a.At = at
		at = at.Add(next.a.Timings.Total + next.wait)
		s.Attempt(id, storage.Outcome{State: storage.Retrying, NextAttemptAt: at, Attempt: next.a})
	}
}

func TestAttemptsAreOnOneAxis(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		retriedDelivery(c.store)
		c.wait(time.Second)
		c.size(100, 50)
		c.press("3", "G", "enter", "z")
		c.see(`"code": "warming_up",`, "same as attempt 1", "+ 1.0 s", "+ 5.0 s", "connect: connection refused", "+ 30.0 s", "+ 1m Retry-After: 60", "+ 10m ± 20 %", "the last", "○ 5", "○ 6")
		if n := strings.Count(c.screen(), "warming_up"); n != 1 {
			t.Errorf("the answer is shown %d times, want once", n)
		}
		id := lastOf(c.store.AllDeliveries()).ID
		c.store.Attempt(id, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{At: noon().Add(3 * time.Minute), Code: 204}})
		c.wait(time.Second) // it is live
		c.see("✓ 5", "204")
		c.dontSee("○", "the last")
	})
}

func TestTheProbeIsOnTheAxis(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		parkedDelivery(c.store)
		c.wait(time.Second)
		c.size(100, 50)
		c.press("3", "G", "enter", "z")
		c.see("the circuit breaker's probe", "12:09:29.871", "but waits for the probe")
	})
}
