package tui

import (
	"context"
	"slices"

	"backchannel/storage"
)

func (f *fakeStore) PinReceipt(_ context.Context, id storage.ID, pinned bool) error {
	defer f.lock()()
	for i := range f.receipts {
		if f.receipts[i].ID == id {
			f.receipts[i].Pinned = pinned
			f.changed(storage.ChangedReceipts)
			return f.fail
		}
	}
	return storage.ErrNotFound
}

func (f *fakeStore) NoteReceipt(_ context.Context, id storage.ID, text string) error {
	defer f.lock()()
	for i := range f.receipts {
		if f.receipts[i].ID == id {
			f.receipts[i].Note = text
			f.changed(storage.ChangedReceipts)
			return f.fail
		}
	}
	return storage.ErrNotFound
}

func (f *fakeStore) SaveFixture(_ context.Context, one storage.SavedFixture) error {
	defer f.lock()()
	if err := one.Validate(); err != nil {
		return err
	}
	f.fixtures = append(f.fixtures, one)
	f.changed(storage.ChangedFixtures)
	return f.fail
}

func (f *fakeStore) SavedFixtures(context.Context) ([]storage.SavedFixture, error) {
	defer f.lock()()
	return f.fixtures, f.fail
}

func (f *fakeStore) ClearReceipts(context.Context) (removed int64, err error) {
	defer f.lock()()
	var kept []storage.Receipt
	for _, r := range f.receipts {
		if r.Pinned {
			kept = append(kept, r)
		}
	}
	removed = int64(len(f.receipts) - len(kept))
	f.receipts = kept
	f.changed(storage.ChangedReceipts)
	return removed, f.fail
}

func (f *fakeStore) Profile(_ context.Context, webhook storage.ID) (storage.Profile, error) {
	defer f.lock()()
	return f.profiles[webhook], f.fail
}

func (f *fakeStore) SetProfile(_ context.Context, webhook storage.ID, p storage.Profile) error {
	defer f.lock()()
	if f.profiles == nil {
		f.profiles = map[storage.ID]storage.Profile{}
	}
	p.Generation = f.profiles[webhook].Generation + 1
	f.profiles[webhook] = p
	f.changed(storage.ChangedProfiles)
	return f.fail
}

func (f *fakeStore) Receipt(_ context.Context, id storage.ID) (storage.Receipt, error) {
	defer f.lock()()
	return find(f.receipts, func(r storage.Receipt) bool { return r.ID == id })
}

func (f *fakeStore) CountReceipts(ctx context.Context, q storage.ReceiptQuery) (int64, error) {
	all, err := f.Receipts(ctx, q)
	return int64(len(all)), err
}

func (f *fakeStore) Receipts(_ context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error) {
	defer f.lock()()
	var out []storage.Receipt
	for _, r := range f.receipts {
		if (q.Before == 0 || r.ID < q.Before) && r.ID > q.After && chosen(q.Filter, r) {
			out = append(out, light(r))
		}
	}
	if q.After == 0 && !q.OldestFirst {
		slices.Reverse(out)
	}
	return cut(out, q.Limit), f.fail
}

func (f *fakeStore) ReceiptsOfDelivery(_ context.Context, id storage.ID) ([]storage.Receipt, error) {
	defer f.lock()()
	var out []storage.Receipt
	for _, r := range f.receipts {
		if r.DeliveryID == id {
			out = append(out, light(r))
		}
	}
	return out, f.fail
}

// light is what lists have of a receipt.
func light(r storage.Receipt) storage.Receipt {
	r.Body, r.Headers = nil, nil
	v := &r.Verdicts
	for _, verdict := range []*storage.Verdict{&v.Auth, &v.Schema, &v.Target, &v.Headers, &v.Duplicate, &v.Order} {
		verdict.Checks = nil
	}
	return r
}

// chosen knows the terms that the tests use.
func chosen(f storage.Filter, r storage.Receipt) bool {
	for _, term := range f.Terms {
		var is string
		switch term.Key {
		case "status":
			is = r.Status
		case "auth":
			is = string(r.Verdicts.Auth.Result)
		case "message":
			is = r.RequestID
		}
		if (is == term.Value) == term.Not {
			return false
		}
	}
	return true
}
