package postgres

import "backchannel/storage/records"

// A DeliveryStore stores events and their deliveries. The engine's work on them is in QueueStore.
type DeliveryStore struct {
	records.DeliveryStore
	*database
}
