package storage

import (
	"context"
	"errors"
)

// A Configuration is everything that users have set up in a store. Another store can import it.
type Configuration struct {
	Webhooks  []Webhook
	Profiles  map[ID]Profile // by the ID of the webhook
	Campaigns []Campaign
	Fixtures  []SavedFixture
}

// Validate returns FieldErrors with an entry for each invalid field, or nil. Each field's name follows
// that of its record.
func (c Configuration) Validate(ctx context.Context, rules Rules) error {
	var bad FieldErrors
	for _, w := range c.Webhooks {
		bad.addAbout("webhook "+w.Name, w.Validate(ctx, rules))
		bad.addAbout("profile of webhook "+w.Name, c.Profiles[w.ID].Validate())
	}
	for _, campaign := range c.Campaigns {
		bad.addAbout("campaign "+campaign.Name, campaign.Validate(rules))
	}
	for _, f := range c.Fixtures {
		bad.addAbout("fixture "+f.Name, f.Validate())
	}
	return bad.Err()
}

// addAbout adds the errors of a record, which are FieldErrors, with the record's name before each field.
func (e *FieldErrors) addAbout(record string, err error) {
	var bad FieldErrors
	errors.As(err, &bad)
	for _, f := range bad {
		f.Field = record + ": " + f.Field
		*e = append(*e, f)
	}
}

// A History is a part of a store's history. Another store can import it. All its deliveries are final.
type History struct {
	Deliveries []PastDelivery
	Receipts   []Receipt
}

// A PastDelivery is a delivery with its event and attempts. Several deliveries may have the same event.
type PastDelivery struct {
	Delivery Delivery
	Event    Event
	Attempts []Attempt
}
