// Package campaigns is the screen of the inventory of campaigns, the form that creates and
// edits them, and their executions and messages. Begin with [New].
package campaigns

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
)

// Store keeps the campaigns, what became of their messages, and the webhooks that get the
// events.
type Store interface {
	Campaigns(context.Context) ([]storage.Campaign, error)
	Campaign(context.Context, storage.ID) (storage.Campaign, error)
	SaveCampaigns(context.Context, ...*storage.Campaign) error
	CheckCampaign(context.Context, storage.Campaign) error
	DeleteCampaign(context.Context, storage.ID) error
	MessageCounts(context.Context) (map[storage.ID]storage.MessageCounts, error)
	Webhooks(context.Context) ([]storage.Webhook, error)
}

// Screen is the inventory of campaigns.
type Screen struct {
	*screen.Inventory[row]
	env   *screen.Env
	store Store
	rules storage.Rules
}

// row is a campaign with what became of its messages.
type row struct {
	storage.Campaign
	counts  storage.MessageCounts
	webhook storage.Webhook // the one that gets its events; the zero Webhook: none
	silent  string          // why no events follow from its messages, or ""
}

// New returns the inventory of a store; rules are those by which it accepts campaigns.
func New(e *screen.Env, store Store, rules storage.Rules) *Screen {
	s := &Screen{env: e, store: store, rules: rules}
	s.Inventory = screen.NewInventory(e, screen.InventorySpec[row]{
		Title:   inventoryTitle,
		Columns: columns(),
		ID:      func(r row) storage.ID { return r.ID },
		Row:     func(r row) []component.Cell { return cells(e.Theme, r) },
		Words:   words,
		Read:    s.readInventory,
		Listed:  storage.ChangedCampaigns | storage.ChangedExecutions | storage.ChangedWebhooks,
		Detail:  func(r row, width int, focused bool) []string { return describe(e, r, width, focused) },
		Welcome: func(width, height int) string { return welcome(e, width, height) },
	})
	return s
}

// Title returns the view's name.
func (s *Screen) Title() string { return "Campaigns" }

func (s *Screen) readInventory(ctx context.Context) ([]row, error) {
	all, err := s.store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.store.MessageCounts(ctx)
	if err != nil {
		return nil, err
	}
	webhooks, err := s.store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(all))
	for i, c := range all {
		rows[i] = row{Campaign: c, counts: counts[c.ID]}
		rows[i].webhook, rows[i].silent = receiver(c.CampaignSettings, webhooks)
	}
	return rows, nil
}

// receiver returns the webhook that gets a campaign's events, or why none does.
func receiver(s storage.CampaignSettings, webhooks []storage.Webhook) (w storage.Webhook, silent string) {
	var found *storage.Webhook
	for i, w := range webhooks {
		if w.Organization == s.Organization && w.Sandbox.Name == s.Sandbox.Name {
			found = &webhooks[i]
		}
	}
	if silent = s.WhySilent(found); silent != "" {
		return storage.Webhook{}, silent
	}
	return *found, ""
}

// Webhook returns the webhook that gets the events of the selected campaign, at which f fires.
func (s *Screen) Webhook() (storage.ID, bool) {
	r, ok := s.Selected()
	return r.webhook.ID, ok && r.webhook.ID != 0
}

// words returns what the filter searches of a campaign.
func words(r row) []string {
	return []string{
		r.Name, r.Organization, r.Sandbox.Name, string(r.Category), string(r.Channel), string(r.Status), r.UUID, r.webhook.Name,
	}
}

// Copies returns what a person may need elsewhere of a campaign, such as the ID for a call.
func (s *Screen) Copies() []screen.CopyItem {
	r, ok := s.Selected()
	if !ok {
		return nil
	}
	return []screen.CopyItem{
		{Label: "campaign ID", Text: r.UUID}, {Label: "name", Text: r.Name}, {Label: "version ID", Text: r.VersionID},
		{Label: "organization", Text: r.Organization}, {Label: "sandbox", Text: r.Sandbox.Name},
	}
}
