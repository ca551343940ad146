package postgres

import (
	"context"
	"sync/atomic"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A QueueStore stores the work of the engine: due deliveries, commands about deliveries that it has
// in memory, and circuit breakers.
type QueueStore struct {
	records.QueueStore
	*database
	dropped *atomic.Int64 // the ID of the last command that this process has carried out
}

// Jobs returns what to send for those of the deliveries that are waiting, in no particular order.
// Others, such as a cancelled one, are left out.
func (s *QueueStore) Jobs(ctx context.Context, ids ...storage.ID) ([]storage.Job, error) {
	jobs, err := records.Collect(ctx, s.reads, records.ScanJob, records.SelectJobs+` WHERE d.id = ANY(?) AND d.next_attempt_at IS NOT NULL`, ids)
	return jobs, records.Wrap(err, "find %d deliveries", len(ids))
}

// Commands returns the commands after a given one that this process has not dropped.
func (s *QueueStore) Commands(ctx context.Context, after storage.ID) ([]storage.Command, error) {
	return s.QueueStore.Commands(ctx, max(after, storage.ID(s.dropped.Load())))
}

// DropCommands makes Commands skip the commands up to and including a given one, in this process
// only: every node must carry them out. Retention removes old ones.
func (s *QueueStore) DropCommands(_ context.Context, through storage.ID) error {
	s.dropped.Store(max(s.dropped.Load(), int64(through)))
	return nil
}
