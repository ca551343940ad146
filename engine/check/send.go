package check

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"backchannel/storage"
)

// sendAll sends the rounds of a case one after another.
func (r *runner) sendAll(ctx context.Context, c Case, record *storage.CheckCase, rounds []round) (all []answer, err error) {
	for _, round := range rounds {
		answers, err := r.send(ctx, c, record, round)
		if err != nil {
			return nil, err
		}
		all = append(all, answers...)
	}
	return all, nil
}

// send sends the requests of a round at once, and waits for all answers.
func (r *runner) send(ctx context.Context, c Case, record *storage.CheckCase, requests round) ([]answer, error) {
	if err := r.pace.take(ctx, len(requests)); err != nil {
		return nil, err
	}
	answers, errs := make([]answer, len(requests)), make([]error, len(requests))
	var group sync.WaitGroup
	deliveries, err := r.enqueue(c, record, requests...)
	if err != nil {
		return nil, err
	}
	for i := range requests {
		group.Go(func() { answers[i], errs[i] = r.attemptPatiently(ctx, c, record, requests[i], deliveries[i]) })
	}
	group.Wait()
	return answers, errors.Join(errs...)
}

// attemptPatiently attempts a delivery. As long as the endpoint answers 429 with Retry-After, it
// waits and sends the event again as a new delivery.
func (r *runner) attemptPatiently(ctx context.Context, c Case, record *storage.CheckCase, q request, d storage.Delivery) (answer, error) {
	waited := time.Duration(0)
	for {
		a, after, err := r.attempt(ctx, q, d)
		if err != nil || a.code != 429 || after <= 0 || waited+after > maxRetryAfter {
			return a, err
		}
		waited += after
		if !r.cfg.Wait(ctx, after) {
			return a, ctx.Err()
		}
		again, err := r.enqueue(c, record, q)
		if err != nil {
			return a, err
		}
		d = again[0]
	}
}

// errSpent means that the run has reached its limit of requests. Its text ends the message.
var errSpent = errors.New("allow more with --max")

// enqueue stores the deliveries of requests before they are sent, so that their bytes and answers
// can be inspected later.
func (r *runner) enqueue(c Case, record *storage.CheckCase, requests ...request) ([]storage.Delivery, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent+len(requests) > r.options.MaxRequests {
		return nil, fmt.Errorf("the run's limit of %d requests is reached; %w", r.options.MaxRequests, errSpent)
	}
	r.sent += len(requests)
	events := make([]storage.Event, len(requests))
	for i, q := range requests {
		events[i] = q.event
		events[i].WebhookID = r.webhook.ID
	}
	made, err := r.store.SendCheckEvents(r.keep, r.run.ID, c.ID, events...)
	for _, d := range made {
		record.Deliveries = append(record.Deliveries, d.ID)
	}
	return made, err
}

// attempt sends one request, stores the outcome, and returns how long the endpoint asks to wait.
func (r *runner) attempt(ctx context.Context, q request, d storage.Delivery) (answer, time.Duration, error) {
	v := q.v
	v.OnlyHTTP1 = !q.http2
	job := storage.Job{DeliveryID: d.ID, WebhookID: d.WebhookID, Payload: q.event.Payload, CreatedAt: d.CreatedAt}
	result := r.client.AttemptVaried(ctx, &r.webhook, &job, v)
	a := newAnswer(result.Attempt, q)
	state := storage.Failed
	if a.ok() {
		state = storage.StateDelivered
	}
	finish, cancel := context.WithTimeout(r.keep, commitWithin)
	defer cancel()
	err := r.store.Finish(finish, storage.Outcome{Attempt: result.Attempt, State: state, FinishedAt: r.cfg.Now()})
	if err != nil && ctx.Err() == nil {
		return a, 0, err
	}
	return a, result.RetryAfter(r.cfg.Now()), ctx.Err()
}

// newAnswer returns the answer of an attempt.
func newAnswer(t storage.Attempt, q request) answer {
	a := answer{
		what: q.what, delivery: t.DeliveryID, code: t.Code, class: t.ErrorClass, took: t.Timings.Total,
		kept: t.Timings.Connect == 0 && t.Code != 0,
	}
	if t.Code == 0 {
		a.err = t.Error
	} else {
		a.line = firstLine(t.Answer().Text)
	}
	for _, h := range t.RequestHeaders {
		a.http2 = a.http2 || h.Name == ":authority"
	}
	return a
}
