package storage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"backchannel/storage/words"
)

// A DeliveryAction is something that a user can do with existing deliveries.
type DeliveryAction string

// The actions.
const (
	RetryDeliveries  DeliveryAction = "retry"  // make the next attempt now
	CancelDeliveries DeliveryAction = "cancel" // make no further attempt
	ReplayDeliveries DeliveryAction = "replay" // send the same bytes again, as a new delivery
)

// Done says in a word what was done: "retried 12 deliveries".
func (a DeliveryAction) Done() string {
	switch a {
	case RetryDeliveries:
		return "retried"
	case CancelDeliveries:
		return "cancelled"
	}
	return "replayed"
}

// Recorded says in an activity what was done to a delivery.
func (a DeliveryAction) Recorded() string {
	if a == RetryDeliveries {
		return "made due at once"
	}
	return a.Done()
}

// Check returns a [RefusedError] if the action is not possible in the delivery's present state, or
// nil.
func (a DeliveryAction) Check(d Delivery) error {
	switch word := string(d.State); {
	case a == RetryDeliveries && d.State.Final():
		return &RefusedError{word, fmt.Sprintf("it is %s already; replay it instead", d.State)}
	case a == RetryDeliveries && d.State == Sending:
		return &RefusedError{word, "it is being sent right now"}
	case a == CancelDeliveries && d.State.Final():
		return &RefusedError{word, fmt.Sprintf("it is %s already", d.State)}
	}
	return nil
}

// A RefusedError says why an action is not possible with a delivery. It matches ErrConflict.
type RefusedError struct {
	Word   string // what the delivery is, such as "delivered"; the key in ActionOutcome.Refused
	Reason string
}

// Error returns the reason.
func (e *RefusedError) Error() string { return ErrConflict.Error() + ": " + e.Reason }

// Unwrap returns ErrConflict.
func (e *RefusedError) Unwrap() error { return ErrConflict }

// RefuseOrphan returns why a delivery whose webhook was deleted is not replayed.
func RefuseOrphan(d Delivery) *RefusedError {
	return &RefusedError{"of a deleted webhook", fmt.Sprintf("its webhook %q was deleted", d.Webhook)}
}

// RefuseRemoved returns why nothing is done with a delivery that retention has removed.
func RefuseRemoved() *RefusedError { return &RefusedError{"no longer kept", "it is no longer kept"} }

// An ActionOutcome counts the deliveries to which an action was applied, and those that were
// refused, by reason.
type ActionOutcome struct {
	Done    int
	Refused map[string]int // by the Word of the RefusedError
}

// Refuse counts a delivery that was refused.
func (o *ActionOutcome) Refuse(e *RefusedError) {
	if o.Refused == nil {
		o.Refused = map[string]int{}
	}
	o.Refused[e.Word]++
}

// Add adds the counts of another outcome.
func (o *ActionOutcome) Add(more ActionOutcome) {
	o.Done += more.Done
	if o.Refused == nil {
		o.Refused = map[string]int{}
	}
	for word, n := range more.Refused {
		o.Refused[word] += n
	}
}

// Total returns how many deliveries the outcome is about.
func (o ActionOutcome) Total() int { return o.Done + o.RefusedTotal() }

// RefusedTotal returns how many deliveries were refused.
func (o ActionOutcome) RefusedTotal() (n int) {
	for _, count := range o.Refused {
		n += count
	}
	return n
}

// Reasons says why deliveries were refused, the most frequent reason first: "12 delivered, 1 failed".
func (o ActionOutcome) Reasons() string {
	all := slices.SortedFunc(maps.Keys(o.Refused), func(a, b string) int {
		return cmp.Or(cmp.Compare(o.Refused[b], o.Refused[a]), cmp.Compare(a, b))
	})
	for i, word := range all {
		all[i] = words.Group(o.Refused[word]) + " " + word
	}
	return strings.Join(all, ", ")
}
