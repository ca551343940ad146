package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

func messageListCommand(s messageSession) *cobra.Command {
	var filter string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the messages, newest first",
		Long: "Lists the messages that followed from executions, newest first. EVENTS is the life of a message: each event with the code that\n" +
			"the webhook answered and the time since the step before, or when it is due.\n\n" + filterHelp(storage.MessageFilter()),
		Example: `backchannel message list --filter campaign:welcome --limit 20
backchannel message list --filter 'execution:HUMA-12345678 -state:delivered'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := s.parser(cmd)
			p.limit(limit)
			q := storage.MessageQuery{Filter: p.filter(storage.MessageFilter(), filter, s.now()), Limit: limit}
			if err := p.bad.Err(); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error { return s.listMessages(cmd.Context(), store, q) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&filter, "filter", "", "only those that `EXPR` selects, such as 'campaign:welcome state:bounce'")
	f.IntVar(&limit, "limit", 0, "at most `N`, the newest (default: all)")
	return reportingFlagErrors(cmd)
}

// listMessages lists the messages of a query, page by page.
func (s messageSession) listMessages(ctx context.Context, store messageStore, q storage.MessageQuery) error {
	pages := storage.Pager[storage.Message]{
		Limit: q.Limit,
		Read: func(limit int, before storage.ID) ([]storage.Message, error) {
			q.Limit, q.Before = limit, before
			return store.Messages(ctx, q)
		},
		ID: func(m storage.Message) storage.ID { return m.ID },
	}
	rows := messageTable()
	return listAll(s.session, pages, &rows, s.addMessage, noneOf("messages", "call a campaign with backchannel execute --campaign NAME --to ADDRESS", q.Filter))
}
