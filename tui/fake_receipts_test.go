package tui

import (
	"context"

	"backchannel/storage"
)

func (f *fakeStore) PinReceipt(_ context.Context, id storage.ID, pinned bool) error {
	for i := range f.receipts {
		if f.receipts[i].ID == id {
			f.receipts[i].Pinned = pinned
			f.changed(storage.ChangedReceipts)
			return f.fail
		}
	}
	return storage.ErrNotFound
}

func (f *fakeStore) ClearReceipts(context.Context) (removed int64, err error) {
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
	return f.profiles[webhook], f.fail
}

func (f *fakeStore) SetProfile(_ context.Context, webhook storage.ID, p storage.Profile) error {
	if f.profiles == nil {
		f.profiles = map[storage.ID]storage.Profile{}
	}
	p.Generation = f.profiles[webhook].Generation + 1
	f.profiles[webhook] = p
	f.changed(storage.ChangedProfiles)
	return f.fail
}
