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

func webhookDeleteCommand(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a webhook",
		Long:  "Deletes a webhook and cancels what is queued for it. Its deliveries and receipts stay.",
		Example: `backchannel webhook delete acme
backchannel webhook delete acme --yes`,
		Args: exactly("a webhook's NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				w, err := findWebhook(cmd.Context(), store, args[0])
				if err != nil {
					return err
				}
				if err := a.confirm(cmd.Context(), yes, "Delete webhook %s and cancel what is queued for it?", w.Name); err != nil {
					return err
				}
				cancelled, err := store.DeleteWebhook(cmd.Context(), w.ID)
				if err != nil {
					return err
				}
				if a.settings.json() {
					return a.out.object(deletion{w.ID, w.Name, cancelled})
				}
				a.note("deleted %s; queued deliveries cancelled: %d", w.Name, cancelled)
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
func (a *app) confirm(ctx context.Context, yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	switch {
	case a.settings.json(): // a question is not a line of JSON
		return usagef("nothing is asked with --output json; add --yes to go ahead")
	case !a.interactive():
		return usagef("there is no terminal to ask on; add --yes to go ahead")
	}
	fmt.Fprintf(a.err, format+" [y/N] ", args...)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.in).ReadString('\n') // the end of input is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		a.note("")
		return ctx.Err()
	case line := <-answer:
		if line == "y" || line == "yes" {
			return nil
		}
		return errors.New("nothing was done")
	}
}
