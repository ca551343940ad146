package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"backchannel/storage"
)

// Imports stores records of another store under their IDs. Each call stores all of them or none. A
// record that exists already is a conflict.
type Imports interface {
	// ImportConfiguration keeps versions and times, but not the number of executions that a
	// campaign had.
	ImportConfiguration(ctx context.Context, c storage.Configuration) error
	// ImportHistory keeps times, but not to which message or check a delivery belonged. A delivery
	// that is not final is invalid.
	ImportHistory(ctx context.Context, h storage.History) error
}

// runImports tests how a store imports the records of another.
func runImports[S interface {
	Base
	Imports
	Profiles
	Fixtures
	Campaigns
	Receipts
	Activities
}](t *testing.T, create Create[S]) {
	run(t, create, importsTests())
}

// importsTests are the tests of Imports.
func importsTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"a configuration is imported with its IDs":        importedConfiguration,
			"a configuration is imported whole or not at all": importedAllOrNone,
			"history is imported with its IDs":                importedHistory,
			"history of a deleted webhook keeps its name":     importedNames,
			"nothing is imported twice":                       importedOnce,
			"a pending delivery is not imported":              importRefusesPending,
			"the judge gets imported receipts":                importedAndJudged,
		},
		once: tests{
			"an import is recorded": importRecorded,
		},
	}
}

// The IDs of imported records are of an earlier year, except for one from a clock that is ahead.
const (
	importedID = storage.ID(1_500_000_000_000_000)
	futureID   = storage.ID(5_000_000_000_000_000)
)

// importTime returns the nth microsecond of a time long ago. Stores keep times to the microsecond.
func importTime(n int) time.Time { return time.Unix(1_500_000_000, int64(n)*1000).UTC() }

// sampleConfiguration returns a configuration with one record of each kind.
func sampleConfiguration() storage.Configuration {
	w := WebhookNamed("acme")
	FullWebhook(&w)
	w.ID, w.Version, w.State, w.StateReason = importedID, 7, storage.Paused, "it answered 410"
	w.CreatedAt, w.UpdatedAt = importTime(1), importTime(2)
	w.Normalize()
	c := storage.NewCampaign()
	c.ID, c.Version, c.Name, c.Executions = futureID, 3, "welcome", 12
	c.CreatedAt, c.UpdatedAt = importTime(3), importTime(4)
	c.Normalize()
	c, _ = c.Activate() // a valid draft can be activated
	c, _ = c.Edit(c.Latest())
	c.Normalize()
	return storage.Configuration{
		Webhooks:  []storage.Webhook{w},
		Profiles:  map[storage.ID]storage.Profile{w.ID: storage.Presets()[1].Profile},
		Campaigns: []storage.Campaign{c},
		Fixtures: []storage.SavedFixture{{
			Name: "mine", Channel: storage.Email, Status: storage.StatusBounce, Revision: storage.Classic, Payload: []byte("{\xff\x00}"), CreatedAt: importTime(5),
		}},
	}
}

// wantConfiguration checks that a store has a configuration and nothing else.
func (s *suite) wantConfiguration(want storage.Configuration) {
	s.Helper()
	var got storage.Configuration
	var err error
	got.Webhooks, err = s.store.Webhooks(s.ctx)
	s.must(err)
	got.Campaigns, err = s.store.Campaigns(s.ctx)
	s.must(err)
	got.Fixtures, err = s.store.SavedFixtures(s.ctx)
	s.must(err)
	for _, w := range got.Webhooks {
		p, err := s.store.Profile(s.ctx, w.ID)
		s.must(err)
		if got.Profiles == nil {
			got.Profiles = map[storage.ID]storage.Profile{}
		}
		got.Profiles[w.ID] = p
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(storage.Profile{}, "Generation"), cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("(-want, +got): %s", diff)
	}
}

// importedConfiguration tests that IDs, versions and times are those of the other store, and that
// IDs still grow, even after one from a clock that was ahead.
func importedConfiguration(t *suite) {
	c := sampleConfiguration()
	t.must(t.store.ImportConfiguration(t.ctx, c))
	c.Campaigns[0].Executions = 0
	t.wantConfiguration(c)
	if next := AddWebhook(t, t.store, "next"); next.ID <= futureID {
		t.Errorf("the next ID, %d, is not greater than an imported one, %d", next.ID, futureID)
	}
}

// importedAllOrNone makes each record of a configuration unacceptable in turn, and tests that the
// others are not stored either.
func importedAllOrNone(t *suite) {
	t.takeNames()
	for name, test := range map[string]struct {
		err    error
		change func(*storage.Configuration)
	}{
		"a webhook's name":   {storage.ErrConflict, func(c *storage.Configuration) { c.Webhooks[0].Name = "taken" }},
		"a sandbox":          {storage.ErrConflict, func(c *storage.Configuration) { c.Webhooks[0].Organization = "takenOrg" }},
		"a campaign's name":  {storage.ErrConflict, func(c *storage.Configuration) { c.Campaigns[0].Draft.Name = "taken" }},
		"a fixture's name":   {storage.ErrConflict, func(c *storage.Configuration) { c.Fixtures[0].Name = "taken" }},
		"an invalid webhook": {storage.ErrInvalid, func(c *storage.Configuration) { c.Webhooks[0].URL = "ftp://x" }},
		"an invalid fixture": {storage.ErrInvalid, func(c *storage.Configuration) { c.Fixtures[0].Payload = nil }},
	} {
		c := sampleConfiguration()
		test.change(&c)
		if err := t.store.ImportConfiguration(t.ctx, c); !errors.Is(err, test.err) {
			t.Errorf("%s: got %v, want %v", name, err, test.err)
		}
		if _, err := t.store.Webhook(t.ctx, importedID); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: the webhook: got %v, want ErrNotFound", name, err)
		}
	}
	t.must(t.store.ImportConfiguration(t.ctx, sampleConfiguration()))
}

// takeNames stores a webhook, a campaign and a fixture, each with the name taken.
func (s *suite) takeNames() {
	s.Helper()
	AddWebhook(s, s.store, "taken")
	c := storage.NewCampaign()
	c.Name = "taken"
	s.must(s.store.SaveCampaigns(s.ctx, &c))
	s.must(s.store.SaveFixture(s.ctx, storage.SavedFixture{
		Name: "taken", Channel: storage.Email, Status: storage.StatusSent, Revision: storage.Classic, Payload: []byte("{}"),
	}))
}

// sampleHistory returns a failed delivery, its replay, and the receipt of the replay.
func sampleHistory(w storage.Webhook) storage.History {
	e := EventFor(w)
	e.ID, e.CreatedAt, e.Payload = importedID+1, importTime(1), []byte("{\xff\x00}")
	first := storage.Delivery{
		ID: importedID + 2, EventID: e.ID, WebhookID: w.ID, Webhook: w.Name, RequestID: e.RequestID, Channel: e.Channel, Status: e.Status,
		Variant: e.Variant, Identity: e.Identity, State: storage.Failed, Attempts: 1, ErrorClass: storage.ClassTimeout, Error: "no answer within 1s", NoAnswer: storage.NoAnswerTimeout,
		CreatedAt: importTime(2), FinishedAt: importTime(9), DueAt: importTime(3),
	}
	replay := first
	replay.ID, replay.ReplayOf, replay.State, replay.Code, replay.ErrorClass, replay.Error = importedID+3, first.ID, storage.StateDelivered, 204, "", ""
	replay.DueAt, replay.NoAnswer = time.Time{}, ""
	attempt := storage.Attempt{
		DeliveryID: first.ID, N: 1, At: importTime(4), ErrorClass: storage.ClassTimeout, Error: "no answer within 1s",
		Timings:         storage.Timings{DNS: 1, Connect: 2, TLS: 3, FirstByte: 4, Total: 10},
		RequestHeaders:  []storage.HeaderField{{Name: "Authorization", Value: "Bearer sesame", Secret: true}, {Name: "A", Value: "\xff"}},
		ResponseHeaders: []storage.HeaderField{{Name: "B", Value: "c"}}, ResponseBody: []byte("no\x00"), ResponseFlaw: storage.BodyCut,
	}
	again := attempt
	again.DeliveryID, again.Code, again.ErrorClass, again.Error = replay.ID, 204, "", ""
	r := ReceiptOf(w)
	r.ID, r.ReceivedAt, r.DeliveryID, r.Attempt = importedID+4, importTime(6), replay.ID, 1
	r.Path += "?access_token=sesame"
	r.Outcome, r.Duration, r.Pinned, r.Note = storage.Answered, time.Second, true, "look"
	r.Forward = storage.Forward{URL: "http://x.test/", State: storage.ForwardAnswered, Code: 200, Body: []byte("fine"), Type: "text/plain"}
	return storage.History{
		Deliveries: []storage.PastDelivery{{Delivery: first, Event: e, Attempts: []storage.Attempt{attempt}}, {Delivery: replay, Event: e, Attempts: []storage.Attempt{again}}},
		Receipts:   []storage.Receipt{r},
	}
}

// wantHistory checks that a store has a history and nothing else.
func (s *suite) wantHistory(want storage.History) {
	s.Helper()
	var got storage.History
	all, err := s.store.Deliveries(s.ctx, storage.DeliveryQuery{After: 1})
	s.must(err)
	for _, d := range all {
		past := storage.PastDelivery{Delivery: d}
		past.Event, err = s.store.Event(s.ctx, d.EventID)
		s.must(err)
		past.Attempts, err = s.store.Attempts(s.ctx, d.ID)
		s.must(err)
		got.Deliveries = append(got.Deliveries, past)
	}
	receipts, err := s.store.Receipts(s.ctx, storage.ReceiptQuery{OldestFirst: true})
	s.must(err)
	for _, r := range receipts {
		whole, err := s.store.Receipt(s.ctx, r.ID)
		s.must(err)
		got.Receipts = append(got.Receipts, whole)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("(-want, +got): %s", diff)
	}
}

// importedHistory tests that past deliveries are read and counted like those of this store, and are
// not sent again.
func importedHistory(t *suite) {
	c := sampleConfiguration()
	w := c.Webhooks[0]
	t.must(t.store.ImportConfiguration(t.ctx, c))
	h := sampleHistory(w)
	t.must(t.store.ImportHistory(t.ctx, h))
	t.wantHistory(h)
	counts, err := t.store.Counts(t.ctx)
	if err != nil || counts.Receipts != 1 || counts.Deliveries[storage.Failed] != 1 || counts.Deliveries[storage.StateDelivered] != 1 {
		t.Errorf("Counts: got %+v, %v", counts, err)
	}
	if of, err := t.store.ReceiptsOfDelivery(t.ctx, importedID+3); err != nil || len(of) != 1 {
		t.Errorf("the receipts of the delivery: got %+v, %v", of, err)
	}
	if jobs := t.due(w, storage.Cursor{}, 100); len(jobs) != 0 {
		t.Errorf("due: got %+v", jobs)
	}
	if next := Enqueue(t, t.store, AddWebhook(t, t.store, "next")); next.ID <= futureID {
		t.Errorf("the next ID, %d, is not greater than an imported one", next.ID)
	}
}

// importedNames imports the history of a webhook that no longer exists, and a receipt without a
// webhook.
func importedNames(t *suite) {
	h := sampleHistory(storage.Webhook{ID: 5, Name: "gone"})
	unmatched := ReceiptOf(storage.Webhook{})
	unmatched.ID = importedID + 9
	h.Receipts = append(h.Receipts, unmatched)
	t.must(t.store.ImportHistory(t.ctx, h))
	t.wantHistory(h)
}

// importedOnce imports the same records again, alone and among new ones.
func importedOnce(t *suite) {
	c := sampleConfiguration()
	h := sampleHistory(c.Webhooks[0])
	t.must(t.store.ImportConfiguration(t.ctx, c))
	t.must(t.store.ImportHistory(t.ctx, h))
	other := h.Deliveries[1]
	other.Delivery.ID = importedID + 20
	unseen := h.Receipts[0]
	unseen.ID = importedID + 21
	for what, err := range map[string]error{
		"the configuration": t.store.ImportConfiguration(t.ctx, c),
		"the history":       t.store.ImportHistory(t.ctx, h),
		"a delivery": t.store.ImportHistory(t.ctx, storage.History{
			Deliveries: []storage.PastDelivery{other, h.Deliveries[0]}}),
		"a receipt": t.store.ImportHistory(t.ctx, storage.History{
			Deliveries: []storage.PastDelivery{other}, Receipts: []storage.Receipt{unseen, h.Receipts[0]}}),
	} {
		if !errors.Is(err, storage.ErrConflict) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	t.wantHistory(h)
	_, err := t.store.DeleteWebhook(t.ctx, c.Webhooks[0].ID)
	t.must(err)
	c.Campaigns, c.Fixtures, c.Webhooks[0].Name = nil, nil, "again"
	t.must(t.store.ImportConfiguration(t.ctx, c))
	if d := t.delivery(importedID + 2); d.Webhook != "again" {
		t.Errorf("the webhook's name: got %q, want again", d.Webhook)
	}
}

// importRefusesPending tests that deliveries that are not final are refused.
func importRefusesPending(t *suite) {
	for _, state := range []storage.State{storage.Queued, storage.Sending, storage.Retrying} {
		h := sampleHistory(storage.Webhook{ID: 5, Name: "gone"})
		h.Deliveries[1].Delivery.State = state
		if err := t.store.ImportHistory(t.ctx, h); !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("%s: got %v", state, err)
		}
	}
	t.wantHistory(storage.History{})
}

// importedAndJudged tests that a repeat of an imported receipt is recognized as a duplicate.
func importedAndJudged(t *suite) {
	c := sampleConfiguration()
	t.must(t.store.ImportConfiguration(t.ctx, c))
	h := sampleHistory(c.Webhooks[0])
	t.must(t.store.ImportHistory(t.ctx, h))
	later := ReceiptOf(c.Webhooks[0])
	earlier := EarlierOf(t, t.store, &later)
	if len(earlier) != 1 || earlier[0].ID != h.Receipts[0].ID {
		t.Errorf("got the earlier receipts %+v", earlier)
	}
}

// importRecorded tests that an imported configuration is recorded as if a user had created it, and that
// imported history is not.
func importRecorded(t *suite) {
	s := t.open(Options{By: "by a copy"})
	c := sampleConfiguration()
	t.must(s.ImportConfiguration(t.ctx, c))
	t.must(s.ImportHistory(t.ctx, sampleHistory(c.Webhooks[0])))
	want := []string{
		"webhook: webhook acme created by a copy",
		"receiver: response profile of webhook acme set to flaky by a copy",
		"campaign: campaign welcome created by a copy",
		"receipts: bounce, email saved as the fixture mine by a copy",
	}
	if diff := cmp.Diff(want, activityTexts(t, s)); diff != "" {
		t.Error(diff)
	}
}
