package storetest

import (
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
)

// runGap is the time after which a similar activity is recorded as a new one. Until then, the last
// one is rewritten.
const runGap = 5 * time.Second

// activityRunsTests are the tests of the activities that a store records itself.
func activityRunsTests() subject {
	return subject{
		bare: true,
		once: tests{
			"activities say who did what":                    whoDidWhat,
			"failures share one activity":                    sharedFailures,
			"stores share the activity of silent executions": sharedSilent,
		},
	}
}

// whoDidWhat tests the text for each change, which ends with who made it, Options.By.
func whoDidWhat(t *suite) {
	s := t.open(Options{By: "in the console"})
	w := AddWebhook(t, s, "acme")
	fired, err := s.Fire(t.Context(), "bounce, email", EventFor(w))
	t.must(err)
	t.must(s.RetryDelivery(t.Context(), fired[0].ID))
	t.must(s.CancelDelivery(t.Context(), fired[0].ID))
	replayed, err := s.ReplayDelivery(t.Context(), fired[0].ID)
	t.must(err)
	Finish(t, s, replayed, storage.StateDelivered)
	t.must(s.SetWebhookState(t.Context(), w.ID, storage.Paused, ""))
	t.must(s.SetWebhookState(t.Context(), w.ID, storage.Active, ""))
	t.must(s.SetProfile(t.Context(), w.ID, storage.Profile{}))
	_, err = s.ClearReceipts(t.Context())
	t.must(err)
	_, err = s.DeleteWebhook(t.Context(), w.ID)
	t.must(err)
	want := []string{
		"webhook: webhook acme created in the console",
		"fired: bounce, email fired at acme in the console",
		"delivery: bounce, email to acme made due at once in the console",
		"delivery: bounce, email to acme cancelled in the console",
		"delivery: bounce, email to acme replayed in the console",
		"webhook: webhook acme paused in the console",
		"webhook: webhook acme activated in the console",
		"receiver: response profile of webhook acme set to healthy in the console",
		"receipts: 0 receipts cleared in the console; pinned ones are kept",
		"webhook: webhook acme deleted in the console; deliveries cancelled: 0",
	}
	if got := activityTexts(t, s); !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// sharedFailures lets deliveries fail in quick succession, which makes one activity, and others much
// later, which makes another. The number of attempts in the text is that of the last delivery.
func sharedFailures(t *suite) {
	now := time.Unix(1e9, 0)
	s := t.open(Options{Now: func() time.Time { return now }})
	w := AddWebhook(t, s, "acme")
	fail := func(after time.Duration, n int) {
		now = now.Add(after)
		o := OutcomeOf(Enqueue(t, s, w), storage.Failed)
		o.Attempt.Error, o.Attempt.N = "answered 503", n
		t.must(s.Finish(t.Context(), o))
	}
	fail(0, 6)
	fail(time.Second, 1)
	fail(runGap-time.Second, 2)
	fail(runGap, 1)
	fail(2*runGap, 1)
	fail(time.Second/4, 1)
	fail(3*runGap, 1)
	fail(0, 1)
	fail(time.Second, 1)
	want := []string{
		"webhook: webhook acme created",
		"failed: 3 deliveries to acme failed within 5s; the last after 2 attempts: answered 503",
		"failed: bounce, email to acme failed at once: answered 503",
		"failed: 2 deliveries to acme failed within a second; the last at once: answered 503",
		"failed: 3 deliveries to acme failed within a second; the last at once: answered 503",
	}
	if got := activityTexts(t, s); !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	d := Enqueue(t, s, w)
	t.must(s.CancelDelivery(t.Context(), d.ID))
	if Finish(t, s, d, storage.Failed); len(activityTexts(t, s)) != len(want)+1 {
		t.Errorf("after a cancelled delivery: got the activities %q, want one more than before", activityTexts(t, s))
	}
}

// sharedSilent lets two processes store executions without events. Those of one campaign share an
// activity until there is a gap, whichever process stores them, and even if executions of another
// campaign come in between.
func sharedSilent(t *suite) {
	now := time.Unix(1e9, 0)
	processes := make([]store, 2)
	for i := range processes {
		processes[i] = t.open(Options{Now: func() time.Time { return now }})
	}
	welcome, other := storage.NewCampaign(), storage.NewCampaign()
	welcome.Name, other.Name = "welcome", "other"
	t.must(processes[0].SaveCampaigns(t.Context(), &welcome, &other))
	ids := map[string]storage.ID{}
	execute := func(process int, c storage.Campaign, after time.Duration) {
		now = now.Add(after)
		e := &storage.Execution{ReceivedAt: now, Method: "POST", CampaignID: c.ID, Campaign: c.Name}
		err := processes[process].AddExecution(t.Context(), e, func(storage.Precedent) []storage.PlannedMessage {
			e.ExecutionID, e.Silent = fmt.Sprint("HUMA-", now.Unix()), "there is no webhook"
			return nil
		})
		t.must(err)
		ids[c.Name] = e.ID
	}
	execute(0, welcome, 0)
	execute(1, welcome, time.Second)
	execute(1, other, time.Second)
	execute(0, welcome, runGap-2*time.Second)
	execute(1, welcome, runGap-time.Second)
	execute(0, welcome, runGap-time.Second) // more than runGap after the last of this process
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
		t.Errorf("the last activity: got %+v, %v; want one about %s", last, err, ids["welcome"])
	}
}
