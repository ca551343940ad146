package inventory

import (
	"cmp"
	"context"
	"slices"

	"backchannel/storage"
)

// SelectCampaigns returns the named campaigns in the order of the names, or every campaign if
// none is named.
func SelectCampaigns(ctx context.Context, store CampaignFindStore, names ...string) (all []storage.Campaign, err error) {
	if len(names) == 0 {
		return store.Campaigns(ctx)
	}
	for _, name := range names {
		c, err := FindCampaign(ctx, store, name)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// NewestCampaigns returns every campaign, the newest first, or at most limit of them.
func NewestCampaigns(ctx context.Context, store CampaignFindStore, limit int) ([]storage.Campaign, error) {
	all, err := store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b storage.Campaign) int { return cmp.Compare(b.ID, a.ID) })
	return newest(all, limit), nil
}
