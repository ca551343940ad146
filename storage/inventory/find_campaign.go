package inventory

import (
	"context"
	"errors"

	"backchannel/storage"
)

// A CampaignFindStore is the part of a store that finding campaigns needs.
type CampaignFindStore interface {
	Campaigns(ctx context.Context) ([]storage.Campaign, error)
	CampaignByName(ctx context.Context, name string) (storage.Campaign, error)
	CampaignByUUID(ctx context.Context, uuid string) (storage.Campaign, error)
}

// FindCampaign returns the campaign with the given name, or else the one with that UUID, by which
// calls name it. The error is a *NotFoundError if there is neither.
func FindCampaign(ctx context.Context, store CampaignFindStore, name string) (storage.Campaign, error) {
	c, err := store.CampaignByName(ctx, name)
	if errors.Is(err, storage.ErrNotFound) {
		c, err = store.CampaignByUUID(ctx, name)
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return c, err
	}
	all, err := store.Campaigns(ctx)
	if err != nil {
		return storage.Campaign{}, err
	}
	missing := &NotFoundError{Kind: "campaign", Name: name}
	for _, other := range all {
		missing.Others = append(missing.Others, other.Name)
	}
	return storage.Campaign{}, missing
}
