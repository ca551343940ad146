package holder

import (
	"context"
	"os"
	"reflect"
	"time"

	"backchannel/storage"
)

// teller keeps the row by which others know how the holder fares.
type teller struct {
	holder  *holder
	started time.Time
	last    storage.Runtime
}

// save writes the row if it would say something new.
func (t *teller) save(ctx context.Context) error {
	h := t.holder
	now := storage.Runtime{
		PID: os.Getpid(), StartedAt: t.started,
		ReceiverURL: h.status.ReceiverURL, ReceiverError: h.status.ReceiverError,
		Snapshot: h.engine.Snapshot(), Trouble: h.engine.Trouble(), Limited: h.status.Limited,
	}
	if h.receiver != nil {
		now.Refused, now.ReceiverAddress, now.ReceiverNames = h.receiver.Refused(), h.receiver.Address(), h.receiver.Names()
	}
	if reflect.DeepEqual(now, t.last) {
		return nil
	}
	row := now
	row.UpdatedAt = h.cfg.Now()
	if err := h.cfg.Store.SaveRuntime(ctx, row); err != nil {
		return err
	}
	t.last = now
	return nil
}
