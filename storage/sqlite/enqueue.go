package sqlite

import "backchannel/storage/records"

// A DeliveryStore stores events and what becomes of their deliveries. What the engine does with
// them is in QueueStore.
type DeliveryStore struct {
	records.DeliveryStore
	*database
}
