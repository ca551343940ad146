// Package bulk retries, cancels or replays many deliveries. Start with [Prepare], which finds them
// and counts those with which the action is possible; [Plan.Run] then performs it. Run never touches
// a delivery that was not in the plan, so that what happens is what a user has confirmed.
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

// A Store is the part of a store that Prepare and Plan.Run need.
type Store interface {
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	ActOnDeliveries(context.Context, storage.DeliveryAction, []storage.ID) (storage.ActionOutcome, error)
	AddActivity(context.Context, storage.Activity) error
}

// A Choice selects deliveries.
type Choice struct {
	IDs   []storage.ID // if empty, Query applies
	Query storage.DeliveryQuery
}

// A Plan is an action and the deliveries to which Run applies it.
type Plan struct {
	Action storage.DeliveryAction
	IDs    []storage.ID          // oldest first, which is the order in which Run proceeds
	Expect storage.ActionOutcome // as of when the plan was made
}

// Prepare finds the deliveries of a choice. It calls found, unless that is nil, with the number found
// so far.
func Prepare(ctx context.Context, store Store, action storage.DeliveryAction, choice Choice, found func(n int)) (Plan, error) {
	p := planner{Store: store, Plan: Plan{Action: action}, orphaned: map[storage.ID]bool{}, found: found}
	find := p.byQuery
	if len(choice.IDs) > 0 {
		find = p.byID
	}
	if err := find(ctx, choice); err != nil {
		return Plan{}, fmt.Errorf("find what to %s: %w", action, err)
	}
	slices.Sort(p.IDs)
	return p.Plan, nil
}

// A planner makes a plan.
type planner struct {
	Store
	Plan
	orphaned map[storage.ID]bool // by webhook: whether it was deleted
	found    func(int)
}

// byID adds deliveries by their IDs.
func (p *planner) byID(ctx context.Context, choice Choice) error {
	for _, id := range choice.IDs {
		d, err := p.Delivery(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			p.add(id, storage.RefuseRemoved())
			continue
		}
		if err != nil {
			return err
		}
		if err := p.addChecked(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// byQuery adds the deliveries that a query selects.
func (p *planner) byQuery(ctx context.Context, choice Choice) error {
	for d, err := range storage.Newest(ctx, choice.Query, p.Deliveries).All() {
		if err != nil {
			return err
		}
		if err := p.addChecked(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// addChecked adds a delivery, and counts whether the action is possible with it.
func (p *planner) addChecked(ctx context.Context, d storage.Delivery) error {
	refused := new(storage.RefusedError)
	err := p.check(ctx, d)
	switch {
	case errors.As(err, &refused):
		p.add(d.ID, refused)
	case err != nil:
		return err
	default:
		p.add(d.ID, nil)
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

func (p *planner) add(id storage.ID, refused *storage.RefusedError) {
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

// Question asks whether to run the plan: "Cancel 118 of 120 deliveries?"
func (p Plan) Question() string {
	verb := strings.ToUpper(string(p.Action[:1])) + string(p.Action[1:])
	if p.Expect.Done == len(p.IDs) {
		return fmt.Sprintf("%s %s?", verb, count(len(p.IDs)))
	}
	return fmt.Sprintf("%s %s of %s?", verb, words.Group(p.Expect.Done), count(len(p.IDs)))
}

// Exception says how many of the deliveries will be left unchanged, and why, or "".
func (p Plan) Exception() string {
	n := p.Expect.RefusedTotal()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s cannot be %s: %s.", words.Group(n), p.Action.Done(), p.Expect.Reasons())
}

// Impossible returns an error that matches storage.ErrConflict if the action is possible with none of
// the deliveries.
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
