package bulk

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/storage/words"
)

// perCommit is the number of deliveries that are changed in one commit. What the engine commits
// waits for it, 10 ms with SQLite.
const perCommit = 100

// An Outcome is what has become of a plan.
type Outcome struct {
	Action storage.DeliveryAction
	storage.ActionOutcome
	Of      int  // how many deliveries were asked for
	Stopped bool // by the context, before all had their turn
}

// Run does what the plan says, in commits of a bounded number of deliveries, and leaves one
// activity that says what was done and by whom. It calls report, unless that is nil, after each
// commit. If the context ends, it stops after a commit and says so in the outcome, which is no
// error; after an error, the outcome is what was done before it.
func (p Plan) Run(ctx context.Context, store Store, by string, report func(Outcome)) (Outcome, error) {
	done := Outcome{Action: p.Action, Of: len(p.IDs)}
	var failed error
	for some := range slices.Chunk(p.IDs, perCommit) {
		if done.Stopped = ctx.Err() != nil; done.Stopped {
			break
		}
		// Only a commit whose outcome is known can be counted.
		outcome, err := store.ActOnDeliveries(context.WithoutCancel(ctx), p.Action, some)
		if failed = err; err != nil {
			break
		}
		done.Add(outcome)
		if report != nil {
			report(done)
		}
	}
	if done.Done > 0 {
		text := done.Recorded()
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

// Recorded says in an activity what was done.
func (o Outcome) Recorded() string {
	if o.Done == o.Of {
		return count(o.Done) + " " + o.Action.Recorded()
	}
	return fmt.Sprintf("%s of %s %s", words.Group(o.Done), count(o.Of), o.Action.Recorded())
}

// String says what was done, and how many deliveries were left as they are: "retried 118 of 120
// deliveries; 2 could not be: 2 delivered".
func (o Outcome) String() string {
	text := fmt.Sprintf("%s %s of %s", o.Action.Done(), words.Group(o.Done), count(o.Of))
	if o.Done == o.Of {
		text = o.Action.Done() + " " + count(o.Of)
	}
	if n := o.RefusedTotal(); n > 0 {
		text += fmt.Sprintf("; %s could not be: %s", words.Group(n), o.Reasons())
	}
	if o.Stopped {
		text += fmt.Sprintf("; stopped, %s left as they were", words.Group(o.Of-o.Total()))
	}
	return text
}
