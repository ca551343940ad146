package campaigns

import (
	"context"
	"errors"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings returns the keys of the inventory and of its selected campaign.
func (s *Screen) Bindings() []screen.Binding {
	if s.Typing() {
		return s.TypingBindings()
	}
	create := screen.Binding{Keys: []string{"n"}, Label: "new", Help: "Create a campaign", Do: s.create}
	list := append(s.ListBindings("Filter campaigns: welcome status:live webhook:acme is:silent"), s.callBindings()...)
	r, ok := s.Selected()
	all := s.rowBindings(r.Campaign)
	if !ok {
		return slices.Concat([]screen.Binding{create}, list, screen.NoneHere("campaign", all))
	}
	return slices.Concat(s.SearchBindings(), all[:1], []screen.Binding{create}, all[1:], list)
}

// rowBindings returns the keys that act on the campaign. A key that the campaign's status does not allow
// says why, and what to do instead.
func (s *Screen) rowBindings(c storage.Campaign) []screen.Binding {
	_, unchangeable := c.Edit(c.Latest())
	_, notActivable := c.Activate()
	_, unstoppable := c.Stop()
	return []screen.Binding{
		{Keys: []string{"enter"}, Label: "open", Help: "Go to its executions and messages",
			Do: s.OnSelected(func(r row) tea.Cmd { return s.openExecutions(r.Campaign) })},
		screen.Binding{Keys: []string{"e"}, Label: "edit", Help: "Edit the campaign", Do: s.OnSelected(s.edit)}.Unless(reason(unchangeable)),
		screen.Binding{Keys: []string{"a"}, Label: "activate", Help: "Activate it: calls are accepted", Do: s.OnSelected(s.activate)}.Unless(reason(notActivable)),
		screen.Binding{Keys: []string{"S"}, Label: "stop", Help: "Stop it for good: no further call is accepted", Do: s.OnSelected(s.stop)}.Unless(reason(unstoppable)),
		{Keys: []string{"D"}, Label: "duplicate", Help: "Duplicate it as a new draft", Do: s.OnSelected(s.duplicate)},
		screen.Binding{Keys: []string{"d"}, Label: "delete", Help: "Delete the draft", Do: s.OnSelected(s.delete)}.Unless(reason(c.CheckDelete())),
	}
}

// reason returns the first reason of a storage.FieldErrors without the name of its field, which means
// nothing beside a key. For any other error, including nil, it returns "", so that the key stays enabled.
func reason(err error) string {
	var refused storage.FieldErrors
	if errors.As(err, &refused) {
		return refused[0].Reason
	}
	return ""
}

// activate makes a campaign live, or applies its draft. It warns if no events will follow.
func (s *Screen) activate(r row) tea.Cmd {
	text := r.Latest().Name + " is live"
	if r.Status == storage.CampaignLive {
		text = r.Latest().Name + " now runs with the settings of its draft"
	}
	odd := s.warnings(r.Latest(), r.Latest().Receiver(s.env.Targets.Webhooks))
	return s.change(r, odd, text, storage.Campaign.Activate)
}

// stop asks first, because a stopped campaign cannot be started again.
func (s *Screen) stop(r row) tea.Cmd {
	c := component.Confirm{
		Title: "Stop " + r.Name + "?",
		Text:  []string{"This is final: no further call is accepted. Planned events are still sent.", "To continue later, duplicate it (D) and activate the copy."},
		Yes:   "stop", No: "keep",
	}
	if r.Draft != nil {
		c.Text = append(c.Text, "Its draft is discarded.")
	}
	return s.env.Ask(c, func() tea.Cmd { return s.change(r, nil, r.Name+" is stopped", storage.Campaign.Stop) })
}

// change saves the campaign that step returns, such as an activated one, and then shows text. The
// warnings in odd are shown with it, and do not prevent saving.
func (s *Screen) change(r row, odd storage.FieldErrors, text string, step func(storage.Campaign) (storage.Campaign, error)) tea.Cmd {
	return screen.ActWarning(s.env.Context, odd, func(ctx context.Context) (string, error) {
		changed, err := step(r.Campaign)
		if err != nil {
			return "", err
		}
		return text, s.store.SaveCampaigns(ctx, &changed)
	})
}

// delete asks first. Only a draft can be deleted; rowBindings disables the key for the rest.
func (s *Screen) delete(r row) tea.Cmd {
	return s.env.Ask(component.Confirm{
		Title: "Delete " + r.Name + "?", Text: []string{"The draft will be lost."}, Yes: "delete", No: "keep",
	}, func() tea.Cmd {
		return screen.Act(s.env.Context, func(ctx context.Context) (string, error) {
			return r.Name + " deleted", s.store.DeleteCampaign(ctx, r.ID)
		})
	})
}
