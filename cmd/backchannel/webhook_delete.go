package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// webhookDeleteCommand returns the command that deletes a webhook.
func webhookDeleteCommand(s webhookSession) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a webhook",
		Long:  "Deletes a webhook and cancels what is queued for it. Its deliveries and receipts are kept.",
		Example: `backchannel webhook delete acme
backchannel webhook delete acme --yes`,
		Args: exactly(webhookArgument),
		RunE: s.onWebhook(func(ctx context.Context, store webhookStore, w storage.Webhook) error {
			if err := s.confirm(ctx, yes, "Delete webhook %s and cancel what is queued for it?", w.Name); err != nil {
				return err
			}
			cancelled, err := store.DeleteWebhook(ctx, w.ID)
			if err != nil {
				return err
			}
			if s.settings.json() {
				return s.out.object(deletion{w.ID, w.Name, cancelled})
			}
			s.note("deleted %s; queued deliveries cancelled: %d", w.Name, cancelled)
			return nil
		}),
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// A deletion is the JSON result of webhook delete.
type deletion struct {
	ID        storage.ID `json:"id"`
	Name      string     `json:"name"`
	Cancelled int        `json:"cancelled"` // queued deliveries
}

// confirm asks for confirmation unless yes is true, by --yes. Its error says that nothing was done,
// or that it cannot ask.
func (s *stdio) confirm(ctx context.Context, yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	switch {
	case s.ask != nil:
		answer, err := s.ask(ctx, fmt.Sprintf(format, args...)+" yes or no [no]: ")
		if err == nil && !isYes(answer) {
			err = errNotConfirmed
		}
		return err
	case s.json(): // stderr has only lines of JSON
		return usagef("this needs confirmation, which --output json cannot ask for; add --yes to proceed")
	case !s.interactive():
		return usagef("this needs confirmation, and there is no terminal to ask on; add --yes to proceed")
	}
	// The question goes to stderr, because stdout may be redirected to a file.
	fmt.Fprintf(s.err, format+" [y/N] ", args...)
	// Reading from a terminal cannot be interrupted, so it is left behind in a goroutine on Ctrl+C.
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.in).ReadString('\n') // the end of input means no
		answer <- line
	}()
	select {
	case <-ctx.Done():
		s.note("")
		return ctx.Err()
	case line := <-answer:
		if isYes(line) {
			return nil
		}
		return errNotConfirmed
	}
}

// errNotConfirmed is the error of confirm for every answer except yes.
var errNotConfirmed = errors.New("not confirmed; nothing was done")

// isYes reports whether an answer means yes.
func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
