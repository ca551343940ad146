package leader

import (
	"context"
	"os"
	"reflect"
	"time"

	"backchannel/storage"
)

// A runtimeRecorder saves the row from which other processes know the leader's state.
type runtimeRecorder struct {
	leader  *leader
	started time.Time
	name    string // of this machine; empty if it is unknown
	last    storage.Runtime
}

// save saves the row if anything in it has changed.
func (r *runtimeRecorder) save(ctx context.Context) error {
	l := r.leader
	now := storage.Runtime{
		Name: r.name, Version: l.cfg.Version, PID: os.Getpid(), StartedAt: r.started,
		ReceiverURL: l.status.ReceiverURL, ReceiverError: l.status.ReceiverError,
		Snapshot: l.engine.Snapshot(), Stalled: l.engine.Stall(), Limited: l.status.Limited,
	}
	if l.receiver != nil {
		now.Refused, now.ReceiverAddress, now.ReceiverNames = l.receiver.Refused(), l.receiver.Address(), l.receiver.Names()
	}
	if reflect.DeepEqual(now, r.last) {
		return nil
	}
	row := now
	row.UpdatedAt = l.cfg.Now()
	if err := l.cfg.Store.SaveRuntime(ctx, row); err != nil {
		return err
	}
	r.last = now
	return nil
}
