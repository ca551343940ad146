package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// checkArgument is the argument of the commands on one run.
const checkArgument = "a run's ID"

// checkShowCommand returns the command that shows the report of a run.
func checkShowCommand(s checkSession) *cobra.Command {
	var flags reportFlags
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show the report of a run, running or ended",
		Long:  "Shows the current state of a run. The exit code says nothing about the endpoint; \"passed\" in the JSON does.",
		Example: `backchannel check show 01k8p2q7xkz --all
backchannel check show 01k8p2q7xkz --diff --html check.html`,
		Args: exactly(checkArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			p := s.parser(cmd)
			flags.checkFiles(p)
			if err := p.bad.Err(); err != nil {
				return err
			}
			return s.onRun(cmd.Context(), args[0], func(store checkStore, run storage.CheckRun) error {
				r, err := s.report(cmd.Context(), store, run, flags)
				if err != nil {
					return err
				}
				return s.present(r, flags)
			})
		},
	}
	flags.register(cmd.Flags())
	return reportingFlagErrors(cmd)
}

// checkStopCommand returns the command that stops a run. The run ends in the process that makes it,
// so this command shows it as it is and does not wait.
func checkStopCommand(s checkSession) *cobra.Command {
	return &cobra.Command{
		Use:     "stop ID",
		Short:   "Stop a run; the results so far are kept",
		Example: "backchannel check stop 01k8p2q7xkz",
		Args:    exactly(checkArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.onRun(cmd.Context(), args[0], func(store checkStore, run storage.CheckRun) error {
				if err := store.StopCheck(cmd.Context(), run.ID); err != nil {
					return err
				}
				run, err := store.CheckRun(cmd.Context(), run.ID)
				if err != nil {
					return err
				}
				// An engine in another process learns of the request by a hint, and then waits for its requests.
				if !run.State.Ended() {
					s.note("the engine ends it as soon as the requests in flight are cut off")
				}
				rows := checkTable()
				if err := s.addRun(cmd.Context(), store, &rows, run); err != nil {
					return err
				}
				s.list(&rows, "")
				return nil
			})
		},
	}
}

// onRun calls a function with the run that an ID names. If the run's process has died, it first
// marks the run as lost.
func (s checkSession) onRun(ctx context.Context, text string, do func(checkStore, storage.CheckRun) error) error {
	return s.withStore(ctx, func(store wholeStore) error {
		id, err := parseID(text, "check list")
		if err != nil {
			return err
		}
		// Otherwise a run whose process was killed would be shown as running forever.
		runs, err := refreshRuns(ctx, store, func() ([]storage.CheckRun, error) {
			run, err := store.CheckRun(ctx, id)
			return []storage.CheckRun{run}, err
		})
		if errors.Is(err, storage.ErrNotFound) {
			return notFoundf("there is no run %s; backchannel check list names them all", id)
		}
		if err != nil {
			return err
		}
		return do(store, runs[0])
	})
}
