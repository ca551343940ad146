package copying_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"backchannel/storage"
	"backchannel/storage/copying"
	"backchannel/storage/sqlite"
	"backchannel/storage/storetest"
)

// open opens an empty store with its own key.
func open(t *testing.T, rules storage.Rules) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Scratch: true, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// source opens a store with two webhooks, a profile, two campaigns and a fixture.
func source(t *testing.T) (store *sqlite.Store, hooks []storage.Webhook) {
	t.Helper()
	store = open(t, storage.Rules{})
	for _, name := range []string{"acme", "paused"} {
		w := storetest.WebhookNamed(name)
		storetest.FullWebhook(&w)
		must(t, store.CreateWebhook(t.Context(), &w))
		hooks = append(hooks, w)
	}
	must(t, store.SetWebhookState(t.Context(), hooks[1].ID, storage.Paused, "it answered 410"))
	must(t, store.SetProfile(t.Context(), hooks[0].ID, storage.Presets()[1].Profile))
	must(t, store.SetProfile(t.Context(), hooks[0].ID, storage.Presets()[2].Profile))
	draft, live := storage.NewCampaign(), storage.NewCampaign()
	draft.Name, live.Name = "draft", "live"
	live, err := live.Activate()
	must(t, err)
	must(t, store.SaveCampaigns(t.Context(), &draft, &live))
	must(t, store.SaveFixture(t.Context(), storage.SavedFixture{
		Name: "mine", Channel: storage.SMS, Status: storage.StatusError, Revision: storage.Classic, Payload: []byte("{\xff}"),
	}))
	return store, hooks
}

// addHistory adds a failed delivery, its delivered replay, a delivery that was cancelled before its first
// attempt, two that are not final, a receipt of the replay, and a receipt without a webhook.
func addHistory(t *testing.T, store *sqlite.Store, w storage.Webhook) {
	t.Helper()
	made, err := store.Enqueue(t.Context(), storetest.EventFor(w), storetest.EventFor(w), storetest.EventFor(w), storetest.EventFor(w))
	must(t, err)
	replay, err := store.ReplayDelivery(t.Context(), made[0].ID)
	must(t, err)
	failed := storetest.OutcomeOf(made[0], storage.Failed)
	failed.Attempt.Error, failed.Attempt.RequestHeaders = "answered 503", []storage.HeaderField{{Name: "Authorization", Value: "Bearer sesame", Secret: true}}
	must(t, store.Finish(t.Context(), failed))
	must(t, store.Finish(t.Context(), storetest.OutcomeOf(replay, storage.StateDelivered)))
	must(t, store.CancelDelivery(t.Context(), made[1].ID))
	must(t, store.Finish(t.Context(), storetest.OutcomeOf(made[2], storage.Retrying)))
	first, foreign := storetest.ReceiptOf(w), storetest.ReceiptOf(storage.Webhook{})
	first.DeliveryID, first.Attempt = replay.ID, 1
	foreign.Forward = storage.Forward{URL: "http://x.test/", State: storage.ForwardWaiting}
	for _, r := range []*storage.Receipt{&first, &foreign} {
		must(t, store.AddReceipt(t.Context(), r, func([]storage.Earlier) {}))
	}
	must(t, store.FinishReceipts(t.Context(), storage.AnswerEnd{ReceiptID: first.ID, Outcome: storage.Answered, Duration: time.Second}))
	must(t, store.PinReceipt(t.Context(), first.ID, true))
	must(t, store.NoteReceipt(t.Context(), first.ID, "look"))
}

// content is everything that is copied from a store.
type content struct {
	Webhooks  []storage.Webhook
	Profiles  []storage.Profile
	Campaigns []storage.Campaign
	Fixtures  []storage.SavedFixture
	Past      []storage.PastDelivery
	Receipts  []storage.Receipt
}

func read(t *testing.T, store *sqlite.Store) (all content) {
	t.Helper()
	ctx := t.Context()
	var err error
	all.Webhooks, err = store.Webhooks(ctx)
	must(t, err)
	for _, w := range all.Webhooks {
		p, err := store.Profile(ctx, w.ID)
		must(t, err)
		p.Generation = 0
		all.Profiles = append(all.Profiles, p)
	}
	all.Campaigns, err = store.Campaigns(ctx)
	must(t, err)
	all.Fixtures, err = store.SavedFixtures(ctx)
	must(t, err)
	deliveries, err := store.Deliveries(ctx, storage.DeliveryQuery{})
	must(t, err)
	for _, d := range deliveries {
		if !d.State.Final() {
			continue
		}
		e, err := store.Event(ctx, d.EventID)
		must(t, err)
		attempts, err := store.Attempts(ctx, d.ID)
		must(t, err)
		all.Past = append(all.Past, storage.PastDelivery{Delivery: d, Event: e, Attempts: attempts})
	}
	receipts, err := store.Receipts(ctx, storage.ReceiptQuery{})
	must(t, err)
	for _, r := range receipts {
		whole, err := store.Receipt(ctx, r.ID)
		must(t, err)
		all.Receipts = append(all.Receipts, whole)
	}
	return all
}

func TestCopyIsComplete(t *testing.T) {
	t.Parallel()
	for _, history := range []bool{false, true} {
		from, hooks := source(t)
		addHistory(t, from, hooks[0])
		to := open(t, storage.Rules{})
		result, err := copying.Copy(t.Context(), from, to, copying.Options{History: history})
		must(t, err)
		want := copying.Result{Configured: true, Webhooks: 2, Campaigns: 2, Fixtures: 1}
		all := read(t, from)
		if history {
			want.Deliveries, want.AllDeliveries, want.Receipts, want.AllReceipts, want.Unfinished = 3, 3, 2, 2, 2
			for i := range all.Receipts {
				if f := &all.Receipts[i].Forward; f.State != "" {
					f.State, f.Error = storage.ForwardDropped, "it was copied to another store before it was relayed"
				}
			}
		} else {
			all.Past, all.Receipts = nil, nil
		}
		if diff := cmp.Diff(want, result); diff != "" {
			t.Errorf("history %t: (-want, +got): %s", history, diff)
		}
		if diff := cmp.Diff(all, read(t, to), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("history %t: (-source, +target): %s", history, diff)
		}
		if keyOf(t, from) == keyOf(t, to) {
			t.Error("both stores have the same key, so the test does not show that secrets are sealed again")
		}
	}
}

func keyOf(t *testing.T, store *sqlite.Store) string {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(store.Dir(), "secret.key"))
	must(t, err)
	return string(key)
}

// many returns n deliveries of an event, and as many receipts.
func many(n int, w storage.Webhook, e storage.Event) (h storage.History) {
	for i := range n {
		d := storage.Delivery{
			ID: e.ID + storage.ID(10+i), EventID: e.ID, WebhookID: w.ID, Webhook: w.Name, RequestID: e.RequestID, Channel: e.Channel, Status: e.Status,
			Variant: e.Variant, Identity: e.Identity, State: storage.Cancelled, CreatedAt: e.CreatedAt,
		}
		h.Deliveries = append(h.Deliveries, storage.PastDelivery{Delivery: d, Event: e})
		r := storetest.ReceiptOf(w)
		r.ID, r.RequestID = d.ID+storage.ID(n), strconv.Itoa(i)
		h.Receipts = append(h.Receipts, r)
	}
	return h
}

// More records are copied than are read or stored at once.
func TestCopyInPages(t *testing.T) {
	t.Parallel()
	from, hooks := source(t)
	const n = 603
	made, err := from.Enqueue(t.Context(), storetest.EventFor(hooks[0]))
	must(t, err)
	e, err := from.Event(t.Context(), made[0].EventID)
	must(t, err)
	must(t, from.ImportHistory(t.Context(), many(n, hooks[0], e)))
	to := open(t, storage.Rules{})
	var last, calls int64
	result, err := copying.Copy(t.Context(), from, to, copying.Options{History: true, Progress: func(stored, total int64) {
		if stored <= last || total != 2*n {
			t.Errorf("got a progress of %d of %d after %d", stored, total, last)
		}
		last, calls = stored, calls+1
	}})
	must(t, err)
	if result.Deliveries != n || result.Receipts != n || result.Unfinished != 1 || last != 2*n || calls < 5 {
		t.Errorf("got %+v after %d calls", result, calls)
	}
	if diff := cmp.Diff(read(t, from), read(t, to), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-source, +target): %s", diff)
	}
}

// fields returns the entries of a storage.FieldErrors as "field: reason".
func fields(t *testing.T, err error) (named []string) {
	t.Helper()
	var bad storage.FieldErrors
	if !errors.As(err, &bad) {
		t.Fatalf("got %v", err)
	}
	for _, f := range bad {
		named = append(named, f.Field+": "+f.Reason)
	}
	return named
}

// The target conflicts with each record of the source in another way.
func TestConflictsAreFoundBeforeWriting(t *testing.T) {
	t.Parallel()
	from, hooks := source(t)
	campaigns, err := from.Campaigns(t.Context())
	must(t, err)
	to := open(t, storage.Rules{})
	named := storetest.WebhookNamed("acme")
	named.Organization = "other"
	placed := storetest.WebhookNamed("other")
	placed.Organization = hooks[1].Organization
	must(t, to.SaveWebhooks(t.Context(), &named, &placed))
	draft, other := storage.NewCampaign(), storage.NewCampaign()
	draft.Name, other.Name, other.UUID = "draft", "other", campaigns[1].UUID
	must(t, to.SaveCampaigns(t.Context(), &draft, &other))
	must(t, to.SaveFixture(t.Context(), storage.SavedFixture{
		Name: "mine", Channel: storage.Email, Status: storage.StatusSent, Revision: storage.Classic, Payload: []byte("{}"),
	}))
	before := read(t, to)
	result, err := copying.Copy(t.Context(), from, to, copying.Options{})
	const advice = "; change or delete either of them, then copy again"
	want := []string{
		"webhook acme: the target has one with the same name" + advice,
		"webhook paused: the target has one with the same sandbox.name" + advice,
		"campaign draft: the target has one with the same name" + advice,
		"campaign live: the target has one with the same id" + advice,
		"fixture mine: the target has one with the same name" + advice,
	}
	if diff := cmp.Diff(want, fields(t, err)); diff != "" || !errors.Is(err, storage.ErrConflict) || result.Configured {
		t.Errorf("got %v, %+v: %s", err, result, diff)
	}
	if diff := cmp.Diff(before, read(t, to)); diff != "" {
		t.Errorf("the target was changed: %s", diff)
	}
}

func TestSecondCopyDuplicatesNothing(t *testing.T) {
	t.Parallel()
	from, hooks := source(t)
	addHistory(t, from, hooks[0])
	to := open(t, storage.Rules{})
	_, err := copying.Copy(t.Context(), from, to, copying.Options{History: true})
	must(t, err)
	before := read(t, to)
	for _, w := range before.Webhooks { // then only the IDs conflict
		w.Name, w.Organization = w.Name+"2", w.Organization+"2"
		must(t, to.UpdateWebhook(t.Context(), &w))
	}
	must(t, to.DeleteFixture(t.Context(), "mine"))
	before = read(t, to)
	_, err = copying.Copy(t.Context(), from, to, copying.Options{History: true})
	const advice = "; change or delete either of them, then copy again"
	receipts, deliveries := before.Receipts, before.Past
	want := []string{
		"webhook acme: the target has one with the same id" + advice,
		"webhook paused: the target has one with the same id" + advice,
		"campaign draft: the target has one with the same name, id" + advice,
		"campaign live: the target has one with the same name, id" + advice,
		fmt.Sprintf("deliveries: the target has 3 of them already, the first of which is %s; copy the history to a store without them", deliveries[2].Delivery.ID),
		fmt.Sprintf("receipts: the target has 2 of them already, the first of which is %s; copy the history to a store without them", receipts[1].ID),
	}
	if diff := cmp.Diff(want, fields(t, err)); diff != "" || !errors.Is(err, storage.ErrConflict) {
		t.Errorf("got %v: %s", err, diff)
	}
	if diff := cmp.Diff(before, read(t, to)); diff != "" {
		t.Errorf("the target was changed: %s", diff)
	}
}

// The target has its own history, which includes one receipt of the source.
func TestHistoryThatTheTargetHasIsAConflict(t *testing.T) {
	t.Parallel()
	from, hooks := source(t)
	addHistory(t, from, hooks[0])
	to := open(t, storage.Rules{})
	all := read(t, from)
	shared := all.Receipts[0]
	shared.Forward = storage.Forward{}
	must(t, to.ImportHistory(t.Context(), storage.History{Receipts: []storage.Receipt{shared}}))
	own := storetest.WebhookNamed("own")
	must(t, to.CreateWebhook(t.Context(), &own))
	addHistory(t, to, own)
	_, err := copying.Copy(t.Context(), from, to, copying.Options{History: true})
	want := []string{fmt.Sprintf("receipts: the target has 1 of them already, the first of which is %s; copy the history to a store without them", shared.ID)}
	if diff := cmp.Diff(want, fields(t, err)); diff != "" {
		t.Error(diff)
	}
	must(t, copyOf(t, from, to, copying.Options{}))
}

func copyOf(t *testing.T, from, to *sqlite.Store, o copying.Options) error {
	t.Helper()
	_, err := copying.Copy(t.Context(), from, to, o)
	return err
}

// A copy is cancelled after its first batch.
func TestInterruptedCopyKeepsItsBatches(t *testing.T) {
	t.Parallel()
	from, hooks := source(t)
	h := many(450, hooks[0], storetest.EventFor(hooks[0]))
	must(t, from.ImportHistory(t.Context(), storage.History{Receipts: h.Receipts}))
	to := open(t, storage.Rules{})
	ctx, cancel := context.WithCancel(t.Context())
	result, err := copying.Copy(ctx, from, to, copying.Options{History: true, Progress: func(int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) || !result.Configured || result.Receipts == 0 || result.Receipts == result.AllReceipts {
		t.Fatalf("got %v, %+v", err, result)
	}
	source, target := read(t, from), read(t, to)
	source.Receipts = source.Receipts[len(source.Receipts)-int(result.Receipts):]
	if diff := cmp.Diff(source, target, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-source, +target): %s", diff)
	}
	if err := copyOf(t, from, to, copying.Options{History: true}); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("copied again: got %v, want %v", err, storage.ErrConflict)
	}
}

func TestWebhookIsValidatedByTheTarget(t *testing.T) {
	t.Parallel()
	from := open(t, storage.Rules{AllowHTTP: true})
	w := storetest.WebhookNamed("plain")
	w.URL = "http://127.0.0.1:8080/hook"
	must(t, from.CreateWebhook(t.Context(), &w))
	to := open(t, storage.Rules{})
	err := copyOf(t, from, to, copying.Options{})
	if named := fields(t, err); len(named) != 1 || !errors.Is(err, storage.ErrInvalid) || named[0][:len("webhook plain: url: ")] != "webhook plain: url: " {
		t.Errorf("got %q", named)
	}
	must(t, copyOf(t, from, open(t, storage.Rules{AllowHTTP: true}), copying.Options{}))
}

func TestReferencesAreReported(t *testing.T) {
	t.Parallel()
	from := open(t, storage.Rules{})
	w := storetest.WebhookNamed("acme")
	storetest.WithJWT(&w)
	w.Auth.JWT.Secret = "env:KEY"
	w.Headers = []storage.HeaderField{{Name: "X-Plain", Value: "env:PLAIN"}, {Name: "X-Key", Value: "file:/run/key", Secret: true}}
	must(t, from.CreateWebhook(t.Context(), &w))
	result, err := copying.Copy(t.Context(), from, open(t, storage.Rules{}), copying.Options{})
	must(t, err)
	const advice = " is not copied; make sure that the process that delivers can read it"
	want := []string{"webhook acme: auth.secret: env:KEY" + advice, "webhook acme: headers[1].value: file:/run/key" + advice}
	if diff := cmp.Diff(want, fields(t, result.References)); diff != "" {
		t.Error(diff)
	}
}
