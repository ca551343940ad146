package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func webhookDeleteCommand(s webhookSession) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a webhook",
		Long:  "Deletes a webhook and cancels what is queued for it. Its deliveries and receipts stay.",
		Example: `backchannel webhook delete acme
backchannel webhook delete acme --yes`,
		Args: exactly("a webhook's NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				w, err := findWebhook(cmd.Context(), store, args[0])
				if err != nil {
					return err
				}
				if err := s.confirm(cmd.Context(), yes, "Delete webhook %s and cancel what is queued for it?", w.Name); err != nil {
					return err
				}
				cancelled, err := store.DeleteWebhook(cmd.Context(), w.ID)
				if err != nil {
					return err
				}
				if s.settings.json() {
					return s.out.object(deletion{w.ID, w.Name, cancelled})
				}
				s.note("deleted %s; queued deliveries cancelled: %d", w.Name, cancelled)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// A deletion is what became of a webhook, as JSON.
type deletion struct {
	ID        storage.ID `json:"id"`
	Name      string     `json:"name"`
	Cancelled int        `json:"cancelled"` // deliveries that were queued
}

// confirm asks before something that cannot be undone.
func (s *session) confirm(ctx context.Context, yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	switch {
	case s.settings.json(): // a question is not a line of JSON
		return usagef("nothing is asked with --output json; add --yes to go ahead")
	case !s.interactive():
		return usagef("there is no terminal to ask on; add --yes to go ahead")
	}
	fmt.Fprintf(s.err, format+" [y/N] ", args...)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.in).ReadString('\n') // the end of input is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		s.note("")
		return ctx.Err()
	case line := <-answer:
		if line == "y" || line == "yes" {
			return nil
		}
		return errors.New("nothing was done")
	}
}
