package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"backchannel/fixtures/outcome"
	"backchannel/storage"
	"backchannel/storage/inventory"
)

// completedIDs is how many IDs are offered at most, the newest of those that begin with the text.
const completedIDs = 50

// idRange returns exclusive bounds of the IDs that begin with a text. It returns false if no ID
// does. All IDs have the same length and so sort like their numbers, which makes the IDs with a
// prefix a range of numbers.
func idRange(text string) (after, before storage.ID, ok bool) {
	missing := len(storage.ID(0).String()) - len(text)
	if missing < 0 {
		return 0, 0, false
	}
	// 0 and z are the lowest and the highest digit of an ID.
	least, err := storage.ParseID(text + strings.Repeat("0", missing))
	if err != nil {
		return 0, 0, false
	}
	most, err := storage.ParseID(text + strings.Repeat("z", missing))
	if most+1 < most {
		most--
	}
	return least - 1, most + 1, err == nil
}

// recentIDs completes the IDs of records. list reads the newest ones before an ID, and about returns
// the ID of one and what describes it.
func recentIDs[T any](q completionRequest, list func(context.Context, completionStore, storage.ID) ([]T, error), about func(T) (storage.ID, []string)) []candidate {
	after, before, ok := idRange(q.text)
	if !ok {
		return nil
	}
	return peek(q, func(ctx context.Context, store completionStore) (choices []candidate, err error) {
		all, err := list(ctx, store, before)
		for _, one := range all {
			if id, texts := about(one); id > after {
				choices = append(choices, candidate{id.String(), strings.Join(withoutEmpty(texts), ", ")})
			}
		}
		return choices, err
	})
}

// deliveryIDs completes the IDs of deliveries in the given states, or in any.
func deliveryIDs(states ...storage.State) chooser {
	return func(q completionRequest) []candidate {
		return recentIDs(q, func(ctx context.Context, store completionStore, before storage.ID) ([]storage.Delivery, error) {
			return store.Deliveries(ctx, storage.DeliveryQuery{States: states, Before: before, Limit: completedIDs})
		}, func(d storage.Delivery) (storage.ID, []string) {
			return d.ID, []string{q.session.clock(d.CreatedAt), eventName(d), "to " + d.Webhook, string(d.State)}
		})
	}
}

// receiptIDs completes the IDs of receipts that match a filter.
func receiptIDs(filter string) chooser {
	return func(q completionRequest) []candidate {
		chosen, err := storage.ReceiptFilter().Parse(filter, q.session.now())
		if err != nil {
			return nil
		}
		return recentIDs(q, func(ctx context.Context, store completionStore, before storage.ID) ([]storage.Receipt, error) {
			return store.Receipts(ctx, storage.ReceiptQuery{Filter: chosen, Before: before, Limit: completedIDs})
		}, func(r storage.Receipt) (storage.ID, []string) {
			return r.ID, []string{q.session.clock(r.ReceivedAt), receivedEvent(r), webhookOf(r), formatAnswer(r)}
		})
	}
}

// comparedWith completes the second argument of receipt diff: the word fixture, or another receipt.
func comparedWith(q completionRequest) []candidate {
	return append([]candidate{{againstFixture, "the event that would be fired"}}, notGiven(receiptIDs(""))(q)...)
}

// executionIDs completes the IDs of all calls of the execution API.
func executionIDs(q completionRequest) []candidate {
	return recentIDs(q, func(ctx context.Context, store completionStore, before storage.ID) ([]storage.Execution, error) {
		return store.Executions(ctx, storage.ExecutionQuery{Before: before, Limit: completedIDs})
	}, func(e storage.Execution) (storage.ID, []string) {
		return e.ID, []string{q.session.clock(e.ReceivedAt), e.Campaign, callAnswer(e)}
	})
}

// messageIDs completes the IDs of all messages of campaigns.
func messageIDs(q completionRequest) []candidate {
	return recentIDs(q, func(ctx context.Context, store completionStore, before storage.ID) ([]storage.Message, error) {
		return store.Messages(ctx, storage.MessageQuery{Before: before, Limit: completedIDs})
	}, func(m storage.Message) (storage.ID, []string) {
		return m.ID, []string{q.session.clock(m.CreatedAt), m.Campaign, m.Address, string(m.State)}
	})
}

// checkIDs completes the IDs of runs of the endpoint check, or of those that can be stopped.
func checkIDs(open bool) chooser {
	return func(q completionRequest) []candidate {
		return peek(q, func(ctx context.Context, store completionStore) (choices []candidate, err error) {
			all, err := store.CheckRuns(ctx, 0)
			for _, run := range all {
				if !open || !run.State.Ended() {
					choices = append(choices, candidate{run.ID.String(), q.session.clock(run.RequestedAt) + ", " + run.Webhook + ", " + string(run.State)})
				}
			}
			return choices, err
		})
	}
}

// magicRecipients completes the addresses that determine the outcome of their message, except those
// that are already on the command line.
func magicRecipients(q completionRequest) (choices []candidate) {
	campaign := peek(q, func(ctx context.Context, store completionStore) (storage.Campaign, error) {
		return inventory.FindCampaign(ctx, store, q.given("campaign"))
	})
	channel := cmp.Or(campaign.Channel, storage.Email)
	before := q.text[:strings.LastIndex(q.text, ",")+1]
	for _, m := range outcome.Addresses(channel) {
		if !slices.Contains(strings.Split(before, ","), m.Address) {
			choices = append(choices, candidate{before + m.Address, cmp.Or(string(m.Outcome), "has no profile")})
		}
	}
	return choices
}

// filterTerms completes the keys of a filter or, after a key, its values. It keeps the terms
// before.
func filterTerms(syntax storage.FilterSyntax) chooser {
	return func(q completionRequest) (choices []candidate) {
		// A filter is one argument with spaces in it, so a shell cannot complete only its last
		// term.
		before := q.text[:strings.LastIndex(q.text, " ")+1]
		term := strings.TrimPrefix(q.text[len(before):], "-")
		before = q.text[:len(q.text)-len(term)]
		key, _, typed := strings.Cut(term, ":")
		if !typed {
			for _, key := range syntax.Keys() {
				choices = append(choices, candidate{value: before + key})
			}
			return choices
		}
		for _, v := range filterValues(q, syntax, key) {
			if strings.Contains(v.value, " ") {
				v.value = `"` + v.value + `"`
			}
			choices = append(choices, candidate{before + key + ":" + v.value, v.about})
		}
		return choices
	}
}

// filterValues returns the values of a filter's key.
func filterValues(q completionRequest, syntax storage.FilterSyntax, key string) []candidate {
	switch {
	case !slices.Contains(syntax.Keys(), key+":"):
		return nil
	case key == "webhook":
		return webhookNames("")(q)
	case key == "campaign":
		return campaignNames(nil)(q)
	}
	return candidates(syntax.Values(key)...)
}
