package tui

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// openLines returns the action that opens the record with an ID, or nil if the text is not an ID.
func (c *commander) openLines(args string) []action {
	if wrongID(args) != "" {
		return nil
	}
	return []action{{title: "open " + args, lookup: true, do: func() tea.Cmd { return c.lookUp(args) }}}
}

// explainOpen returns why a text is not an ID.
func (c *commander) explainOpen(args string) string { return wrongID(args) }

// wrongID returns why a text cannot be the ID of a record, or "".
func wrongID(text string) string {
	if isUUID(text) || isExecutionID(text) {
		return ""
	}
	if _, err := storage.ParseID(text); err != nil {
		return "give the ID of a delivery, receipt, webhook, campaign, message, execution or run, which y copies: " + err.Error()
	}
	return ""
}

// lookUp finds the record with an ID, and answers with the command that opens it.
func (c *commander) lookUp(id string) tea.Cmd {
	ctx, store := c.m.env.Context, c.m.cfg.Store
	return func() tea.Msg {
		open, err := findRecord(ctx, store, id)
		if errors.Is(err, storage.ErrNotFound) {
			err = fmt.Errorf("no record has the ID %s; it may have been deleted, or be of another data folder", id)
		}
		return foundMsg{open: open, err: err}
	}
}

// findRecord returns the command that opens the record with an ID. IDs are unique among all kinds of
// records.
func findRecord(ctx context.Context, store Store, text string) (tea.Cmd, error) {
	if isExecutionID(text) {
		x, err := store.ExecutionByName(ctx, strings.ToUpper(text))
		return screen.ShowExecution(x.ID), err
	}
	if isUUID(text) {
		return findCampaign(ctx, store, strings.ToLower(text))
	}
	id, err := storage.ParseID(text)
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds(store) {
		if err = kind.has(ctx, id); !errors.Is(err, storage.ErrNotFound) {
			return kind.open(id), err
		}
	}
	return findRun(ctx, store, id)
}

// isUUID reports whether a text is a UUID, which calls of the execution API use as the ID of a campaign.
func isUUID(text string) bool {
	return regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(text)
}

// isExecutionID reports whether a text has the form of an executionId.
func isExecutionID(text string) bool {
	return regexp.MustCompile(`(?i)^[a-z]+-[0-9]{8}$`).MatchString(text)
}

// A kind is a kind of record that has IDs.
type kind struct {
	has  func(context.Context, storage.ID) error
	open func(storage.ID) tea.Cmd
}

// kinds returns the kinds of records that have IDs, the most frequent first. An ID does not contain its
// kind, so they are tried one after the other.
func kinds(store Store) []kind {
	return []kind{
		{exists(store.Delivery), goTo(screen.ViewDeliveries)},
		{exists(store.Receipt), goTo(screen.ViewReceiver)},
		{exists(store.Webhook), goTo(screen.ViewWebhooks)},
		{exists(store.Campaign), goTo(screen.ViewCampaigns)},
		{exists(store.Execution), screen.ShowExecution},
		{exists(store.Message), screen.ShowMessage},
	}
}

// exists returns a function that reads a record and returns only the error.
func exists[T any](read func(context.Context, storage.ID) (T, error)) func(context.Context, storage.ID) error {
	return func(ctx context.Context, id storage.ID) error {
		_, err := read(ctx, id)
		return err
	}
}

// goTo returns a function that goes to a record of a view.
func goTo(v screen.View) func(storage.ID) tea.Cmd {
	return func(id storage.ID) tea.Cmd { return screen.JumpTo(v, id) }
}

// findRun returns the command that opens the report of a run of the endpoint check.
func findRun(ctx context.Context, store Store, id storage.ID) (tea.Cmd, error) {
	run, err := store.CheckRun(ctx, id)
	return screen.ShowCheck(run.WebhookID, run.RequestedAt), err
}

// findCampaign returns the command that goes to the campaign with a campaign ID or version ID in the
// form of Journey Optimizer.
func findCampaign(ctx context.Context, store Store, uuid string) (tea.Cmd, error) {
	all, err := store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(c storage.Campaign) bool {
		return strings.EqualFold(c.UUID, uuid) || strings.EqualFold(c.VersionID, uuid)
	})
	if at < 0 {
		return nil, storage.ErrNotFound
	}
	return screen.JumpTo(screen.ViewCampaigns, all[at].ID), nil
}
