package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/follow"
	"backchannel/storage/words"
	"backchannel/tui/style"
)

// executionTailCommand returns the command that follows calls.
func executionTailCommand(s executionSession) *cobra.Command {
	var choice listChoice
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show calls as they arrive, until Ctrl+C",
		Long:  "Shows the calls of the execution API as they arrive, until Ctrl+C.\n\n" + filterHelp(storage.ExecutionFilter()),
		Example: `backchannel execution tail
backchannel execution tail --filter '-code:202'
backchannel execution tail --limit 10 --output json`,
		Args: exactly(),
		RunE: untilInterrupted(s.onChoice(&choice, s.tailExecutions)),
	}
	choice.register(cmd.Flags(), callExample, "begin with the `N` newest calls that are already there")
	return reportingFlagErrors(cmd)
}

// tailExecutions shows calls until ctx is done.
func (s executionSession) tailExecutions(ctx context.Context, store executionStore, q storage.ExecutionQuery) error {
	return tail(ctx, s.session, store, follow.TailExecutions(ctx, store, q), s.streamExecutions)
}

// streamExecutions shows calls as they arrive. As text, each is one line without aligned columns,
// because alignment would need all rows.
func (s executionSession) streamExecutions(page []storage.Execution) error {
	for _, e := range page {
		if s.settings.json() {
			if err := s.out.object(export.OfExecution(e)); err != nil {
				return err
			}
			continue
		}
		line := []string{e.ID.String(), s.clock(e.ReceivedAt), calledAs(e), e.Campaign, e.RequestID, callAnswer(e), eventsOf(e), e.Silent}
		fmt.Fprintln(s.out, style.Escape(strings.Join(withoutEmpty(line), "  ")))
	}
	return nil
}

// eventsOf returns how many events follow from an accepted call, or "" for a rejected one.
func eventsOf(e storage.Execution) string {
	if !e.Accepted() {
		return ""
	}
	return words.Count(e.Events, "event") + " to " + words.Count(e.Recipients, "recipient")
}
