// Package bulk does the same with many deliveries: it retries, cancels or replays them. Begin
// with [Prepare], which finds them and says with how many it can be done; [Plan.Run] then does
// it. It never takes a delivery that was not there, or not chosen, when the plan was made, so
// that what a person has confirmed is what happens.
package bulk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
)

// A Store has the deliveries, and changes them.
type Store interface {
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	ActOnDeliveries(context.Context, storage.DeliveryAction, []storage.ID) (storage.ActionOutcome, error)
	AddActivity(context.Context, storage.Activity) error
}

// A Choice says which deliveries to take.
type Choice struct {
	IDs   []storage.ID // these, or if there are none, what follows
	Query storage.DeliveryQuery
}

// A Plan is an action and the deliveries that it was asked for.
type Plan struct {
	Action storage.DeliveryAction
	IDs    []storage.ID          // the oldest first, which is the order in which they are taken
	Expect storage.ActionOutcome // as of when the plan was made
}

// Prepare finds the deliveries of a choice. It calls found, unless that is nil, with how many
// there are so far.
func Prepare(ctx context.Context, store Store, action storage.DeliveryAction, of Choice, found func(n int)) (Plan, error) {
	p := planner{Store: store, Plan: Plan{Action: action}, orphaned: map[storage.ID]bool{}, found: found}
	find := p.all
	if len(of.IDs) > 0 {
		find = p.these
	}
	if err := find(ctx, of); err != nil {
		return Plan{}, fmt.Errorf("find what to %s: %w", action, err)
	}
	slices.Sort(p.IDs)
	return p.Plan, nil
}

// A planner makes a plan.
type planner struct {
	Store
	Plan
	orphaned map[storage.ID]bool // whether a webhook was deleted
	found    func(int)
}

// these takes deliveries by their IDs.
func (p *planner) these(ctx context.Context, of Choice) error {
	for _, id := range of.IDs {
		d, err := p.Delivery(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			p.take(id, storage.RefuseRemoved())
			continue
		}
		if err != nil {
			return err
		}
		if err := p.consider(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// all takes the deliveries that a query selects.
func (p *planner) all(ctx context.Context, of Choice) error {
	for d, err := range storage.Newest(ctx, of.Query, p.Deliveries).All() {
		if err != nil {
			return err
		}
		if err := p.consider(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// consider takes a delivery, and counts whether the action can be done with it.
func (p *planner) consider(ctx context.Context, d storage.Delivery) error {
	refused := new(storage.RefusedError)
	err := p.check(ctx, d)
	switch {
	case errors.As(err, &refused):
		p.take(d.ID, refused)
	case err != nil:
		return err
	default:
		p.take(d.ID, nil)
	}
	return nil
}

func (p *planner) check(ctx context.Context, d storage.Delivery) error {
	if p.Action != storage.ReplayDeliveries {
		return p.Action.Check(d)
	}
	orphaned, err := p.orphan(ctx, d.WebhookID)
	if err == nil && orphaned {
		return storage.RefuseOrphan(d)
	}
	return err
}

func (p *planner) orphan(ctx context.Context, webhook storage.ID) (bool, error) {
	if is, known := p.orphaned[webhook]; known {
		return is, nil
	}
	_, err := p.Webhook(ctx, webhook)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return false, err
	}
	p.orphaned[webhook] = err != nil
	return err != nil, nil
}

func (p *planner) take(id storage.ID, refused *storage.RefusedError) {
	p.IDs = append(p.IDs, id)
	if refused == nil {
		p.Expect.Done++
	} else {
		p.Expect.Refuse(refused)
	}
	if p.found != nil {
		p.found(len(p.IDs))
	}
}

// Question asks whether to do it: "Cancel 118 of 120 deliveries?"
func (p Plan) Question() string {
	verb := strings.ToUpper(string(p.Action[:1])) + string(p.Action[1:])
	if p.Expect.Done == len(p.IDs) {
		return fmt.Sprintf("%s %s?", verb, count(len(p.IDs)))
	}
	return fmt.Sprintf("%s %s of %s?", verb, words.Group(p.Expect.Done), count(len(p.IDs)))
}

// Exception says how many of the deliveries will be left as they are, and why, or "".
func (p Plan) Exception() string {
	n := p.Expect.RefusedTotal()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s cannot be %s: %s.", words.Group(n), p.Action.Done(), p.Expect.Reasons())
}

// Impossible returns why there is nothing to do: an error that matches storage.ErrConflict if
// the action can be done with none of the deliveries.
func (p Plan) Impossible() error {
	if p.Expect.Done > 0 || len(p.IDs) == 0 {
		return nil
	}
	what := "none of them can"
	if len(p.IDs) > 1 {
		what = fmt.Sprintf("none of %s can", count(len(p.IDs)))
	}
	text := fmt.Sprintf("%s be %s: %s", what, p.Action.Done(), p.Expect.Reasons())
	if p.Action == storage.RetryDeliveries {
		text += "; replay them instead"
	}
	return fmt.Errorf("%w: %s", storage.ErrConflict, text)
}

func count(n int) string {
	if n == 1 {
		return "1 delivery"
	}
	return words.Group(n) + " deliveries"
}
