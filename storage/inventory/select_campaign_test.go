package inventory_test

import (
	"errors"
	"testing"

	"backchannel/storage"
	"backchannel/storage/inventory"
)

func TestSelectCampaigns(t *testing.T) {
	store := newStore(t)
	first, second := storage.NewCampaign(), storage.NewCampaign()
	first.Name, second.Name = "z", "b"
	if err := store.SaveCampaigns(t.Context(), &first, &second); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		names []string
		want  []storage.ID
	}{{nil, []storage.ID{second.ID, first.ID}}, {[]string{"z", second.UUID}, []storage.ID{first.ID, second.ID}}, {[]string{"b", "b"}, []storage.ID{second.ID, second.ID}}} {
		all, err := inventory.SelectCampaigns(t.Context(), store, test.names...)
		if err != nil || len(all) != 2 || all[0].ID != test.want[0] || all[1].ID != test.want[1] {
			t.Errorf("%q: got %v, %v", test.names, all, err)
		}
	}
	if _, err := inventory.SelectCampaigns(t.Context(), store, "z", "c"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("an unknown name: got %v", err)
	}
	for limit, want := range map[int]int{0: 2, 1: 1, 5: 2} {
		if all, err := inventory.NewestCampaigns(t.Context(), store, limit); err != nil || len(all) != want || all[0].ID != second.ID {
			t.Errorf("limit %d: got %v, %v", limit, all, err)
		}
	}
}
