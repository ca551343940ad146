package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Webhooks keeps the webhooks.
type Webhooks interface {
	webhookLister
	webhookCreator
	webhookReads
	webhookWrites
}

// A webhookLister lists the webhooks, ordered by name.
type webhookLister interface {
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
}

// A webhookCreator creates webhooks.
type webhookCreator interface {
	// CreateWebhook assigns the ID, and 1 as the version. It reports all invalid fields and
	// conflicts at once, as storage.FieldErrors.
	CreateWebhook(ctx context.Context, w *storage.Webhook) error
}

// webhookReads are the methods of Webhooks that read. An unknown webhook is storage.ErrNotFound.
type webhookReads interface {
	Webhook(ctx context.Context, id storage.ID) (storage.Webhook, error)
	WebhookByName(ctx context.Context, name string) (storage.Webhook, error)
	WebhookAt(ctx context.Context, organization, sandbox string) (storage.Webhook, error)
	// CheckWebhook returns the error that saving would return, and stores nothing.
	CheckWebhook(ctx context.Context, w storage.Webhook) error
}

// webhookWrites are the methods of Webhooks that write.
type webhookWrites interface {
	// UpdateWebhook replaces a webhook that has the same version, and increments the version.
	// Another version is a conflict: the webhook has been changed since it was read.
	UpdateWebhook(ctx context.Context, w *storage.Webhook) error
	// SaveWebhooks creates webhooks without an ID and updates the others, in one commit.
	SaveWebhooks(ctx context.Context, all ...*storage.Webhook) error
	// DeleteWebhook cancels the deliveries that are not final. The final ones, and the receipts,
	// are kept with the webhook's name.
	DeleteWebhook(ctx context.Context, id storage.ID) (cancelled int, err error)
	// SetWebhookState pauses or activates a webhook. It increments the version but does not compare
	// it, because it changes nothing else.
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
}

// runWebhooks tests how a store keeps webhooks.
func runWebhooks[S interface {
	Base
	Profiles
	Receipts
}](t *testing.T, create Create[S]) {
	run(t, create, webhooksTests())
}

// webhooksTests are the tests of Webhooks.
func webhooksTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"a webhook is read as it was saved":          savedWebhook,
			"an unknown webhook is not found":            unknownWebhook,
			"conflicts are reported with invalid fields": takenFields,
			"saving over a newer version is a conflict":  newerVersion,
			"a deleted webhook leaves its name behind":   deletedWebhook,
			"webhooks are saved all or none":             webhooksAllOrNone,
			"checking a webhook stores nothing":          checkedWebhook,
		},
		once: tests{
			"only one webhook can have a sandbox": oneSandbox,
			"saving no webhook sends no hint":     noWebhook,
		},
	}
}

// savedWebhook reads a webhook with every setting back in each of the three ways.
func savedWebhook(t *suite) {
	s := t.store
	want := AddWebhook(t, s, "acme", FullWebhook)
	byID, err := s.Webhook(t.Context(), want.ID)
	if diff := cmp.Diff(want, byID); err != nil || diff != "" {
		t.Errorf("by ID: %v; (-want, +got): %s", err, diff)
	}
	byName, err := s.WebhookByName(t.Context(), "acme")
	if diff := cmp.Diff(want, byName); err != nil || diff != "" {
		t.Errorf("by name: %v; (-want, +got): %s", err, diff)
	}
	at, err := s.WebhookAt(t.Context(), "acmeOrg", "prod")
	if diff := cmp.Diff(want, at); err != nil || diff != "" {
		t.Errorf("by sandbox: %v; (-want, +got): %s", err, diff)
	}
	if got := at.Auth.JWT.Secret.Reveal(); got != TestKey {
		t.Errorf("got the key %q, want TestKey", got)
	}
	AddWebhook(t, s, "Zeta")
	AddWebhook(t, s, "beta")
	all, err := s.Webhooks(t.Context())
	if err != nil || len(all) != 3 || all[0].Name != "Zeta" || all[2].Name != "beta" {
		t.Errorf("Webhooks: got %v, %v", all, err)
	}
}

// unknownWebhook tests that every method returns storage.ErrNotFound.
func unknownWebhook(t *suite) {
	s := t.store
	_, byID := s.Webhook(t.Context(), 7)
	_, byName := s.WebhookByName(t.Context(), "none")
	_, at := s.WebhookAt(t.Context(), "none", "prod")
	_, deleted := s.DeleteWebhook(t.Context(), 7)
	state := s.SetWebhookState(t.Context(), 7, storage.Paused, "")
	gone := WebhookNamed("gone")
	for _, err := range []error{byID, byName, at, deleted, state, s.UpdateWebhook(t.Context(), &gone), s.SetProfile(t.Context(), 7, storage.Profile{})} {
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

// takenFields tests that invalid fields and conflicts are reported together, because a form shows all
// of them at once. The error matches ErrInvalid unless all are conflicts.
func takenFields(t *suite) {
	s := t.store
	AddWebhook(t, s, "acme")
	AddWebhook(t, s, "other")
	twin := WebhookNamed("other")
	twin.Organization = "acmeOrg"
	twin.Channels = nil
	err := s.CreateWebhook(t.Context(), &twin)
	wantFields(t, err, "channels", "sandbox.name", "name")
	if !errors.Is(err, storage.ErrInvalid) || errors.Is(err, storage.ErrConflict) {
		t.Errorf("invalid and conflicting fields: got %v, want ErrInvalid", err)
	}
	if !strings.Contains(err.Error(), `"acme"`) {
		t.Errorf("the error must name the webhook that has the sandbox: got %v", err)
	}
	twin.Channels = storage.Channels()
	if err := s.CreateWebhook(t.Context(), &twin); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("got %v", err)
	}
	if twin.ID != 0 || twin.Version != 0 {
		t.Error("a webhook that was not saved got an ID")
	}
	if all, _ := s.Webhooks(t.Context()); len(all) != 2 {
		t.Errorf("after refusals: got %d webhooks, want 2", len(all))
	}
}

// newerVersion tests that a form that was opened before a change does not undo it, not even if the
// change is a pause by the engine.
func newerVersion(t *suite) {
	s := t.store
	mine := AddWebhook(t, s, "acme")
	theirs := mine
	theirs.URL = "https://example.com/theirs"
	if err := s.UpdateWebhook(t.Context(), &theirs); err != nil || theirs.Version != 2 {
		t.Fatalf("got version %d, %v; want 2", theirs.Version, err)
	}
	mine.URL = "https://example.com/mine"
	err := s.UpdateWebhook(t.Context(), &mine)
	wantFields(t, err, "version")
	if !errors.Is(err, storage.ErrConflict) || mine.Version != 1 {
		t.Errorf("got %v, version %d", err, mine.Version)
	}
	if got, _ := s.Webhook(t.Context(), mine.ID); got.URL != theirs.URL {
		t.Errorf("after the conflict: got URL %s, want that of the first update", got.URL)
	}
	t.must(s.SetWebhookState(t.Context(), mine.ID, storage.Paused, "410 Gone"))
	if err := s.UpdateWebhook(t.Context(), &theirs); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("an update after a pause: got %v, want ErrConflict", err)
	}
	got, _ := s.Webhook(t.Context(), mine.ID)
	if got.State != storage.Paused || got.StateReason != "410 Gone" {
		t.Errorf("got state %s, reason %s", got.State, got.StateReason)
	}
	got.State, got.Name = storage.Active, "renamed"
	if err := s.UpdateWebhook(t.Context(), &got); err != nil || got.StateReason != "" {
		t.Errorf("got %v, reason %q", err, got.StateReason)
	}
}

// deletedWebhook tests what is left of a deleted webhook. A later webhook of the same name is a
// different one.
func deletedWebhook(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	done, waiting, retrying, sending := Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w)
	Finish(t, s, done, storage.StateDelivered)
	Finish(t, s, retrying, storage.Retrying)
	t.must(s.MarkSending(t.Context(), []storage.ID{sending.ID}))
	r := ReceiptOf(w)
	AddReceipt(t, s, &r)
	t.must(s.SaveBreaker(t.Context(), storage.Breaker{WebhookID: w.ID, Failures: 1}))
	cancelled, err := s.DeleteWebhook(t.Context(), w.ID)
	if err != nil || cancelled != 3 {
		t.Fatalf("DeleteWebhook = %d, %v; want 3", cancelled, err)
	}
	for _, d := range []storage.Delivery{waiting, retrying, sending} {
		if got := Delivery(t, s, d.ID); got.State != storage.Cancelled || got.Webhook != "acme" || !got.NextAttemptAt.IsZero() {
			t.Errorf("got %+v", got)
		}
	}
	if got := Delivery(t, s, done.ID); got.State != storage.StateDelivered || got.Webhook != "acme" {
		t.Errorf("got %+v", got)
	}
	if got, err := s.Receipt(t.Context(), r.ID); err != nil || got.Webhook != "acme" {
		t.Errorf("the receipt's webhook: got %q, %v", got.Webhook, err)
	}
	t.wantIntact()
	again := AddWebhook(t, s, "acme")
	if again.ID <= w.ID {
		t.Errorf("the new webhook has ID %d, which was used before", again.ID)
	}
	if _, err := s.ReplayDelivery(t.Context(), done.ID); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("a replay to a deleted webhook: got %v, want ErrConflict", err)
	}
}

// oneSandbox lets three stores create webhooks of one sandbox at the same time. A store that checked
// for conflicts before its transaction would accept several of them.
func oneSandbox(t *suite) {
	stores := []store{t.store, t.open(Options{}), t.open(Options{})}
	var created, refused int
	var mu sync.Mutex // guards created and refused
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			w := WebhookNamed(string(rune('a' + i)))
			w.Organization = "same"
			err := stores[i%3].CreateWebhook(context.Background(), &w)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				created++
			case errors.Is(err, storage.ErrConflict):
				refused++
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if created != 1 || refused != 29 {
		t.Errorf("got %d created and %d refused, want 1 and 29", created, refused)
	}
}

// webhooksAllOrNone saves webhooks two of which share a sandbox, then the same with the conflict
// resolved.
func webhooksAllOrNone(t *suite) {
	s := t.store
	old := AddWebhook(t, s, "old")
	changed, first, second := old, WebhookNamed("first"), WebhookNamed("second")
	changed.Name, second.Organization = "renamed", first.Organization
	wantFields(t, s.SaveWebhooks(t.Context(), &changed, &first, &second), "sandbox.name")
	if all, err := s.Webhooks(t.Context()); err != nil || len(all) != 1 || all[0].Name != "old" {
		t.Errorf("got the webhooks %v, %v", all, err)
	}
	second.Sandbox.Name = "dev"
	t.must(s.SaveWebhooks(t.Context(), &changed, &first, &second))
	if all, err := s.Webhooks(t.Context()); err != nil || len(all) != 3 || first.ID == second.ID || changed.Version != 2 {
		t.Errorf("got the webhooks %v, %v", all, err)
	}
}

// checkedWebhook tests the check of a form, which must not reserve anything.
func checkedWebhook(t *suite) {
	s := t.store
	AddWebhook(t, s, "old")
	w := WebhookNamed("old")
	w.Channels = nil
	wantFields(t, s.CheckWebhook(t.Context(), w), "channels", "name", "sandbox.name")
	if err := s.CheckWebhook(t.Context(), WebhookNamed("new")); err != nil {
		t.Error(err)
	}
	if all, err := s.Webhooks(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("got the webhooks %v, %v", all, err)
	}
}

// noWebhook tests that saving no webhook does not wait for the writer, and sends no hint.
func noWebhook(t *suite) {
	s := t.store
	changes := s.Changes(t.Context())
	if err := s.SaveWebhooks(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case c := <-changes:
		t.Errorf("got the hint %v", c)
	default:
	}
}
