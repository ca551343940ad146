package campaigns

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// form is the form that creates or edits a campaign.
type form = screen.RecordForm[storage.Campaign]

// newForm returns a form that edits a campaign, or creates it if it has no ID yet.
func (s *Screen) newForm(c storage.Campaign) *form {
	e, store := s.env, s.store
	return screen.NewRecordForm(e, screen.RecordFormSpec[storage.Campaign]{
		View: screen.ViewCampaigns,
		Title: func(c storage.Campaign) string {
			if c.ID == 0 {
				return "Create campaign"
			}
			return "Edit " + c.Latest().Name
		},
		Name:     func(c storage.Campaign) string { return c.Latest().Name },
		ID:       func(c storage.Campaign) storage.ID { return c.ID },
		Sections: func(c storage.Campaign) []component.Section { return fields{e, c}.sections() },
		Apply:    values{e}.apply,
		Check:    s.check,
		ByField: func(bad storage.FieldErrors, _ component.Values) map[string]string {
			bad = slices.Clone(bad)
			for i := range bad {
				bad[i].Reason = e.LocalTimes(bad[i].Reason, e.Now())
			}
			return screen.ErrorsByField(bad, locate)
		},
		CheckStored: func(ctx context.Context, c storage.Campaign) storage.FieldErrors {
			var bad storage.FieldErrors
			errors.As(store.CheckCampaign(ctx, c), &bad)
			return bad
		},
		Save:  func(ctx context.Context, c *storage.Campaign) error { return store.SaveCampaigns(ctx, c) },
		Saved: s.savedToast,
		Read:  store.Campaign,
		Anew:  anew,
		Keys:  keys,
	}, c)
}

// check returns the errors in the form's values that can be found without the store. CheckStored
// finds the rest, such as a name that is taken.
func (s *Screen) check(base storage.Campaign, v component.Values) storage.FieldErrors {
	c, bad := values{s.env}.apply(base, v)
	c.Normalize()
	var more storage.FieldErrors
	errors.As(c.Validate(s.rules), &more)
	return append(bad, more...)
}

// savedToast returns the toast after saving, with the key that activates the campaign, or with a warning,
// such as that no webhook gets the events.
func (s *Screen) savedToast(ctx context.Context, c storage.Campaign, created bool) component.Toast {
	text := c.Latest().Name + " saved"
	switch {
	case created:
		text = c.Name + " created as a draft"
	case c.Draft != nil:
		text = c.Latest().Name + " saved as a draft of the live campaign"
	}
	if webhooks, err := s.store.Webhooks(ctx); err == nil {
		if odd := s.warnings(c.Latest(), c.Latest().Receiver(webhooks)); len(odd) > 0 {
			return screen.Warn(text + ", but " + screen.OneLine(odd))
		}
	}
	return screen.Good(text + ". Press a to activate it")
}

// anew returns a deleted campaign as a new draft.
func anew(c storage.Campaign) storage.Campaign {
	fresh := storage.NewCampaign()
	fresh.CampaignSettings = c.Latest()
	return fresh
}

// keys returns the keys of the outcome plan's rows, for the footer. The field itself handles them.
func keys(field string) []screen.Binding {
	noun := map[string]string{fieldRules: "rule", fieldShares: "share"}[field]
	if noun == "" {
		return nil
	}
	return []screen.Binding{
		{Shown: "enter", Label: "add", Help: fmt.Sprintf("Add a %s, on the last line; elsewhere the next cell", noun)},
		{Shown: "ctrl+x", Label: "remove", Help: fmt.Sprintf("Remove the %s", noun)},
		{Shown: "alt+↑↓", Label: "move", Help: fmt.Sprintf("Move the %s up or down; ctrl+↑↓ does too", noun)},
	}
}

// create opens a form for a new campaign, whose organization and sandbox are those of the newest campaign or,
// if there is none, of the webhook at which the key f fires.
func (s *Screen) create() tea.Cmd {
	c := storage.NewCampaign()
	if hook, ok := s.env.Targets.Target(s); ok {
		c.Organization, c.Sandbox.Name = hook.Organization, hook.Sandbox.Name
	}
	var newest storage.ID
	for _, r := range s.All() {
		if r.ID > newest {
			newest, c.Organization, c.Sandbox.Name = r.ID, r.Organization, r.Sandbox.Name
		}
	}
	return screen.Open(s.newForm(c))
}

// edit opens a form for the campaign.
func (s *Screen) edit(r row) tea.Cmd { return screen.Open(s.newForm(r.Campaign)) }

// duplicate opens a form for a copy of the campaign.
func (s *Screen) duplicate(r row) tea.Cmd {
	var taken []string
	for _, other := range s.All() {
		taken = append(taken, other.Name, other.Latest().Name)
	}
	return screen.Open(s.newForm(r.Duplicate(taken)))
}

// Form returns a form that edits a campaign, or creates it if it has no ID yet, for use without
// the screen.
func (s *Screen) Form(c storage.Campaign) *screen.RecordForm[storage.Campaign] { return s.newForm(c) }
