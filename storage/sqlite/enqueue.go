package sqlite

import (
	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A DeliveryStore stores events and what becomes of their deliveries. What the engine does with
// them is in QueueStore.
type DeliveryStore struct {
	records.DeliveryStore
	*database
}

// Target returns a webhook's target, which it reads once per transaction: a transaction may
// enqueue hundreds of events for one webhook, which cannot change meanwhile.
func (t *tx) Target(id storage.ID) (column.Target, error) {
	if to, ok := t.targets[id]; ok {
		return to, nil
	}
	to, err := records.ReadTarget(t, id)
	if err == nil {
		if t.targets == nil {
			t.targets = map[storage.ID]column.Target{}
		}
		t.targets[id] = to
	}
	return to, err
}
