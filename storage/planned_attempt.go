package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A PlannedAttempt is a future attempt. From the second on, it is made only if those before it fail
// in a way that is retried.
type PlannedAttempt struct {
	N    int
	From time.Time // when it begins at the earliest; zero: unknown
	// Until is when it begins at the latest. That does not include the time that earlier attempts
	// take, or a wait because the webhook allows no more attempts at once.
	Until time.Time
	Wait  time.Duration // scheduled after the attempt before it, without jitter; 0 for the next one
	By    PlannedBy
}

// A PlannedBy says what decides when a planned attempt is made.
type PlannedBy string

// What decides when an attempt is made.
const (
	ByQueue      PlannedBy = "queue"       // it is due; for the first attempt, since it was queued
	ByDueTime    PlannedBy = "due"         // the time of a planned event
	BySchedule   PlannedBy = "schedule"    // the webhook's, with its jitter
	ByRetryAfter PlannedBy = "retry-after" // the endpoint asked for a longer wait
	ByProbe      PlannedBy = "probe"       // the circuit breaker lets one attempt through then
	ByPause      PlannedBy = "pause"       // the webhook is paused, until somebody resumes it
	ByHand       PlannedBy = "hand"        // somebody asked for it earlier
	UnderWay     PlannedBy = "under way"
)

// A Planning is what is known about a delivery whose attempts are planned.
type Planning struct {
	Delivery Delivery
	Attempts []Attempt       // made so far, in order
	Schedule []time.Duration // of the webhook; nil also if that was deleted
	Parked   *ParkedReason   // nil: it is not parked
	Now      time.Time
}

// A PlanningStore has what the attempts of a delivery depend on.
type PlanningStore interface {
	ParkedStore
	Attempts(context.Context, ID) ([]Attempt, error)
}

// FindPlanning reads the attempts of a delivery, and what determines the future ones.
func FindPlanning(ctx context.Context, store PlanningStore, d Delivery, now time.Time) (p Planning, err error) {
	p.Delivery, p.Now = d, now
	if p.Attempts, err = store.Attempts(ctx, d.ID); err != nil || d.State.Final() {
		return p, err
	}
	w, err := store.Webhook(ctx, d.WebhookID)
	if errors.Is(err, ErrNotFound) { // it was deleted, and its deliveries are about to be cancelled
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Schedule = w.Delivery.Retry
	if d.State == Parked {
		p.Parked, err = FindParkedReason(ctx, store, d.WebhookID)
	}
	return p, err
}

// Planned returns the future attempts. The schedule is the same as the engine's: see RetryWait.
func (p Planning) Planned() (all []PlannedAttempt) {
	if p.Delivery.State.Final() {
		return nil
	}
	next := p.next()
	all = append(all, next)
	probeWait := time.Duration(0)
	if p.Parked != nil && !p.Parked.Paused() {
		probeWait = p.Parked.Breaker.Wait
	}
	for made := next.N; ; made++ {
		shortest, ok := RetryWait(p.Schedule, made, 0, 0)
		longest, _ := RetryWait(p.Schedule, made, 1, 0)
		if !ok {
			return all
		}
		before := all[len(all)-1]
		planned := PlannedAttempt{N: made + 1, Wait: p.Schedule[made-1], By: BySchedule}
		if probeWait > 0 { // the attempt before it was the probe, and failed
			if probeWait = ProbeWait(probeWait); probeWait > longest {
				shortest, longest, planned.By, planned.Wait = probeWait, probeWait, ByProbe, probeWait
			}
			shortest = max(shortest, probeWait)
		}
		if !before.From.IsZero() {
			planned.From, planned.Until = before.From.Add(shortest), before.Until.Add(longest)
		}
		all = append(all, planned)
	}
}

// next returns the next attempt.
func (p Planning) next() PlannedAttempt {
	d := p.Delivery
	due := d.NextAttemptAt
	next := PlannedAttempt{N: d.Attempts + 1, From: due, Until: due, By: p.dueBy()}
	switch {
	case d.State == Sending:
		next.From, next.Until, next.By = p.Now, p.Now, UnderWay
	case p.Parked != nil && p.Parked.Paused():
		next.From, next.Until, next.By = time.Time{}, time.Time{}, ByPause
	case p.Parked != nil && p.Parked.Breaker.OpenUntil.After(due):
		next.From, next.Until, next.By = p.Parked.Breaker.OpenUntil, p.Parked.Breaker.OpenUntil, ByProbe
	}
	if !next.From.IsZero() && next.From.Before(p.Now) {
		next.From, next.Until = p.Now, p.Now
	}
	return next
}

// dueBy returns what has decided when the next attempt is due.
func (p Planning) dueBy() PlannedBy {
	d := p.Delivery
	if d.Attempts == 0 || len(p.Attempts) == 0 {
		switch {
		case d.DueAt.IsZero():
			return ByQueue
		case d.NextAttemptAt.Before(d.DueAt):
			return ByHand
		}
		return ByDueTime
	}
	last := p.Attempts[len(p.Attempts)-1]
	ended := last.Ended()
	if d.FinishedAt.After(ended) {
		ended = d.FinishedAt
	}
	wait := d.NextAttemptAt.Sub(ended)
	shortest, ok := RetryWait(p.Schedule, last.N, 0, 0)
	asked := RetryAfter(last.retryAfterValue(), ended)
	const slack = time.Second // a date has whole seconds, and times are kept to the microsecond
	switch {
	case asked > 0 && wait >= asked-slack && wait <= asked+slack:
		return ByRetryAfter
	case ok && wait < max(shortest, asked)-slack:
		return ByHand
	}
	return BySchedule
}

// Mid returns the middle between the earliest and the latest time of an attempt.
func (p PlannedAttempt) Mid() time.Time { return p.From.Add(p.Until.Sub(p.From) / 2) }

// Exact reports whether it is known when an attempt begins.
func (p PlannedAttempt) Exact() bool { return !p.From.IsZero() && p.From.Equal(p.Until) }

// Spread says how far jitter moves the wait before an attempt, or "" if it does not.
func (p PlannedAttempt) Spread() string {
	if p.By != BySchedule || p.Wait == 0 {
		return ""
	}
	return fmt.Sprintf("± %d %%", int(100*jitterShare))
}

// Why says what decides when an attempt is made, if that is not the schedule.
func (p PlannedAttempt) Why() string {
	return map[PlannedBy]string{
		ByRetryAfter: "as the endpoint asked",
		ByProbe:      "with the circuit breaker's probe",
		ByPause:      "once the webhook is resumed",
		ByHand:       "as somebody asked",
		UnderWay:     "under way",
	}[p.By]
}

// RetryAfterNote returns an answer's Retry-After header with its effect, or "" if there is none.
func (a Attempt) RetryAfterNote() string {
	value := a.retryAfterValue()
	if value == "" {
		return ""
	}
	note := "Retry-After: " + value
	switch asked := RetryAfter(value, a.Ended()); {
	case asked == maxRetryAfter:
		return note + ", capped at 24 h"
	case asked == 0 && strings.Trim(value, "0 ") != "":
		return note + ", which is neither a number of seconds nor a future time"
	}
	return note
}

// Ended returns when an attempt ended.
func (a Attempt) Ended() time.Time { return a.At.Add(a.Timings.Total) }

// retryAfterValue returns the answer's Retry-After header, or "" if it has none.
func (a Attempt) retryAfterValue() string {
	i := slices.IndexFunc(a.ResponseHeaders, func(h HeaderField) bool { return strings.EqualFold(h.Name, "Retry-After") })
	if i < 0 {
		return ""
	}
	return a.ResponseHeaders[i].Value
}

// LikeEarlier returns the number of the first attempt that had the same result as the one
// at an index: the same status, error and body. It is 0 if none before it had.
func LikeEarlier(attempts []Attempt, at int) int {
	for _, earlier := range attempts[:at] {
		if earlier.sameResult(attempts[at]) {
			return earlier.N
		}
	}
	return 0
}

// sameResult reports whether two attempts had the same status, error and body.
func (a Attempt) sameResult(b Attempt) bool {
	return a.Code == b.Code && a.ErrorClass == b.ErrorClass && a.Error == b.Error && a.ResponseFlaw == b.ResponseFlaw && bytes.Equal(a.ResponseBody, b.ResponseBody)
}

// AnswerLikeEarlier is LikeEarlier for whole answers: their headers are the same too, but for the
// date, which no two answers share.
func AnswerLikeEarlier(attempts []Attempt, at int) int {
	for _, earlier := range attempts[:at] {
		if a := attempts[at]; a.Code != 0 && earlier.sameResult(a) && slices.Equal(undated(earlier), undated(a)) {
			return earlier.N
		}
	}
	return 0
}

// undated returns the headers of an answer without the date.
func undated(a Attempt) []HeaderField {
	return slices.DeleteFunc(slices.Clone(a.ResponseHeaders), func(h HeaderField) bool { return http.CanonicalHeaderKey(h.Name) == "Date" })
}
