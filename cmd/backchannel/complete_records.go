package main

import (
	"context"
	"strings"

	"backchannel/storage"
)

// completedIDs is how many records are offered, the newest of those whose IDs begin so.
const completedIDs = 50

// idsFrom are the bounds, both outside, of the IDs that begin with a text; false when
// none does.
func idsFrom(text string) (after, before storage.ID, ok bool) {
	missing := len(storage.ID(0).String()) - len(text)
	if missing < 0 {
		return 0, 0, false
	}
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

// deliveryIDs are those of deliveries in some states, or in any.
func deliveryIDs(states ...storage.State) chooser {
	return func(q completing) []choice {
		after, before, ok := idsFrom(q.text)
		if !ok {
			return nil
		}
		return q.look(func(ctx context.Context, store completionStore) (choices []choice, err error) {
			all, err := store.Deliveries(ctx, storage.DeliveryQuery{States: states, Before: before, Limit: completedIDs})
			for _, d := range all {
				if d.ID > after {
					about := []string{q.session.clock(d.CreatedAt), eventName(d), "to " + d.Webhook, string(d.State)}
					choices = append(choices, choice{d.ID.String(), strings.Join(about, ", ")})
				}
			}
			return choices, err
		})
	}
}

// receiptIDs are those of receipts that a filter chooses.
func receiptIDs(filter string) chooser {
	return func(q completing) []choice {
		after, before, ok := idsFrom(q.text)
		chosen, err := storage.ReceiptFilter().Parse(filter, q.session.now())
		if !ok || err != nil {
			return nil
		}
		return q.look(func(ctx context.Context, store completionStore) (choices []choice, err error) {
			all, err := store.Receipts(ctx, storage.ReceiptQuery{Filter: chosen, Before: before, Limit: completedIDs})
			for _, r := range all {
				if r.ID > after {
					about := []string{q.session.clock(r.ReceivedAt), receivedEvent(r), webhookOf(r), shownAnswer(r)}
					choices = append(choices, choice{r.ID.String(), strings.Join(withoutEmpty(about), ", ")})
				}
			}
			return choices, err
		})
	}
}

func comparedWith(q completing) []choice {
	return append([]choice{{againstFixture, "the event that would be fired"}}, others(receiptIDs(""))(q)...)
}

// filterTerms are the keys of a filter, or the values of the key that is being typed. What
// is before stays.
func filterTerms(q completing) (choices []choice) {
	before := q.text[:strings.LastIndex(q.text, " ")+1]
	term := strings.TrimPrefix(q.text[len(before):], "-")
	before = q.text[:len(q.text)-len(term)]
	key, _, typed := strings.Cut(term, ":")
	if !typed {
		for _, key := range storage.ReceiptFilter().Keys() {
			choices = append(choices, choice{value: before + key})
		}
		return choices
	}
	values := choicesOf(storage.ReceiptFilter().Values(key)...)
	if key == "webhook" {
		values = webhookNames("")(q)
	}
	for _, v := range values {
		if strings.Contains(v.value, " ") {
			v.value = `"` + v.value + `"`
		}
		choices = append(choices, choice{before + key + ":" + v.value, v.about})
	}
	return choices
}
