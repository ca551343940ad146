package main

import (
	"context"

	"backchannel/storage"
)

// examineCampaigns checks whether campaign, webhook and channel match. It warns of live campaigns
// without events, but not of drafts and stopped ones, which do no harm.
func (s doctorSession) examineCampaigns(ctx context.Context, store doctorStore) (found []finding) {
	all, err := store.Campaigns(ctx)
	if err != nil {
		return []finding{{Check: "campaigns", Result: findingBad, Text: err.Error()}}
	}
	webhooks, err := store.Webhooks(ctx)
	if err != nil {
		return []finding{{Check: "campaigns", Result: findingBad, Text: err.Error()}}
	}
	for _, c := range all {
		found = append(found, s.examineCampaign(c, webhooks)...)
	}
	return found
}

// examineCampaign checks one campaign.
func (s doctorSession) examineCampaign(c storage.Campaign, webhooks []storage.Webhook) (found []finding) {
	name := "campaign " + c.Name
	// The rules may have become stricter since the campaign was saved.
	if err := c.Validate(s.rules()); err != nil {
		found = append(found, finding{Check: name, Result: findingBad, Text: err.Error()})
	}
	if c.Status == storage.CampaignLive {
		for _, warning := range c.Warnings(c.Receiver(webhooks), s.now()) {
			found = append(found, finding{Check: name, Result: findingWarning, Text: warning.Field + ": " + warning.Reason})
		}
	}
	if len(found) == 0 {
		found = []finding{{Check: name, Result: findingOK, Text: formatCampaignStatus(c) + "; events: " + formatReceiver(c.CampaignSettings, webhooks)}}
	}
	return found
}
