package inventory

import (
	"context"

	"backchannel/storage"
)

// SelectCampaigns returns the named campaigns in the order of the names, or every campaign if
// none is named.
func SelectCampaigns(ctx context.Context, store CampaignFindStore, names ...string) ([]storage.Campaign, error) {
	return selected(ctx, store, FindCampaign, store.Campaigns, names)
}

// NewestCampaigns returns every campaign, the newest first, or at most limit of them.
func NewestCampaigns(ctx context.Context, store CampaignFindStore, limit int) ([]storage.Campaign, error) {
	all, err := store.Campaigns(ctx)
	return newest(all, campaignID, limit), err
}

func campaignID(c storage.Campaign) storage.ID { return c.ID }
