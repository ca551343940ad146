// Package copying copies the records of one store to another, which may be of another kind and seal
// secrets with another key. Its only function is [Copy].
//
// It copies the configuration in one commit, and then, on request, the history in many. Records keep
// their IDs, so that the history keeps its place in time and a receipt's headers still name the right
// delivery. Records that exist at the target are never changed.
package copying

import (
	"context"
	"fmt"

	"backchannel/storage"
)

// A Source is the part of a store that Copy reads.
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

// A Target is the part of a store that Copy writes.
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

// records are the methods that list a history.
type records interface {
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	CountDeliveries(context.Context, storage.DeliveryQuery) (int64, error)
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	CountReceipts(context.Context, storage.ReceiptQuery) (int64, error)
}

// Options says what to copy besides the configuration.
type Options struct {
	History bool // receipts and finished deliveries
	// Progress, if not nil, is called whenever some of the history has been stored.
	Progress func(stored, total int64)
}

// A Result says what has been copied.
type Result struct {
	Configured                 bool // the configuration has been stored
	Webhooks, Campaigns        int
	Fixtures                   int
	Deliveries, Receipts       int64
	AllDeliveries, AllReceipts int64               // in the history to be copied
	Unfinished                 int64               // deliveries that are not copied, because the source may still send them
	References                 storage.FieldErrors // files and variables that webhooks refer to, which are not copied
}

// Copy copies the configuration of a store and, on request, its history. A record that exists at the
// target, or is not valid there, is an error, which is found before anything is written: a
// storage.FieldErrors with an entry for each such record of the configuration, and one for all
// deliveries and receipts. If Copy fails later, the result tells what has been stored.
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

// copy checks everything that can be checked before it writes anything, so that a copy does not fail
// half-way.
func (c *copier) copy(ctx context.Context, history bool) error {
	configuration, err := c.configuration(ctx)
	if err != nil {
		return fmt.Errorf("read the source: %w", err)
	}
	bad, err := c.conflicts(ctx, configuration)
	if err != nil {
		return fmt.Errorf("look for conflicts at the target: %w", err)
	}
	var end span
	if history {
		if end, err = c.measure(ctx); err != nil {
			return fmt.Errorf("read the source: %w", err)
		}
		more, err := c.historyConflicts(ctx, end)
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
