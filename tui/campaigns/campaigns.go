// Package campaigns is the screen of the inventory of campaigns, the form that creates and edits them, and
// the screens of their executions and messages. Start with [New].
package campaigns

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
)

// Store stores the campaigns, and reads their messages and the webhooks that get the events.
type Store interface {
	Campaigns(context.Context) ([]storage.Campaign, error)
	Campaign(context.Context, storage.ID) (storage.Campaign, error)
	SaveCampaigns(context.Context, ...*storage.Campaign) error
	CheckCampaign(context.Context, storage.Campaign) error
	DeleteCampaign(context.Context, storage.ID) error
	MessageCounts(context.Context) (map[storage.ID]storage.MessageCounts, error)
	Webhooks(context.Context) ([]storage.Webhook, error)
	callStore
}

// Screen is the inventory of campaigns.
type Screen struct {
	*screen.Inventory[row]
	env   *screen.Env
	store Store
	rules storage.Rules
}

// A row is a campaign with the number of its messages in each state.
type row struct {
	storage.Campaign
	counts   storage.MessageCounts
	webhook  *storage.Webhook // of its organization and sandbox; nil: none
	silent   string           // why no events follow from its messages, or ""
	warnings storage.FieldErrors
}

// New returns the inventory of a store; rules are those by which it accepts campaigns.
func New(e *screen.Env, store Store, rules storage.Rules) *Screen {
	s := &Screen{env: e, store: store, rules: rules}
	s.Inventory = screen.NewInventory(e, screen.InventorySpec[row]{
		Title:   inventoryTitle,
		Columns: columns(),
		ID:      func(r row) storage.ID { return r.ID },
		Row:     func(r row) []component.Cell { return cells(e.Theme, r) },
		Filter:  screen.FilterSpec{View: "campaigns", Syntax: storage.CampaignFilter()},
		Fields:  compared,
		Read:    s.readInventory,
		Listed:  storage.ChangedCampaigns | storage.ChangedExecutions | storage.ChangedWebhooks,
		Detail:  func(r row, width int, focused bool) []string { return describe(e, r, width, focused) },
		Gone:    "the campaign was deleted",
		Welcome: func(width, height int) string { return welcome(e, width, height) },
	})
	return s
}

// Title returns the view's name.
func (s *Screen) Title() string { return "Campaigns" }

// readInventory reads the campaigns, and for each the number of its messages by state and the webhook of
// its organization and sandbox. It takes three queries, however long the list is.
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
		hook := c.Receiver(webhooks)
		rows[i] = row{Campaign: c, counts: counts[c.ID], webhook: hook, silent: c.WhySilent(hook), warnings: s.warnings(c.CampaignSettings, hook)}
	}
	return rows, nil
}

// warnings returns the settings that are probably mistakes, with times in the console's zone. It leaves out
// the warning that webhooks are not enabled: that is the default, and would be on almost every row.
func (s *Screen) warnings(of storage.CampaignSettings, hook *storage.Webhook) storage.FieldErrors {
	odd := slices.DeleteFunc(of.Warnings(hook, s.env.Now()), func(w storage.FieldError) bool { return w.Field == fieldWebhooks })
	for i := range odd {
		odd[i].Reason = s.env.LocalTimes(odd[i].Reason, s.env.Now())
	}
	return odd
}

// Webhook returns the webhook that gets the events of the selected campaign, at which f fires.
func (s *Screen) Webhook() (storage.ID, bool) {
	if r, ok := s.Selected(); ok && r.webhook != nil {
		return r.webhook.ID, true
	}
	return 0, false
}

// compared returns the fields of a row that the filter compares.
func compared(r row) []storage.Fields {
	return []storage.Fields{r.Fields(r.webhook)}
}

// Copies returns the texts of a campaign that a person may want to copy, such as the ID for a call.
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
