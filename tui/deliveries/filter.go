package deliveries

import (
	"context"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// filter is words that a delivery must hold; those that are states choose by
// these instead, any of them.
type filter struct {
	states []storage.State
	words  []string
}

// readFilter reads what was typed. Any text is a filter.
func readFilter(text string) *filter {
	var f filter
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if state := storage.State(word); slices.Contains(storage.States(), state) {
			f.states = append(f.states, state)
		} else {
			f.words = append(f.words, word)
		}
	}
	return &f
}

// matches reports whether a delivery holds all words.
func (f *filter) matches(d storage.Delivery) bool {
	text := strings.ToLower(strings.Join([]string{
		d.Webhook, string(d.Channel), string(d.Status), d.Variant, d.Identity, d.RequestID, string(d.Misbehave),
		string(d.ErrorClass), d.Error, d.ID.String(),
	}, " "))
	return !slices.ContainsFunc(f.words, func(word string) bool { return !strings.Contains(text, word) })
}

const (
	searchPage  = 500    // how many deliveries are looked through at once
	searchLimit = 20_000 // how many at most for one page of the list
)

// deliveryPages reads pages of the deliveries that a filter chooses; nil chooses all.
func (s *common) deliveryPages(f *filter) func(context.Context, screen.Page) ([]row, error) {
	if f == nil {
		f = &filter{}
	}
	return func(ctx context.Context, p screen.Page) ([]row, error) {
		found, err := s.search(ctx, p, f)
		if err != nil {
			return nil, err
		}
		rows := make([]row, len(found))
		for i, d := range found {
			rows[i].Delivery = d
			if d.Attempts == 0 {
				continue
			}
			if rows[i].Receipt, err = screen.LastReceipt(ctx, s.Store, d.ID); err != nil {
				return nil, err
			}
		}
		return rows, nil
	}
}

// deliveryCount counts those of them that came before one, where that needs no look at each.
func (s *common) deliveryCount(f *filter) func(context.Context, storage.ID) (int64, error) {
	if f == nil {
		f = &filter{}
	}
	if len(f.words) > 0 {
		return nil
	}
	return func(ctx context.Context, before storage.ID) (int64, error) {
		return s.Store.CountDeliveries(ctx, storage.DeliveryQuery{States: f.states, Before: before})
	}
}

// search looks through deliveries until a page is full.
func (s *common) search(ctx context.Context, p screen.Page, f *filter) ([]storage.Delivery, error) {
	q := storage.DeliveryQuery{States: f.states, Before: p.Before, After: p.After, Limit: p.Limit}
	if len(f.words) == 0 {
		return s.Store.Deliveries(ctx, q)
	}
	q.Limit = searchPage
	var found []storage.Delivery
	for seen := 0; seen < searchLimit && len(found) < p.Limit; seen += searchPage {
		some, err := s.Store.Deliveries(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, d := range some {
			if f.matches(d) && len(found) < p.Limit {
				found = append(found, d)
			}
		}
		if len(some) < searchPage {
			break
		}
		if last := some[len(some)-1].ID; p.After != 0 {
			q.After = last
		} else {
			q.Before = last
		}
	}
	return found, nil
}
