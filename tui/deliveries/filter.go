package deliveries

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// filter chooses deliveries in any of some states that match all terms and contain all of
// some words.
type filter struct {
	among  storage.DeliveryQuery
	states []storage.State
	words  []string
	terms  storage.Filter
}

// readFilter parses a filter's text: words that name a state, terms such as campaign:Orders,
// and other words. Only terms can be wrong.
func readFilter(text string, now time.Time) (f filter, err error) {
	syntax := storage.DeliveryFilter()
	terms := []rune(text)
	for _, at := range wordPattern.FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		if isTerm(word, syntax) {
			continue
		}
		from := utf8.RuneCountInString(text[:at[0]])
		for i := range utf8.RuneCountInString(word) {
			terms[from+i] = ' ' // so that an error names the column in the whole text
		}
		word = strings.ToLower(word)
		if state := storage.State(word); slices.Contains(storage.States(), state) {
			f.states = append(f.states, state)
		} else {
			f.words = append(f.words, word)
		}
	}
	f.terms, err = syntax.Parse(string(terms), now)
	return f, err
}

// wordPattern matches a word, or a term, whose value may be in quotes and have spaces.
var wordPattern = regexp.MustCompile(`-?[a-z]+:"(?:[^"\\]|\\.)*"?\S*|\S+`)

// isTerm reports whether a word begins with a key of the filter syntax.
func isTerm(word string, syntax storage.FilterSyntax) bool {
	key, _, found := strings.Cut(strings.TrimPrefix(word, "-"), ":")
	return found && slices.Contains(syntax.Keys(), key+":")
}

// query returns what the store chooses; words are compared here.
func (f filter) query() storage.DeliveryQuery {
	q := f.among
	q.Filter, q.States = f.terms, f.states
	return q
}

// matches reports whether a delivery contains all words.
func (f filter) matches(d storage.Delivery) bool {
	return screen.HasWords(f.words,
		d.Webhook, string(d.Channel), string(d.Status), d.Variant, d.Identity, d.RequestID, string(d.Misbehave),
		string(d.ErrorClass), d.Error, d.ID.String(), d.Campaign, d.ExecutionID)
}

const (
	searchPage  = 500    // how many deliveries are read at once to be searched
	searchLimit = 20_000 // how many are searched for one page of the list
)

// choose returns the deliveries that a filter's text chooses among some.
func choose(store Store, among storage.DeliveryQuery, text string, now time.Time) (screen.Chosen[row], error) {
	f, err := readFilter(text, now)
	if err != nil {
		return screen.Chosen[row]{}, err
	}
	f.among = among
	chosen := screen.Chosen[row]{
		All:  text == "",
		Page: func(ctx context.Context, p screen.Page) ([]row, error) { return f.page(ctx, store, p) },
	}
	if len(f.words) == 0 { // words are compared here, so only reading everything could count
		chosen.Count = func(ctx context.Context, before storage.ID) (int64, error) {
			q := f.query()
			q.Before = before
			return store.CountDeliveries(ctx, q)
		}
	}
	return chosen, nil
}

// page reads a page of deliveries with their receipts.
func (f filter) page(ctx context.Context, store Store, p screen.Page) ([]row, error) {
	found, err := f.search(ctx, store, p)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(found))
	for i, d := range found {
		rows[i].Delivery = d
		if d.Attempts == 0 {
			continue
		}
		if rows[i].Receipt, err = screen.LastReceipt(ctx, store, d.ID); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// search reads deliveries until a page is full.
func (f filter) search(ctx context.Context, store Store, p screen.Page) ([]storage.Delivery, error) {
	q := f.query()
	q.Before, q.After, q.Limit = p.Before, p.After, p.Limit
	if len(f.words) == 0 {
		return store.Deliveries(ctx, q)
	}
	q.Limit = searchPage
	var found []storage.Delivery
	for seen := 0; seen < searchLimit && len(found) < p.Limit; seen += searchPage {
		some, err := store.Deliveries(ctx, q)
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
