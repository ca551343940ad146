package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/words"
)

// exportFlags are the flags of receipt export.
type exportFlags struct {
	receiptChoice
	fileFlags
}

// fileFlags are the flags that say in which format and to which file records are written.
type fileFlags struct {
	format, out, to string
	withSecrets     bool
}

// registerFile adds the flags.
func (v *fileFlags) registerFile(f *pflag.FlagSet, formats []export.Format) {
	f.StringVar(&v.format, "format", "", "`FORMAT`: "+words.List(formats))
	f.StringVar(&v.out, "out", "", "write to `FILE`, which is replaced if it exists; - is stdout (default: stdout)")
	f.StringVar(&v.to, "to", "", "har and curl: address the server at this `URL` instead of the receiver")
	f.BoolVar(&v.withSecrets, "with-secrets", false, "write secrets and tokens unmasked")
	needValues(f, "out", "to")
}

// readFormat returns the format, and checks that it can be combined with --to.
func (v *fileFlags) readFormat(p *parser, formats []export.Format) export.Format {
	format := export.Format(v.format)
	switch {
	case v.format == "":
		p.add("format", "is missing; use %s", words.List(formats))
	case !slices.Contains(formats, format):
		p.add("format", "%q is unknown; use %s", v.format, words.List(formats))
	default:
		if err := format.CheckTo(v.to); err != nil {
			p.addAll("to", err)
		}
	}
	return format
}

// receiptExportCommand returns the command that writes receipts to a file or to stdout.
func receiptExportCommand(s receiptSession) *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:   "export [ID]…",
		Short: "Write receipts as JSON, HAR or a script of curl commands",
		Long: "Writes the named receipts, or all that the flags select, oldest first. Bodies are written byte for byte.\n\n" +
			"  json    an array of the objects that receipt show writes\n" +
			"  ndjson  the same objects, one per line\n" +
			"  har     HTTP Archive 1.2; a body that is not UTF-8 is in base64, marked by _encoding\n" +
			"  curl    a shell script that writes the bodies to files beside itself, then sends each with curl\n\n" +
			"har and curl address the receiver's present URL, not the one at which the requests arrived. --to names another server:\n" +
			"https://HOST:PORT gets each request at its original path, a URL with a path gets all of them at that path.\n\n" +
			"Secret headers, tokens and text that looks like either are masked unless --with-secrets is given.\n\n" + filterHelp(storage.ReceiptFilter()),
		Example: `backchannel receipt export --format har --out bounces.har --webhook acme --status bounce --since 1h
backchannel receipt export 01k8p2q7xkz --format curl --with-secrets --out again.sh && sh again.sh`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			request, err := flags.request(s.parser(cmd), args, s.now())
			if err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				if err := flags.selectWebhook(cmd.Context(), store, &request.Query); err != nil {
					return err
				}
				return s.export(cmd.Context(), store, request)
			})
		},
	}
	f := cmd.Flags()
	flags.registerChoice(f)
	flags.registerFile(f, export.Formats())
	return reportingFlagErrors(cmd)
}

// request parses the flags and arguments.
func (v *exportFlags) request(p *parser, ids []string, now time.Time) (export.Request, error) {
	r := export.Request{Format: v.readFormat(p, export.Formats()), To: v.to, WithSecrets: v.withSecrets, Path: v.out, Replace: true}
	// Receipts that are named are exported whatever they are, so a flag that selects would have no
	// effect.
	for _, flag := range []string{"webhook", "status", "since", "filter"} {
		if len(ids) > 0 && p.given(flag) {
			p.add(flag, "cannot be combined with IDs; either name the receipts or select them")
		}
	}
	// Parsed even with IDs, so that the errors of all flags are reported.
	r.Query = v.query(p, now)
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

// export writes receipts to a file or to stdout.
func (s receiptSession) export(ctx context.Context, store receiptStore, r export.Request) error {
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
	// It may be the ID of a delivery, for which noReceipt names the receipt.
	missing := new(export.MissingError)
	switch {
	case errors.As(err, &missing):
		return noReceipt(ctx, store, missing.ID)
	case err != nil:
		return err
	case done.Path != "":
		s.note("receipts written to %s: %d", done.Path, done.Receipts)
	case done.Receipts > 0:
	case selective(r.Query):
		s.note(noneSelected)
	default:
		s.note("no receipts")
	}
	return nil
}

// exporter returns an exporter of the receipts of a store.
func (s *session) exporter(store export.Store) export.Exporter {
	return export.Exporter{Store: store, Place: s.exportPlace()}
}

// exportPlace returns the server to which exported requests are addressed. It opens the authority
// only if the format needs it.
func (s *session) exportPlace() export.Place {
	return export.Place{
		Version: programVersion(), Receiver: cmp.Or(s.settings.ownReceiver(), "https://"+defaultListen),
		Authority: func() (string, error) {
			ca, err := s.authority(context.Background())
			if err != nil {
				return "", err
			}
			return ca.Path(), nil
		},
	}
}
