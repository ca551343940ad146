package inventory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/inventory"
)

func TestFind(t *testing.T) {
	store := newStore(t)
	a, err := store.WebhookByName(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	namedLikeID := storage.NewWebhook()
	namedLikeID.Name, namedLikeID.Sandbox.Name, namedLikeID.Channels = a.ID.String(), "three", storage.Channels()
	for _, test := range []struct{ give, want string }{{"a", "a"}, {a.ID.String(), "a"}, {"b", "b"}} {
		if w, err := inventory.Find(t.Context(), store, test.give); err != nil || w.Name != test.want {
			t.Errorf("Find(%q) = %q, %v", test.give, w.Name, err)
		}
	}
	if err := store.CreateWebhook(t.Context(), &namedLikeID); err != nil {
		t.Fatal(err)
	}
	if w, err := inventory.Find(t.Context(), store, a.ID.String()); err != nil || w.ID != namedLikeID.ID {
		t.Errorf("a name must take precedence over an ID: got %q, %v", w.Name, err)
	}
	for _, missing := range []string{"c", "", storage.ID(7).String(), "not an ID!"} {
		_, err := inventory.Find(t.Context(), store, missing)
		var not *inventory.NotFoundError
		if !errors.As(err, &not) || !errors.Is(err, storage.ErrNotFound) || !slices.Contains(not.Others, "b") {
			t.Errorf("Find(%q): got %v", missing, err)
		}
	}
}

func TestSelect(t *testing.T) {
	store := newStore(t)
	for _, test := range []struct{ give, want []string }{{nil, []string{"a", "b"}}, {[]string{"b", "a"}, []string{"b", "a"}}, {[]string{"b"}, []string{"b"}}} {
		all, err := inventory.Select(t.Context(), store, test.give...)
		var names []string
		for _, w := range all {
			names = append(names, w.Name)
		}
		if test.give == nil {
			slices.Sort(names)
		}
		if err != nil || !slices.Equal(names, test.want) {
			t.Errorf("Select(%v) = %v, %v", test.give, names, err)
		}
	}
	if _, err := inventory.Select(t.Context(), store, "a", "c"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("an unknown name: got %v", err)
	}
}

func TestNewest(t *testing.T) {
	store := newStore(t)
	for limit, want := range map[int]int{0: 2, 1: 1, 5: 2} {
		all, err := inventory.Newest(t.Context(), store, limit)
		if err != nil || len(all) != want || len(all) == 2 && all[0].ID < all[1].ID {
			t.Errorf("limit %d: got %d webhooks, %v; want %d, the newest first", limit, len(all), err, want)
		}
	}
}

func TestReceiptsOfDeletedWebhookAreSelectedByName(t *testing.T) {
	store := newStore(t)
	a, err := store.WebhookByName(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	r := storage.Receipt{WebhookID: a.ID, Webhook: "a", Method: "POST", Path: a.FeedbackPath(), ReceivedAt: time.Now()}
	if err := store.AddReceipt(t.Context(), &r, func([]storage.Earlier) {}); err != nil {
		t.Fatal(err)
	}
	count := func(name string) (int, error) {
		var q storage.ReceiptQuery
		if err := inventory.SelectReceipts(t.Context(), store, name, &q); err != nil {
			return 0, err
		}
		all, err := store.Receipts(t.Context(), q)
		return len(all), err
	}
	for name, want := range map[string]int{"a": 1, a.ID.String(): 1, "b": 0} {
		if n, err := count(name); n != want || err != nil {
			t.Errorf("%s: got %d receipts, %v; want %d", name, n, err, want)
		}
	}
	if _, err := store.DeleteWebhook(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := count("a"); n != 1 || err != nil {
		t.Errorf("after the deletion of a: got %d receipts, %v; want 1", n, err)
	}
	if _, err := count("c"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("a webhook that never existed: got %v", err)
	}
}
