package tuitest

import (
	"context"
	"time"

	"backchannel/storage"
)

// Welcome is a live campaign whose events go to acme.
func Welcome() storage.Campaign {
	c := storage.NewCampaign()
	c.UUID, c.VersionID = "5a1f1a9e-2f1d-4d55-8a51-0c9f2b1d7e01", "5a1f1a9e-2f1d-4d55-8a51-0c9f2b1d7e02"
	c.Name, c.Status, c.Webhooks = "welcome", storage.CampaignLive, true
	c.Sandbox = Acme().Sandbox
	c.Plan = storage.OutcomePlan{
		Rules:  []storage.OutcomeRule{{Pattern: "*@bad.test", Outcome: storage.OutcomeBounceHard}},
		Shares: []storage.OutcomeShare{{Outcome: storage.OutcomeBounceSoft, Percent: 2.5}}, Seed: 7, Speed: 10,
	}
	c.CreatedAt = Noon().Add(-3 * time.Hour)
	return c
}

// Receipts is a draft campaign whose events would go nowhere, as its sandbox has no webhook.
func Receipts() storage.Campaign {
	c := storage.NewCampaign()
	c.UUID, c.VersionID = "5a1f1a9e-2f1d-4d55-8a51-0c9f2b1d7e03", "5a1f1a9e-2f1d-4d55-8a51-0c9f2b1d7e04"
	c.Name, c.Channel, c.Webhooks = "receipts by sms", storage.SMS, true
	c.Sandbox = storage.Sandbox{ID: "e4da3b7f-bbce-4345-9777-2b0674a318d6", Name: "qa"}
	c.Start, c.End = Noon().Add(24*time.Hour), Noon().Add(48*time.Hour)
	c.CreatedAt = Noon().Add(-2 * time.Hour)
	return c
}

// goodbye is a stopped campaign that has never sent events, as webhooks are not enabled for it.
func goodbye() storage.Campaign {
	c := storage.NewCampaign()
	c.UUID, c.VersionID = "5a1f1a9e-2f1d-4d55-8a51-0c9f2b1d7e05", "5a1f1a9e-2f1d-4d55-8a51-0c9f2b1d7e06"
	c.Name, c.Status = "goodbye", storage.CampaignStopped
	c.Sandbox = Acme().Sandbox
	c.CreatedAt = Noon().Add(-time.Hour)
	return c
}

// campaigns are those of the store, with their executions.
type campaigns struct {
	*base
	deliveries deliveries
}

// AddCampaign stores a campaign at its CreatedAt.
func (s campaigns) AddCampaign(c storage.Campaign) storage.Campaign {
	s.t.Helper()
	s.At(c.CreatedAt, func() { s.must(s.SaveCampaigns(context.Background(), &c)) })
	return c
}

// ChangeCampaign changes a stored campaign, as another process might.
func (s campaigns) ChangeCampaign(id storage.ID, change func(storage.Campaign) (storage.Campaign, error)) {
	s.t.Helper()
	changed := must[storage.Campaign](s.base)(change(must[storage.Campaign](s.base)(s.Campaign(context.Background(), id))))
	s.must(s.SaveCampaigns(context.Background(), &changed))
}

// AllCampaigns returns the campaigns by name.
func (s campaigns) AllCampaigns() []storage.Campaign {
	s.t.Helper()
	return must[[]storage.Campaign](s.base)(s.Campaigns(context.Background()))
}
