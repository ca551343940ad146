package column

import (
	"cmp"
	"maps"
	"slices"

	"backchannel/storage"
)

// Counts are the changes that a transaction makes to stored numbers.
type Counts[K Counted[K]] map[K]int64

// A Counted identifies a stored number.
type Counted[K any] interface {
	comparable
	Compare(K) int
}

// Add counts n more.
func (c *Counts[K]) Add(of K, n int64) {
	if *c == nil {
		*c = Counts[K]{}
	}
	(*c)[of] += n
}

// Move counts n fewer of from, and n more of to.
func (c *Counts[K]) Move(from, to K, n int64) {
	c.Add(from, -n)
	c.Add(to, n)
}

// Sorted returns what is counted in an order that is the same in every transaction, so that two of
// them cannot deadlock.
func (c Counts[K]) Sorted() []K {
	return slices.SortedFunc(maps.Keys(c), K.Compare)
}

// A DeliveryState is a delivery's webhook and stored state.
type DeliveryState struct {
	Webhook storage.ID
	State   storage.State
}

// Compare orders by webhook and state.
func (s DeliveryState) Compare(other DeliveryState) int {
	return cmp.Or(cmp.Compare(s.Webhook, other.Webhook), cmp.Compare(s.State, other.State))
}

// To returns another state of the same webhook.
func (s DeliveryState) To(state storage.State) DeliveryState { return DeliveryState{s.Webhook, state} }

// A MessageState is the campaign and the state of a message.
type MessageState struct {
	Campaign storage.ID
	State    storage.MessageState
}

// Compare orders by campaign and state.
func (s MessageState) Compare(other MessageState) int {
	return cmp.Or(cmp.Compare(s.Campaign, other.Campaign), cmp.Compare(s.State, other.State))
}
