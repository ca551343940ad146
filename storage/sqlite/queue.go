package sqlite

import (
	"context"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A QueueStore stores the work of the engine: deliveries that are due, commands about
// deliveries in its memory, and circuit breakers.
type QueueStore struct {
	records.QueueStore
	*database
}

// DropCommands deletes the commands up to and including a given one. They are for the only engine
// that there is. It notifies no subscriber, because commands are not shown anywhere.
func (s *QueueStore) DropCommands(ctx context.Context, through storage.ID) error {
	err := s.write(ctx, 0, func(t *tx) error {
		_, err := t.Exec(`DELETE FROM commands WHERE id <= ?`, through)
		return err
	})
	return records.Wrap(err, "drop commands")
}
