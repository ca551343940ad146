package leader_test

import (
	"context"
	"strings"
	"testing"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/storage"
)

// The built-in receiver passes every must of the endpoint check, which the leader runs.
func TestTheReceiverPassesTheCheck(t *testing.T) {
	cfg, store := newConfig(t)
	w := storage.NewWebhook()
	w.Name, w.Channels, w.URL = "own", storage.Channels(), storage.BuiltinReceiver
	w.Auth.Type, w.Auth.JWT.Secret = storage.AuthJWT, storage.Secret(strings.Repeat("k", 64))
	w.Headers = []storage.HeaderField{{Name: "X-Tenant", Value: "blue"}}
	w.Normalize()
	if err := store.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	run := storage.CheckRun{WebhookID: w.ID, Options: storage.CheckOptions{Skip: []string{"load", "slow"}, PerSecond: storage.MaxCheckRate}}
	if err := store.RequestCheck(t.Context(), &run); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	changes := store.Changes(ctx)
	done := make(chan error, 1)
	go func() { done <- leader.Run(ctx, cfg) }()
	for !run.State.Ended() {
		<-changes
		var err error
		if run, err = store.CheckRun(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if run.State != storage.CheckFinished {
		t.Errorf("got the state %s (%s), want %s", run.State, run.Reason, storage.CheckFinished)
	}
	for _, c := range run.Cases {
		if c.Result == storage.CheckFailed || c.Level == storage.CheckMust && c.Result == storage.CheckWarned {
			t.Errorf("got the result %s of the case %s (%s), want no failure", c.Result, c.ID, c.Got)
		}
		if c.Result == storage.CheckWarned {
			t.Logf("%s: %s: %s", c.ID, c.Result, c.Got)
		}
	}
}
