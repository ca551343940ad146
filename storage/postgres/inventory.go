package postgres

import (
	"context"

	"backchannel/storage"
)

// SaveInventory stores webhooks and campaigns as SaveWebhooks and SaveCampaigns do, but in one
// transaction: either all of both kinds or nothing.
func (s *Store) SaveInventory(ctx context.Context, webhooks []*storage.Webhook, campaigns []*storage.Campaign) error {
	switch {
	case len(campaigns) == 0:
		return s.SaveWebhooks(ctx, webhooks...)
	case len(webhooks) == 0:
		return s.SaveCampaigns(ctx, campaigns...)
	}
	saveWebhooks, webhooksDone := s.WebhookStore.saving(ctx, webhooks)
	saveCampaigns, campaignsDone := s.CampaignStore.saving(campaigns)
	err := s.write(ctx, storage.ChangedAll&^storage.ChangedElsewhere, func(t *tx) error {
		if err := saveWebhooks(t); err != nil {
			return err
		}
		return saveCampaigns(t)
	})
	if err != nil {
		return err
	}
	webhooksDone()
	campaignsDone()
	return nil
}
