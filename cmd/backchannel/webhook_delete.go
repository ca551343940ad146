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
	return s.withYes(&cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a webhook",
		Long:  "Deletes a webhook and cancels what is queued for it. Its deliveries and receipts are kept.",
		Example: `backchannel webhook delete acme
backchannel webhook delete acme --yes`,
		Args: exactly(webhookArgument),
		RunE: s.onWebhook(func(ctx context.Context, store webhookStore, w storage.Webhook) error {
			if err := s.confirm(ctx, "Delete webhook %s and cancel what is queued for it?", w.Name); err != nil {
				return err
			}
			cancelled, err := store.DeleteWebhook(ctx, w.ID)
			if err != nil {
				return err
			}
			return s.deleted(deletion{w.ID, w.Name, cancelled}, fmt.Sprintf("%s; queued deliveries cancelled: %d", w.Name, cancelled))
		}),
	})
}

// A deletion is the JSON result of webhook delete.
type deletion struct {
	ID        storage.ID `json:"id"`
	Name      string     `json:"name"`
	Cancelled int        `json:"cancelled"` // queued deliveries
}

// deleted reports a deletion: in JSON with an object, otherwise in a note that names what was deleted.
func (s *session) deleted(object any, what string) error {
	if s.settings.json() {
		return s.out.object(object)
	}
	s.note("deleted %s", what)
	return nil
}

// withYes adds the flag --yes to a command that calls confirm.
func (s *stdio) withYes(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&s.yes, "yes", false, "do not ask")
	return cmd
}

// confirm asks for confirmation unless --yes was given. Its error says that nothing was done, or
// that it cannot ask.
func (s *stdio) confirm(ctx context.Context, format string, args ...any) error {
	if s.yes {
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
