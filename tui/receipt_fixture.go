package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backchannel/fixtures"
	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// compareFixture compares a receipt with the event that would have been fired for it; of
// its variants, the one that differs least.
func (s *shared) compareFixture(id storage.ID) tea.Cmd {
	return func() tea.Msg {
		r, err := s.Store.Receipt(s.ctx, id)
		if err != nil {
			return diffMsg{err: err}
		}
		hook, err := s.webhookOr(s.ctx, r.WebhookID)
		if err != nil {
			return diffMsg{err: err}
		}
		return s.nearestFixture(r, hook)
	}
}

// webhookOr is a webhook, or a new one in the place of one that is gone.
func (s *shared) webhookOr(ctx context.Context, id storage.ID) (storage.Webhook, error) {
	hook, err := s.Store.Webhook(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.NewWebhook(), nil
	}
	return hook, err
}

func (s *shared) nearestFixture(r storage.Receipt, hook storage.Webhook) diffMsg {
	channel, status := storage.Channel(r.Channel), storage.Status(r.Status)
	variants := fixtures.Variants(channel, status)
	if channel == "" || status == "" {
		return diffMsg{err: errors.New("its body names no channel and status, so no fixture is like it; mark two receipts with space to compare them")}
	}
	if len(variants) == 0 {
		_, err := fixtures.Find(channel, status, "")
		return diffMsg{err: err}
	}
	nearest, least := diffMsg{}, -1
	for _, f := range variants {
		one, err := s.againstFixture(r, f, hook)
		if err != nil {
			return diffMsg{err: err}
		}
		if n := one.size(); least < 0 || n < least {
			nearest, least = one, n
		}
	}
	return nearest
}

// againstFixture sets a receipt against a fixture. What differs between two events made
// of that is another in each, and is passed over.
func (s *shared) againstFixture(r storage.Receipt, f fixtures.Fixture, hook storage.Webhook) (diffMsg, error) {
	var events [2]storage.Event
	later := fixtures.Builder{Now: func() time.Time { return s.Now().Add(time.Hour) }}
	for i, build := range []fixtures.Builder{s.builder(), later} {
		v, err := build.Values(hook, f.Channel, "")
		if err != nil {
			return diffMsg{}, err
		}
		if events[i], err = f.Build(hook.Revision, v); err != nil {
			return diffMsg{}, err
		}
	}
	msg := diffMsg{
		name: fmt.Sprintf("fixture %s, revision %s", f.Name(), hook.Revision), right: r,
		left: storage.Receipt{Body: events[0].Payload}, unlike: map[string]bool{fixtures.RecipientAt(f.Channel): true},
	}
	unlike, err := differences(events[0].Payload, events[1].Payload)
	for _, d := range unlike {
		msg.unlike[d.pointer] = true
	}
	return msg, err
}

// size is how much there is to tell.
func (d diffMsg) size() int {
	all, _ := differences(d.left.Body, d.right.Body) // that they cannot be compared is said when they are shown
	return len(d.worthTelling(all))
}

// worthTelling leaves out the values that are another in each event, if both have one.
func (d diffMsg) worthTelling(all []difference) []difference {
	var some []difference
	for _, one := range all {
		if !d.unlike[one.pointer] || one.left == "" || one.right == "" {
			some = append(some, one)
		}
	}
	return some
}
