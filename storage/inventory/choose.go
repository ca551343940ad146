package inventory

import (
	"cmp"
	"context"
	"slices"

	"backchannel/storage"
)

// A ChooseStore is the part of a store that Choose needs.
type ChooseStore interface {
	FindStore
	Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error)
}

// Choose returns the newest webhooks that a filter selects, at most limit of them; 0: all.
func Choose(ctx context.Context, store ChooseStore, f storage.Filter, limit int) ([]storage.Webhook, error) {
	if len(f.Terms) == 0 {
		return Newest(ctx, store, limit)
	}
	all, err := store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	var chosen []storage.Webhook
	for _, w := range all {
		last, err := lastDelivery(ctx, store, w.ID)
		if err != nil {
			return nil, err
		}
		if f.Matches(w.Fields(last)) {
			chosen = append(chosen, w)
		}
	}
	return newest(chosen, webhookID, limit), nil
}

// lastDelivery reads the newest delivery of a webhook, or the zero one if there is none.
func lastDelivery(ctx context.Context, store ChooseStore, webhook storage.ID) (last storage.Delivery, err error) {
	found, err := store.Deliveries(ctx, storage.DeliveryQuery{WebhookID: webhook, Limit: 1})
	if err != nil || len(found) == 0 {
		return last, err
	}
	return found[0], nil
}

// A CampaignChooseStore is the part of a store that ChooseCampaigns needs.
type CampaignChooseStore interface {
	CampaignFindStore
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
}

// ChooseCampaigns returns the newest campaigns that a filter selects, at most limit of them; 0: all.
func ChooseCampaigns(ctx context.Context, store CampaignChooseStore, f storage.Filter, limit int) ([]storage.Campaign, error) {
	if len(f.Terms) == 0 {
		return NewestCampaigns(ctx, store, limit)
	}
	all, err := store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	webhooks, err := store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	var chosen []storage.Campaign
	for _, c := range all {
		if f.Matches(c.Fields(c.Receiver(webhooks))) {
			chosen = append(chosen, c)
		}
	}
	return newest(chosen, campaignID, limit), nil
}

// newest sorts the records from the newest to the oldest and returns the first limit of them; 0: all.
func newest[T any](all []T, id func(T) storage.ID, limit int) []T {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(id(b), id(a)) })
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return all
}
