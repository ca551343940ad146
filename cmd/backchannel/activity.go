package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
)

// An activitySession runs the commands that show the activity log.
type activitySession struct{ *session }

// An activityStore is the part of a store that this command uses.
type activityStore interface {
	Webhooks(context.Context) ([]storage.Webhook, error)
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
}

// activityCommand returns the parent of the commands on the activity log. It has only list, but as
// a kind of record it gets a parent like the others, so that a later show or tail has its place.
func activityCommand(s activitySession) *cobra.Command {
	return parent(&cobra.Command{
		Use:     "activity",
		Short:   "See who did what, and what failed for good",
		Example: "backchannel activity list",
	}, activityListCommand(s))
}

// activityListCommand returns the command that lists activities.
func activityListCommand(s activitySession) *cobra.Command {
	return s.listing(&cobra.Command{
		Use:   "list",
		Short: "List activities, newest first",
		Long:  "Lists what people and engines did to webhooks, campaigns, deliveries and receipts, and what failed for good, newest first.",
		Example: `backchannel activity list --limit 20
backchannel activity list --filter 'kind:failed webhook:acme since:1h'`,
	}, storage.ActivityFilter(), "kind:failed webhook:acme", func(ctx context.Context, store wholeStore, of storage.Filter, limit int) error {
		return s.listActivities(ctx, store, of, limit)
	})
}

// listActivities lists the activities that a filter selects, newest first.
func (s activitySession) listActivities(ctx context.Context, store activityStore, of storage.Filter, limit int) error {
	webhooks, err := store.Webhooks(ctx)
	if err != nil {
		return err
	}
	names := map[storage.ID]string{}
	for _, w := range webhooks {
		names[w.ID] = w.Name
	}
	read := limit
	if len(of.Terms) > 0 {
		read = 0 // the store does not filter activities, and those that match may be old
	}
	all, err := store.Activities(ctx, 0, read)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(a storage.Activity) bool { return !of.Matches(a.Fields(names[a.WebhookID])) })
	if limit > 0 {
		all = all[max(0, len(all)-limit):]
	}
	// The store returns the oldest first, because the console appends to its list; a list on the
	// command line begins with the newest, like all others.
	rows := table{head: []string{"ID", "AT", "WHAT", "TEXT"}}
	for _, a := range slices.Backward(all) {
		if !s.settings.json() {
			rows.add(a.ID.String(), s.clock(a.At), string(a.Kind), a.Text)
		} else if err := s.out.object(export.OfActivity(a, names[a.WebhookID])); err != nil {
			return err
		}
	}
	s.list(&rows, emptyText("activities", "what people and engines do will be listed", of))
	return nil
}
