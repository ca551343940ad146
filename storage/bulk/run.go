package bulk

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/storage/words"
)

// perCommit is the number of deliveries that are changed in one commit. The engine's commits wait
// meanwhile, for 10 ms with SQLite.
const perCommit = 100

// An Outcome says what Run has done.
type Outcome struct {
	Action storage.DeliveryAction
	storage.ActionOutcome
	Of      int  // the number of deliveries in the plan
	Stopped bool // the context ended before all were done
}

// Run performs the action, in commits of a bounded number of deliveries, and records one activity
// that says what was done and by whom. It calls report, unless that is nil, after each commit. If the
// context ends, Run stops after a commit; that is not an error, and the outcome says so. After an
// error, the outcome is what was done before it.
func (p Plan) Run(ctx context.Context, store Store, by string, report func(Outcome)) (Outcome, error) {
	done := Outcome{Action: p.Action, Of: len(p.IDs)}
	var failed error
	for chunk := range slices.Chunk(p.IDs, perCommit) {
		if done.Stopped = ctx.Err() != nil; done.Stopped {
			break
		}
		// Only a commit whose outcome is known can be counted.
		outcome, err := store.ActOnDeliveries(context.WithoutCancel(ctx), p.Action, chunk)
		if failed = err; err != nil {
			break
		}
		done.Add(outcome)
		if report != nil {
			report(done)
		}
	}
	if done.Done > 0 {
		text := done.recorded()
		if by != "" {
			text += " " + by
		}
		err := store.AddActivity(context.WithoutCancel(ctx), storage.Activity{Kind: storage.ActivityDelivery, Text: text})
		if failed == nil {
			failed = err
		}
	}
	return done, failed
}

// recorded returns the text of the activity about what was done.
func (o Outcome) recorded() string {
	if o.Done == o.Of {
		return count(o.Done) + " " + o.Action.Recorded()
	}
	return fmt.Sprintf("%s of %s %s", words.Group(o.Done), count(o.Of), o.Action.Recorded())
}

// String says what was done, and how many deliveries were left unchanged: "retried 118 of 120
// deliveries; 2 could not be retried: 2 delivered".
func (o Outcome) String() string {
	text := fmt.Sprintf("%s %s of %s", o.Action.Done(), words.Group(o.Done), count(o.Of))
	if o.Done == o.Of {
		text = o.Action.Done() + " " + count(o.Of)
	}
	if n := o.RefusedTotal(); n > 0 {
		text += fmt.Sprintf("; %s could not be %s: %s", words.Group(n), o.Action.Done(), o.Reasons())
	}
	if o.Stopped {
		text += fmt.Sprintf("; stopped, %s left as they were", words.Group(o.Of-o.Total()))
	}
	return text
}
