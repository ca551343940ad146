package engine

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// An activityRecorder writes activities. It also logs them, so that one that cannot be
// stored is not lost.
type activityRecorder struct {
	store WebhookStore
	log   *slog.Logger
	now   func() time.Time
}

// record stamps the activity with the current time, logs it and stores it. A failure to store it
// is only logged: what the activity reports has happened in any case.
func (r activityRecorder) record(ctx context.Context, a storage.Activity) {
	a.At = r.now()
	r.log.Info(a.Text, "kind", a.Kind)
	if err := r.store.AddActivity(ctx, a); err != nil {
		r.log.Error("record activity", "error", err)
	}
}

// A readMonitor logs that the store cannot be read: once, however many dispatchers fail to
// read it, and once more when it can be read again.
type readMonitor struct {
	log     *slog.Logger
	failing atomic.Bool
}

// failed records that the store could not be read. The end of ctx is not a failure of the store.
func (m *readMonitor) failed(ctx context.Context, err error) {
	if ctx.Err() == nil && !m.failing.Swap(true) {
		m.log.Error("read deliveries", "error", err)
	}
}

// succeeded records that the store could be read. It is called for each page, so the common case
// is a load without a write.
func (m *readMonitor) succeeded() {
	if m.failing.Load() && m.failing.Swap(false) {
		m.log.Info("deliveries can be read again")
	}
}
