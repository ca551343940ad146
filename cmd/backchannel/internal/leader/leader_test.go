package leader_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
)

func config(t *testing.T) (leader.Config, *sqlite.Store) {
	t.Helper()
	store := sqlitetest.Open(t, sqlite.Options{})
	authority := func(context.Context) (*receiver.CA, error) { return receiver.LoadOrCreateCA(store.Dir(), time.Now()) }
	return leader.Config{Store: store, CA: authority, Listen: "127.0.0.1:0", Now: time.Now, Logger: slog.New(slog.DiscardHandler)}, store
}

func TestABadCAFileIsReportedWhileAnotherProcessDelivers(t *testing.T) {
	cfg, store := config(t)
	release, ok, err := store.TryLead()
	if !ok || err != nil {
		t.Fatalf("the lock is not free: %v", err)
	}
	defer release()
	cfg.CAFile = filepath.Join(t.TempDir(), "missing.pem")

	var bad storage.FieldErrors
	if err := leader.Run(t.Context(), cfg); !errors.As(err, &bad) || bad[0].Field != "ca-file" {
		t.Fatalf("Run is %v, and should name ca-file", err)
	}
}

// A script that waits for Started may read the Runtime row at once. Activities are written afterwards,
// because a slow disk must not delay the start.
func TestRuntimeIsSavedBeforeStartedAndActivityAfter(t *testing.T) {
	cfg, store := config(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	cfg.Started = func(s leader.Status) {
		defer stop()
		if kept, alive, err := store.Runtime(ctx); err != nil || !alive || kept.ReceiverURL != s.ReceiverURL {
			t.Errorf("as it starts there is %+v, %v, %v", kept, alive, err)
		}
		if told := texts(ctx, t, store); len(told) != 0 {
			t.Errorf("as it starts the activities are %q", told)
		}
	}
	if err := leader.Run(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	if told := texts(t.Context(), t, store); len(told) != 2 || !strings.Contains(told[1], "no longer") {
		t.Errorf("after the end the activities are %q", told)
	}
}

func texts(ctx context.Context, t *testing.T, store *sqlite.Store) (told []string) {
	t.Helper()
	all, err := store.Activities(ctx, 0, 10)
	if err != nil {
		t.Error(err)
	}
	for _, activity := range all {
		told = append(told, activity.Text)
	}
	return told
}
