package column

import (
	"fmt"
	"maps"
	"time"

	"backchannel/storage"
)

// A Run is a series of like things: a webhook's deliveries that failed for good, or executions of
// a campaign that send no events. One activity describes all of them, because an endpoint that
// refuses everything would fill the list otherwise.
type Run struct {
	Activity storage.ID
	N        int
	began    time.Time
	last     time.Time
}

// RunGap is how long nothing of the kind must happen before the next one begins a new run.
const RunGap = 5 * time.Second

// FailuresText describes the deliveries of a run, the last of which ended with attempt a. toWebhook
// names the webhook, and is "" if it no longer exists.
func (r Run) FailuresText(toWebhook string, a *storage.Attempt, now time.Time) string {
	return fmt.Sprintf("%d deliveries%s failed within %s; the last %s", r.N, toWebhook, r.lasted(now), failureText(a))
}

// lasted returns how long the run has lasted, in words. It does not distinguish times below a second.
func (r Run) lasted(now time.Time) string {
	if d := now.Sub(r.began); d > time.Second {
		return d.Round(time.Second).String()
	}
	return "a second"
}

// A Runs holds the current run of each webhook and campaign. Runs that a transaction begins or
// continues are kept apart until it has been committed, because its work runs again, one
// operation at a time, if it fails. Committed is shared by the transactions of a writer.
type Runs struct {
	Committed map[storage.ID]Run
	changed   map[storage.ID]Run
}

// Keep makes the changed runs the committed ones.
func (r *Runs) Keep() { maps.Copy(r.Committed, r.changed) }

// Continued returns the run of a webhook or a campaign with one more in it. N is 1 if that begins a
// new run.
func (r *Runs) Continued(of storage.ID, now time.Time) Run {
	run, changed := r.changed[of]
	if !changed {
		run = r.Committed[of]
	}
	if run.N == 0 || now.Sub(run.last) >= RunGap {
		run = Run{began: now}
	}
	run.N, run.last = run.N+1, now
	return run
}

// Set stores a run.
func (r *Runs) Set(of storage.ID, run Run) {
	if r.changed == nil {
		r.changed = map[storage.ID]Run{}
	}
	r.changed[of] = run
}

// Begin stores a run that begins with an activity.
func (r *Runs) Begin(of, activity storage.ID, now time.Time) {
	r.Set(of, Run{Activity: activity, N: 1, began: now, last: now})
}

// FirstFailure is the activity about a delivery that failed for good, the first in a run.
func FirstFailure(d storage.Delivery, a *storage.Attempt) storage.Activity {
	return storage.Activity{
		Kind: storage.ActivityFailed, WebhookID: d.WebhookID, DeliveryID: d.ID, Text: DeliveryText(d) + " failed " + failureText(a),
	}
}

// FirstSilence is the activity about a call from which no event follows, the first in a run.
func FirstSilence(e *storage.Execution) storage.Activity {
	return storage.Activity{
		Kind: storage.ActivityExecution, CampaignID: e.CampaignID, Execution: e.ID,
		Text: "an execution of campaign " + e.Campaign + " sends no events: " + e.Silent,
	}
}

// MoreSilence is the end of the text about several such calls, which begins with their number.
func MoreSilence(e *storage.Execution) string {
	return fmt.Sprintf(" executions of campaign %s send no events: %s", e.Campaign, e.Silent)
}
