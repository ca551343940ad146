package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// messageListCommand returns the command that lists messages.
func messageListCommand(s messageSession) *cobra.Command {
	return s.listing(&cobra.Command{
		Use:   "list",
		Short: "List the messages, newest first",
		Long: "Lists the messages that followed from executions, newest first. EVENTS is the life of a message: each event with the code that\n" +
			"the webhook answered and the time since the step before, or when it is due.",
		Example: `backchannel message list --filter campaign:welcome --limit 20
backchannel message list --filter 'execution:HUMA-12345678 -state:delivered'`,
	}, storage.MessageFilter(), "campaign:welcome state:bounce", func(ctx context.Context, store wholeStore, of storage.Filter, limit int) error {
		return s.listMessages(ctx, store, storage.MessageQuery{Filter: of, Limit: limit})
	})
}

// listMessages lists the messages of a query, page by page.
func (s messageSession) listMessages(ctx context.Context, store messageStore, q storage.MessageQuery) error {
	rows := messageTable()
	return listAll(s.session, storage.Newest(ctx, q, store.Messages), &rows, s.addMessage, emptyText("messages", "call a campaign with backchannel execute --campaign NAME --to ADDRESS", q.Filter))
}
