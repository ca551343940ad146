// Package copying copies what one store has to another, which may be of another kind and seals
// secrets with another key. [Copy] is all there is to it.
//
// The configuration is copied in one commit, and after it the history, if that is asked for, in
// many. All of it keeps its IDs, so that the history is found where it happened in time, and a
// receipt's headers name the delivery that they did. What exists at the target is never changed.
package copying

import (
	"context"
	"fmt"

	"backchannel/storage"
)

// A Source is the part of a store that is copied from.
type Source interface {
	Webhooks(context.Context) ([]storage.Webhook, error)
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	Campaigns(context.Context) ([]storage.Campaign, error)
	SavedFixtures(context.Context) ([]storage.SavedFixture, error)
	records
	Event(context.Context, storage.ID) (storage.Event, error)
	Attempts(ctx context.Context, delivery storage.ID) ([]storage.Attempt, error)
	Receipt(context.Context, storage.ID) (storage.Receipt, error)
}

// A Target is the part of a store that is copied to.
type Target interface {
	CheckWebhook(context.Context, storage.Webhook) error
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	CheckCampaign(context.Context, storage.Campaign) error
	Campaign(context.Context, storage.ID) (storage.Campaign, error)
	CampaignByUUID(ctx context.Context, uuid string) (storage.Campaign, error)
	SavedFixture(ctx context.Context, name string) (storage.SavedFixture, error)
	records
	ImportConfiguration(context.Context, storage.Configuration) error
	ImportHistory(context.Context, storage.History) error
}

// records are what makes up a history.
type records interface {
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	CountDeliveries(context.Context, storage.DeliveryQuery) (int64, error)
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	CountReceipts(context.Context, storage.ReceiptQuery) (int64, error)
}

// Options say what to copy besides the configuration.
type Options struct {
	History bool // receipts and finished deliveries
	// Progress is called whenever some of the history has been stored; nil: never.
	Progress func(stored, total int64)
}

// A Result is what has been copied.
type Result struct {
	Configured                 bool // the configuration has been stored
	Webhooks, Campaigns        int
	Fixtures                   int
	Deliveries, Receipts       int64
	AllDeliveries, AllReceipts int64               // of the history to be copied
	Unfinished                 int64               // deliveries that stay behind, because they may still be sent from there
	References                 storage.FieldErrors // what webhooks refer to and is not copied with them
}

// Copy copies the configuration of a store and, if asked to, its history. What exists at the
// target already is a conflict, which is found before anything is written: the error is a
// storage.FieldErrors with an entry for each record of the configuration that exists or is not
// valid there. If Copy fails later, the result says what has been stored.
func Copy(ctx context.Context, from Source, to Target, o Options) (Result, error) {
	c := copier{from: from, to: to, progress: o.Progress}
	if c.progress == nil {
		c.progress = func(int64, int64) {}
	}
	err := c.copy(ctx, o.History)
	return c.result, err
}

// A copier is one run of Copy.
type copier struct {
	from     Source
	to       Target
	progress func(stored, total int64)
	result   Result
}

// copy checks everything that can be checked before it writes anything, so that a copy is not
// refused half-way.
func (c *copier) copy(ctx context.Context, history bool) error {
	configuration, err := c.configuration(ctx)
	if err != nil {
		return fmt.Errorf("read the source: %w", err)
	}
	bad, err := c.taken(ctx, configuration)
	if err != nil {
		return fmt.Errorf("look for conflicts at the target: %w", err)
	}
	var end span
	if history {
		if end, err = c.measure(ctx); err != nil {
			return fmt.Errorf("read the source: %w", err)
		}
		more, err := c.takenHistory(ctx, end)
		if err != nil {
			return fmt.Errorf("look for conflicts at the target: %w", err)
		}
		bad = append(bad, more...)
	}
	if len(bad) > 0 {
		return bad
	}
	if err := c.to.ImportConfiguration(ctx, configuration); err != nil {
		return err
	}
	c.result.Configured, c.result.References = true, references(configuration.Webhooks)
	c.result.Webhooks, c.result.Campaigns, c.result.Fixtures = len(configuration.Webhooks), len(configuration.Campaigns), len(configuration.Fixtures)
	if !history {
		return nil
	}
	return c.copyHistory(ctx, end)
}
