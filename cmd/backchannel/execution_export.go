package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
)

// executionExportFlags are the flags of execution export.
type executionExportFlags struct {
	listChoice
	fileFlags
}

// executionExportCommand returns the command that writes calls to a file or to stdout.
func executionExportCommand(s executionSession) *cobra.Command {
	var flags executionExportFlags
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write calls as NDJSON, HAR or a script of curl commands",
		Long: "Writes the calls that the flags select, oldest first. Bodies are written byte for byte.\n\n" +
			"  ndjson  the objects that execution show writes, one per line\n" +
			"  har     HTTP Archive 1.2, with the answers\n" +
			"  curl    a shell script that writes the bodies to files beside itself, then makes each call with curl\n\n" +
			"har and curl address the receiver's present URL; --to names another server: https://HOST:PORT.\n\n" +
			"Tokens, keys and the bodies of the token endpoint are masked unless --with-secrets is given.\n\n" + filterHelp(storage.ExecutionFilter()),
		Example: `backchannel execution export --format har --out calls.har --filter 'campaign:welcome since:1h'
backchannel execution export --format curl --limit 1 --with-secrets --out again.sh && sh again.sh`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := s.parser(cmd)
			// An export is as complete as the list that the same flags give: --limit counts from the newest call,
			// although the export writes the oldest first.
			request := export.ExecutionRequest{Format: flags.readFormat(p, export.ExecutionFormats()), To: flags.to, WithSecrets: flags.withSecrets, Path: flags.out}
			request.Query = storage.ExecutionQuery{Filter: flags.read(p, storage.ExecutionFilter(), s.now()), Limit: flags.limit}
			if err := p.bad.Err(); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error { return s.export(cmd.Context(), store, request) })
		},
	}
	f := cmd.Flags()
	flags.register(f, callExample, newest)
	flags.registerFile(f, export.ExecutionFormats())
	return reportingFlagErrors(cmd)
}

// export writes calls to a file or to stdout.
func (s executionSession) export(ctx context.Context, store executionStore, r export.ExecutionRequest) error {
	exporter := export.ExecutionExporter{Store: store, Place: s.exportPlace()}
	// WriteFile writes to a temporary file first, so that a failed export does not leave half a file.
	toFile := r.Path != "" && r.Path != "-"
	write := exporter.WriteFile
	if !toFile {
		write = func(ctx context.Context, r export.ExecutionRequest) (export.ExecutionResult, error) {
			return exporter.Write(ctx, s.out, r)
		}
	}
	done, err := write(ctx, r)
	if done.Note != "" {
		s.note("note: %s", done.Note)
	}
	switch {
	case err != nil:
		return err
	case toFile:
		s.note("executions written to %s: %d", r.Path, done.Executions)
	// On stdout the calls themselves show that the export succeeded; a note would only be noise.
	case done.Executions > 0:
	case len(r.Query.Filter.Terms) > 0:
		s.note("no executions match the filter")
	default:
		s.note("no executions")
	}
	return nil
}
