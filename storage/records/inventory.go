package records

import (
	"context"

	"backchannel/storage"
	"backchannel/storage/column"
)

// An Inventory stores what people set up.
type Inventory struct {
	WebhookStore
	CampaignStore
	ProfileStore
	FixtureStore
}

// NewInventory returns the inventory in a database. Webhooks and campaigns are validated by rules,
// whose zero Sources are the system's.
func NewInventory(db *Database, rules storage.Rules) Inventory {
	system := storage.SystemSources()
	if rules.Sources.Env == nil {
		rules.Sources.Env = system.Env
	}
	if rules.Sources.ReadFile == nil {
		rules.Sources.ReadFile = system.ReadFile
	}
	return Inventory{WebhookStore{db, rules}, CampaignStore{db, rules}, ProfileStore{db}, FixtureStore{db}}
}

// changedInventory is the kinds of records that a change of a webhook affects: all of them, because
// records of almost every kind are shown with a webhook's name.
const changedInventory = storage.ChangedAll &^ storage.ChangedElsewhere

// SaveInventory stores webhooks and campaigns as SaveWebhooks and SaveCampaigns do, but in one
// transaction: either all of them or none.
func (s *Inventory) SaveInventory(ctx context.Context, webhooks []*storage.Webhook, campaigns []*storage.Campaign) error {
	switch {
	case len(campaigns) == 0:
		return s.SaveWebhooks(ctx, webhooks...)
	case len(webhooks) == 0:
		return s.SaveCampaigns(ctx, campaigns...)
	}
	saveWebhooks, webhooksDone := s.WebhookStore.saving(ctx, webhooks)
	saveCampaigns, campaignsDone := s.CampaignStore.saving(campaigns)
	err := s.WebhookStore.db.Write(ctx, changedInventory, func(t Tx) error {
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

// ImportConfiguration stores webhooks, profiles, campaigns and fixtures from another store, with
// their IDs, versions and times: either all of them or none. It returns storage.FieldErrors with a
// conflict if one of them exists.
func (s *Inventory) ImportConfiguration(ctx context.Context, c storage.Configuration) error {
	err := c.Validate(ctx, s.WebhookStore.rules)
	if err == nil {
		err = s.WebhookStore.db.Write(ctx, changedInventory, func(t Tx) error { return s.importAll(t, c) })
	}
	return Wrap(err, "import the configuration")
}

func (s *Inventory) importAll(t Tx, c storage.Configuration) error {
	for i := range c.Webhooks {
		if err := s.importWebhook(t, c.Webhooks[i]); err != nil {
			return err
		}
	}
	for webhook, p := range c.Profiles {
		if err := s.set(t, webhook, p); err != nil {
			return err
		}
	}
	for i := range c.Campaigns {
		if err := s.importCampaign(t, c.Campaigns[i]); err != nil {
			return err
		}
	}
	for _, f := range c.Fixtures {
		if err := s.FixtureStore.insert(t, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *WebhookStore) importWebhook(t Tx, w storage.Webhook) error {
	if err := t.Reserve(w.ID); err != nil {
		return err
	}
	err := s.add(t, &w, nil)
	if s.db.Violates(err) {
		return taken("webhook", w.ID)
	}
	return err
}

// importCampaign stores a campaign. It resets the number of executions, which are not imported.
func (s *CampaignStore) importCampaign(t Tx, c storage.Campaign) error {
	if err := t.Reserve(c.ID); err != nil {
		return err
	}
	c.Executions = 0
	if err := s.check(t.Context(), t, c, nil); err != nil {
		return err
	}
	values, err := column.CampaignValues(&c)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO campaigns (`+column.CampaignColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, values...)
	if s.db.Violates(err) {
		return taken("campaign", c.ID)
	}
	if err != nil {
		return err
	}
	return AddActivity(t, storage.Activity{Kind: storage.ActivityCampaign, CampaignID: c.ID, Text: "campaign " + c.Name + " created" + s.db.By})
}

// taken returns the error that a record cannot be imported because its ID is in use.
func taken(kind string, id storage.ID) storage.FieldErrors {
	return storage.FieldErrors{{Field: kind + " " + id.String(), Conflict: true, Reason: "exists already"}}
}
