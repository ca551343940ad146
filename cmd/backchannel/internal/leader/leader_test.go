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

// newConfig returns the configuration of a leader, and its store.
func newConfig(t *testing.T) (leader.Config, *sqlite.Store) {
	t.Helper()
	store := sqlitetest.Open(t, sqlite.Options{})
	authority := func(context.Context) (*receiver.CA, error) { return receiver.LoadOrCreateCA(store.Dir(), time.Now()) }
	return leader.Config{Store: store, CA: authority, Listen: "127.0.0.1:0", Now: time.Now, Logger: slog.New(slog.DiscardHandler)}, store
}

func TestABadCAFileIsReportedWhileAnotherProcessDelivers(t *testing.T) {
	cfg, store := newConfig(t)
	release, ok, err := store.TryLead()
	if !ok || err != nil {
		t.Fatalf("TryLead: got %t and error %v, want the lock", ok, err)
	}
	defer release()
	cfg.CAFile = filepath.Join(t.TempDir(), "missing.pem")

	var bad storage.FieldErrors
	if err := leader.Run(t.Context(), cfg); !errors.As(err, &bad) || bad[0].Field != "ca-file" {
		t.Fatalf("Run: got error %v, want one of the field ca-file", err)
	}
}

// A script that waits for Started may read the Runtime row at once. Activities are written afterwards,
// because a slow disk must not delay the start.
func TestRuntimeIsSavedBeforeStartedAndActivityAfter(t *testing.T) {
	cfg, store := newConfig(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	cfg.Started = func(s leader.Status) {
		defer stop()
		if saved, alive, err := store.Runtime(ctx); err != nil || !alive || saved.ReceiverURL != s.ReceiverURL {
			t.Errorf("Runtime on start: got %+v, %t and error %v; want the receiver at %s", saved, alive, err, s.ReceiverURL)
		}
		if got := activityTexts(ctx, t, store); len(got) != 0 {
			t.Errorf("activities on start: got %q, want none", got)
		}
	}
	if err := leader.Run(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	if got := activityTexts(t.Context(), t, store); len(got) != 2 || !strings.Contains(got[1], "no longer") {
		t.Errorf("activities after the end: got %q, want two, the second of which says that the process no longer delivers", got)
	}
}

func activityTexts(ctx context.Context, t *testing.T, store *sqlite.Store) (texts []string) {
	t.Helper()
	all, err := store.Activities(ctx, 0, 10)
	if err != nil {
		t.Error(err)
	}
	for _, activity := range all {
		texts = append(texts, activity.Text)
	}
	return texts
}
