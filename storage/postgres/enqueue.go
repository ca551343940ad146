package postgres

import (
	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A DeliveryStore stores events and their deliveries. The engine's work on them is in QueueStore.
type DeliveryStore struct {
	records.DeliveryStore
	*database
}

// Target returns a webhook's target. In an ordered transaction no webhook can change, so the
// writer caches targets until a webhook has changed.
func (t *tx) Target(id storage.ID) (column.Target, error) {
	if to, ok := t.targets[id]; ok && t.ordered {
		return to, nil
	}
	to, err := records.ReadTarget(t, id)
	if err == nil {
		t.targets[id] = to
	}
	return to, err
}
