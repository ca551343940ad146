package main

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"backchannel/engine/check"
	"backchannel/storage"
)

// checkListCommand returns the command that lists runs.
func checkListCommand(s checkSession) *cobra.Command {
	var webhook string
	var choice listChoice
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the runs, newest first",
		Long: "Lists the runs, newest first: those that are requested or running, and the last " + strconv.Itoa(storage.KeptCheckRuns) + " of each webhook.\n\n" +
			filterHelp(storage.CheckFilter()),
		Example: "backchannel check list --webhook acme\nbackchannel check list --filter 'state:finished since:24h'",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := s.parser(cmd)
			chosen := choice.read(p, storage.CheckFilter(), s.now())
			if err := p.bad.Err(); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				return s.listRuns(cmd.Context(), store, webhook, chosen, choice.limit)
			})
		},
	}
	cmd.Flags().StringVar(&webhook, "webhook", "", "only those of a webhook, by `NAME`")
	needValues(cmd.Flags(), "webhook")
	choice.register(cmd.Flags(), "state:running webhook:acme", newest)
	return reportingFlagErrors(cmd)
}

// listRuns lists the runs that a filter selects. The store lists runs without their cases, so it
// reads each run again.
func (s checkSession) listRuns(ctx context.Context, store checkStore, webhook string, of storage.Filter, limit int) error {
	var w storage.Webhook
	if webhook != "" {
		found, err := findWebhook(ctx, store, webhook)
		if err != nil {
			return err
		}
		w = found
	}
	runs, err := refreshRuns(ctx, store, func() ([]storage.CheckRun, error) { return store.CheckRuns(ctx, w.ID) })
	if err != nil {
		return err
	}
	// Only a few runs of each webhook are kept, so they are filtered here and not in SQL.
	runs = slices.DeleteFunc(runs, func(r storage.CheckRun) bool { return !of.Matches(r.Fields()) })
	if limit > 0 {
		runs = runs[:min(limit, len(runs))]
	}
	rows := checkTable()
	for _, run := range runs {
		whole, err := store.CheckRun(ctx, run.ID)
		if errors.Is(err, storage.ErrNotFound) { // removed since, to make room for a newer run
			continue
		}
		if err != nil {
			return err
		}
		if err := s.addRun(ctx, store, &rows, whole); err != nil {
			return err
		}
	}
	s.list(&rows, emptyText("runs", "start one with backchannel check --webhook NAME", of))
	return nil
}

// refreshRuns reads runs. A run that is running according to the store may have died with its
// process, so refreshRuns first marks those as lost and then reads again.
func refreshRuns(ctx context.Context, store checkStore, read func() ([]storage.CheckRun, error)) ([]storage.CheckRun, error) {
	runs, err := read()
	if err != nil || !slices.ContainsFunc(runs, func(r storage.CheckRun) bool { return r.State == storage.CheckRunning }) {
		return runs, err
	}
	if err := check.MarkOrphansLost(ctx, store); err != nil {
		return nil, err
	}
	return read()
}

// checkTable returns a table of runs without rows.
func checkTable() table {
	return table{head: []string{"ID", "ASKED FOR", "WEBHOOK", "REQUESTS", "CASES", "RESULT"}, omitNarrow: []string{"REQUESTS"}}
}

// addRun adds a run to a list: a row to the table, or a line of JSON to stdout.
func (s checkSession) addRun(ctx context.Context, store checkStore, rows *table, run storage.CheckRun) error {
	// The result in a list is the headline of the report, so that both judge a run in the same way.
	r, err := s.report(ctx, store, run, reportFlags{})
	if err != nil {
		return err
	}
	if s.settings.json() {
		return s.out.object(r.Summary())
	}
	rows.add(run.ID.String(), s.clock(run.RequestedAt), run.Webhook, number(run.Requests), run.Tally().String(), r.Headline())
	return nil
}
