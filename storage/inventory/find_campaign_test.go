package inventory_test

import (
	"errors"
	"slices"
	"testing"

	"backchannel/storage"
	"backchannel/storage/inventory"
)

func TestFindCampaign(t *testing.T) {
	store := newStore(t)
	_, err := inventory.FindCampaign(t.Context(), store, "welcome")
	if err == nil || err.Error() != `there is no campaign "welcome", and no other` {
		t.Errorf("without campaigns: got %v", err)
	}
	welcome := storage.NewCampaign()
	welcome.Name = "welcome"
	if err := store.SaveCampaigns(t.Context(), &welcome); err != nil {
		t.Fatal(err)
	}
	namedLikeIt := storage.NewCampaign()
	namedLikeIt.Name = welcome.UUID
	for _, name := range []string{"welcome", welcome.UUID} {
		if c, err := inventory.FindCampaign(t.Context(), store, name); err != nil || c.ID != welcome.ID {
			t.Errorf("FindCampaign(%q) = %q, %v", name, c.Name, err)
		}
	}
	if err := store.SaveCampaigns(t.Context(), &namedLikeIt); err != nil {
		t.Fatal(err)
	}
	if c, err := inventory.FindCampaign(t.Context(), store, welcome.UUID); err != nil || c.ID != namedLikeIt.ID {
		t.Errorf("a name must take precedence over a UUID: got %q, %v", c.Name, err)
	}
	for _, missing := range []string{"", "Welcome", "welcome "} {
		_, err := inventory.FindCampaign(t.Context(), store, missing)
		var not *inventory.NotFoundError
		if !errors.As(err, &not) || !errors.Is(err, storage.ErrNotFound) || not.Kind != "campaign" || !slices.Contains(not.Others, "welcome") {
			t.Errorf("FindCampaign(%q): got %v", missing, err)
		}
	}
}
