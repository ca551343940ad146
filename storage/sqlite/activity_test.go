package sqlite

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"backchannel/storage"
)

// activityTexts returns the kinds and texts of all activities.
func activityTexts(t *testing.T, s *Store) []string {
	t.Helper()
	all, err := s.Activities(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = string(a.Kind) + ": " + a.Text
	}
	return texts
}

func TestActivitiesSayWhoDidWhat(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), By: "in the console"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := addWebhook(t, s, "acme")
	fired, err := s.Fire(t.Context(), "bounce, email", eventFor(w))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	must(s.RetryDelivery(t.Context(), fired[0].ID))
	must(s.CancelDelivery(t.Context(), fired[0].ID))
	replayed, err := s.ReplayDelivery(t.Context(), fired[0].ID)
	must(err)
	finish(t, s, replayed, storage.StateDelivered)
	must(s.SetWebhookState(t.Context(), w.ID, storage.Paused, ""))
	must(s.SetWebhookState(t.Context(), w.ID, storage.Active, ""))
	must(s.SetProfile(t.Context(), w.ID, storage.Profile{}))
	_, err = s.ClearReceipts(t.Context())
	must(err)
	_, err = s.DeleteWebhook(t.Context(), w.ID)
	must(err)
	want := []string{
		"webhook: webhook acme created in the console",
		"fired: bounce, email fired at acme in the console",
		"delivery: bounce, email to acme made due at once in the console",
		"delivery: bounce, email to acme cancelled in the console",
		"delivery: bounce, email to acme replayed in the console",
		"webhook: webhook acme paused in the console",
		"webhook: webhook acme activated in the console",
		"receiver: response profile of webhook acme set to healthy in the console",
		"receipts: 0 receipts cleared in the console, those pinned stay",
		"webhook: webhook acme deleted in the console; deliveries cancelled: 0",
	}
	if got := activityTexts(t, s); !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// TestFailuresShareOneActivity has deliveries fail shortly after each other, and one much
// later.
func TestFailuresShareOneActivity(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := addWebhook(t, s, "acme")
	fail := func(after time.Duration, n int) {
		now = now.Add(after)
		o := outcomeOf(enqueue(t, s, w), storage.Failed)
		o.Attempt.Error, o.Attempt.N = "answered 503", n
		if err := s.Finish(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	fail(0, 6)
	fail(time.Second, 1)
	fail(runGap-time.Second, 2)
	fail(runGap, 1)
	want := []string{
		"webhook: webhook acme created",
		"failed: 3 deliveries to acme failed within 5s; the last after 2 attempts: answered 503",
		"failed: bounce, email to acme failed at once: answered 503",
	}
	if got := activityTexts(t, s); !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	d := enqueue(t, s, w)
	if err := s.CancelDelivery(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if finish(t, s, d, storage.Failed); len(activityTexts(t, s)) != len(want)+1 {
		t.Errorf("a cancelled delivery is recorded as failed: %q", activityTexts(t, s))
	}
}

// TestARunIsCountedOnce makes the transaction that records a failure fail because of another
// operation in it, so that it runs twice.
func TestARunIsCountedOnce(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	finish(t, s, enqueue(t, s, w), storage.Failed)
	second := outcomeOf(enqueue(t, s, w), storage.Failed)
	held := make(chan struct{})
	s.writer.pauses <- held
	waiting := func(n int) {
		for len(s.writer.queue.Waiting) < n {
			runtime.Gosched()
		}
	}
	var both errgroup.Group
	both.Go(func() error { return s.Finish(t.Context(), second) })
	waiting(1)
	broken := errors.New("broken")
	both.Go(func() error {
		if err := s.write(t.Context(), 0, func(*tx) error { return broken }); !errors.Is(err, broken) {
			return fmt.Errorf("the other operation returned %w", err)
		}
		return nil
	})
	waiting(2)
	close(held)
	if err := both.Wait(); err != nil {
		t.Fatal(err)
	}
	all := activityTexts(t, s)
	if last := all[len(all)-1]; !strings.HasPrefix(last, "failed: 2 deliveries to acme failed within") {
		t.Errorf("got %q for two failures", last)
	}
}

// TestProcessesShareTheActivityOfSilentExecutions has two processes store executions from which
// nothing follows, in turn and then after a pause.
func TestProcessesShareTheActivityOfSilentExecutions(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	dir := blankFolder(t)
	processes := make([]*Store, 2)
	for i := range processes {
		processes[i] = must(Open(t.Context(), Options{Dir: dir, Now: func() time.Time { return now }}))
		defer processes[i].Close()
	}
	welcome, other := storage.NewCampaign(), storage.NewCampaign()
	welcome.Name, other.Name = "welcome", "other"
	if err := processes[0].SaveCampaigns(t.Context(), &welcome, &other); err != nil {
		t.Fatal(err)
	}
	ids := map[string]storage.ID{}
	execute := func(process int, c storage.Campaign, after time.Duration) {
		now = now.Add(after)
		e := &storage.Execution{ReceivedAt: now, Method: "POST", CampaignID: c.ID, Campaign: c.Name}
		err := processes[process].AddExecution(t.Context(), e, func(storage.Precedent) []storage.PlannedMessage {
			e.ExecutionID, e.Silent = fmt.Sprint("HUMA-", now.Unix()), "there is no webhook"
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ids[c.Name] = e.ID
	}
	execute(0, welcome, 0)
	execute(1, welcome, time.Second)
	execute(1, other, time.Second)
	execute(0, welcome, runGap-2*time.Second)
	execute(1, welcome, runGap-time.Second)
	execute(0, welcome, runGap-time.Second) // the last of its own was longer ago
	execute(0, other, time.Second)
	execute(1, welcome, runGap)
	want := []string{
		"campaign: campaign welcome created", "campaign: campaign other created",
		"execution: 5 executions of campaign welcome send no events: there is no webhook",
		"execution: an execution of campaign other sends no events: there is no webhook",
		"execution: an execution of campaign other sends no events: there is no webhook",
		"execution: an execution of campaign welcome sends no events: there is no webhook",
	}
	if got := activityTexts(t, processes[1]); !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	all, err := processes[0].Activities(t.Context(), 0, 0)
	if last := all[len(all)-1]; err != nil || last.Execution != ids["welcome"] {
		t.Errorf("the last activity is %+v, %v; want it to be about %s", last, err, ids["welcome"])
	}
}
