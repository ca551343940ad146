package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// executionListCommand returns the command that lists calls.
func executionListCommand(s executionSession) *cobra.Command {
	var choice listChoice
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the calls, newest first",
		Long: "Lists the calls of the execution API, accepted and rejected, newest first. The row of an accepted call that yields no event says why,\n" +
			"and what to do about it.\n\n" + filterHelp(storage.ExecutionFilter()),
		Example: `backchannel execution list --limit 20
backchannel execution list --filter 'campaign:welcome -code:2xx since:1h'
backchannel execution list --filter is:silent`,
		Args: exactly(),
		RunE: s.onChoice(&choice, s.listExecutions),
	}
	choice.register(cmd.Flags(), callExample, newest)
	return reportingFlagErrors(cmd)
}

// callExample is an example of a filter of calls.
const callExample = "campaign:welcome code:4xx"

// onChoice returns the RunE of a command on the calls that its flags select.
func (s executionSession) onChoice(c *listChoice, run func(context.Context, executionStore, storage.ExecutionQuery) error) runE {
	return func(cmd *cobra.Command, _ []string) error {
		p := s.parser(cmd)
		q := storage.ExecutionQuery{Filter: c.read(p, storage.ExecutionFilter(), s.now()), Limit: c.limit}
		if err := p.bad.Err(); err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error { return run(cmd.Context(), store, q) })
	}
}

// listExecutions lists the calls of a query, page by page.
func (s executionSession) listExecutions(ctx context.Context, store executionStore, q storage.ExecutionQuery) error {
	rows := executionTable()
	return listAll(s.session, storage.Newest(ctx, q, store.Executions), &rows, s.addExecution, emptyText("executions", "call a campaign with backchannel execute --campaign NAME --to ADDRESS, or point an application at the receiver", q.Filter))
}
