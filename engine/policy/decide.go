package policy

import (
	"net/http"
	"time"

	"backchannel/storage"
)

// An Attempt is what Decide needs to know about an attempt and its delivery.
type Attempt struct {
	Class      Class
	N          int    // from 1
	Code       int    // of the answer; 0: there was none
	RetryAfter string // the answer's header of that name
	Cancelled  bool   // a user cancelled the delivery during the attempt
	Schedule   []time.Duration
}

// Decide returns the outcome for the delivery. jitter is a random number in [0, 1). An attempt that
// succeeded delivers even a delivery that was cancelled meanwhile, because the endpoint has the event.
// Attempts that were aborted or starved without a cancellation have no outcome and must not be passed
// to Decide.
func Decide(a Attempt, jitter float64, now time.Time) storage.Outcome {
	o := storage.Outcome{FinishedAt: now, State: storage.Failed}
	switch {
	case a.Class == Succeeded:
		o.State = storage.StateDelivered
	case a.Cancelled:
		o.State = storage.Cancelled
	case a.Class == Retryable:
		if wait, ok := storage.RetryWait(a.Schedule, a.N, jitter, storage.RetryAfter(a.RetryAfter, now)); ok {
			o.State, o.NextAttemptAt = storage.Retrying, now.Add(wait)
		}
	}
	if a.Code == http.StatusGone {
		o.PauseWebhook = "the endpoint answered 410 Gone: it wants no more events"
	}
	return o
}
