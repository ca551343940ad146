package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

// exportFlags are the flags of receipt export, as they were given.
type exportFlags struct {
	receiptChoice
	format, out, to string
	withSecrets     bool
}

func receiptExportCommand(s receiptSession) *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:   "export [ID]…",
		Short: "Write receipts as JSON, HAR or a script of curl commands",
		Long: "Writes the receipts named, or all that the flags choose, oldest first. Bodies come out byte for byte.\n\n" +
			"  json    one array of what receipt show has\n" +
			"  ndjson  the same, one object a line\n" +
			"  har     HTTP Archive 1.2; a body that is no UTF-8 stands in base64, marked by _encoding\n" +
			"  curl    a shell script that writes the bodies into files beside itself, then sends each with curl\n\n" +
			"har and curl are for the receiver as it is now, wherever the requests once came in. --to names another server:\n" +
			"https://HOST:PORT gets each at the path that it came with, a URL with a path gets all of them there.\n\n" +
			"Secret headers, tokens and what looks like either are masked unless --with-secrets.\n\n" + filterHelp(),
		Example: `backchannel receipt export --format har --out bounces.har --webhook acme --status bounce --since 1h
backchannel receipt export 01k8p2q7xkz --format curl --with-secrets --out again.sh && sh again.sh`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			request, err := flags.request(s.session, args, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				if err := flags.ofWebhook(cmd.Context(), store, &request.Query); err != nil {
					return err
				}
				return s.export(cmd.Context(), store, request)
			})
		},
	}
	f := cmd.Flags()
	flags.registerChoice(f)
	f.StringVar(&flags.format, "format", "", "`FORMAT`: "+words.List(export.Formats()))
	f.StringVar(&flags.out, "out", "", "write to `FILE`, replacing one that is there; - is stdout (default: stdout)")
	f.StringVar(&flags.to, "to", "", "har and curl: for the server at this `URL` instead of the receiver")
	f.BoolVar(&flags.withSecrets, "with-secrets", false, "leave secrets and tokens in")
	return reportingFlagErrors(cmd)
}

func (v exportFlags) request(s *session, ids []string, given func(flag string) bool) (export.Request, error) {
	r := export.Request{Format: export.Format(v.format), To: v.to, WithSecrets: v.withSecrets, Path: v.out, Replace: true}
	p := parser{given: given, bad: s.flagErrors}
	switch {
	case v.format == "":
		p.add("format", "is missing; use %s", words.List(export.Formats()))
	case !slices.Contains(export.Formats(), r.Format):
		p.add("format", "%q is unknown; use %s", v.format, words.List(export.Formats()))
	}
	if err := r.Format.CheckTo(v.to); err != nil {
		p.bad = append(p.bad, err.(storage.FieldErrors)...) //nolint:errorlint // it answers nothing else, and never wrapped
	}
	for _, flag := range []string{"webhook", "status", "since", "filter"} {
		if len(ids) > 0 && given(flag) {
			p.add(flag, "goes with no ID: name the receipts or choose them")
		}
	}
	r.Query = v.choose(&p, s.now())
	if err := p.bad.Err(); err != nil {
		return r, err
	}
	for _, text := range ids {
		id, err := parseID(text, "receipt list")
		if err != nil {
			return r, err
		}
		r.IDs = append(r.IDs, id)
	}
	return r, nil
}

// export writes what the flags ask for, to a file or to stdout.
func (s receiptSession) export(ctx context.Context, store *sqlite.Store, r export.Request) error {
	write := s.exporter(store).WriteFile
	if r.Path == "" || r.Path == "-" {
		write = func(ctx context.Context, r export.Request) (export.Result, error) {
			return s.exporter(store).Write(ctx, s.out, r)
		}
	}
	done, err := write(ctx, r)
	if done.Note != "" {
		s.note("note: %s", done.Note)
	}
	missing := new(export.MissingError)
	switch {
	case errors.As(err, &missing):
		return s.noReceipt(ctx, store, missing.ID)
	case err != nil:
		return err
	case done.Path != "":
		s.note("receipts written to %s: %d", done.Path, done.Receipts)
	case done.Receipts > 0:
	case chooses(r.Query):
		s.note("no receipts that the filter chooses")
	default:
		s.note("no receipts")
	}
	return nil
}

func (s receiptSession) exporter(store *sqlite.Store) export.Exporter {
	return export.Exporter{
		Store: store, Version: programVersion(), Receiver: cmp.Or(receiver.BaseURL(s.settings.listen, s.settings.hosts), "https://"+defaultListen),
		Authority: func() (string, error) {
			ca, err := s.authority()
			if err != nil {
				return "", err
			}
			return ca.Path(), nil
		},
	}
}
