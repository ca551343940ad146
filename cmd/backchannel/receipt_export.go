package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/export"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

// exportFlags are the flags of receipt export, as they were given.
type exportFlags struct {
	receiptChoice
	format, out, to string
	withSecrets     bool
	at              destination // what to means
}

func receiptExportCommand(a *app) *cobra.Command {
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
			q, err := flags.check(a, args, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				if err := flags.ofWebhook(cmd.Context(), store, &q); err != nil {
					return err
				}
				return a.export(cmd.Context(), store, flags, chosenReceipts{ids: args, query: q})
			})
		},
	}
	f := cmd.Flags()
	flags.registerChoice(f)
	f.StringVar(&flags.format, "format", "", "`FORMAT`: "+words.List(export.Formats()))
	f.StringVar(&flags.out, "out", "", "write to `FILE`, replacing one that is there; - is stdout (default: stdout)")
	f.StringVar(&flags.to, "to", "", "har and curl: for the server at this `URL` instead of the receiver")
	f.BoolVar(&flags.withSecrets, "with-secrets", false, "leave secrets and tokens in")
	return collecting(cmd)
}

func (v exportFlags) check(a *app, ids []string, given func(flag string) bool) (storage.ReceiptQuery, error) {
	p := parser{given: given, bad: a.unread}
	switch {
	case v.format == "":
		p.add("format", "is missing; use %s", words.List(export.Formats()))
	case !slices.Contains(export.Formats(), export.Format(v.format)):
		p.add("format", "%q is unknown; use %s", v.format, words.List(export.Formats()))
	}
	if err := checkExportTo(export.Format(v.format), v.to); err != nil {
		p.bad = append(p.bad, err.(storage.FieldErrors)...) //nolint:errorlint // it answers nothing else, and never wrapped
	}
	for _, flag := range []string{"webhook", "status", "since", "filter"} {
		if len(ids) > 0 && given(flag) {
			p.add(flag, "goes with no ID: name the receipts or choose them")
		}
	}
	q := v.choose(&p, a.now())
	return q, p.bad.Err()
}

// export writes to a file only once all of it can be written.
func (a *app) export(ctx context.Context, store *sqlite.Store, flags exportFlags, chosen chosenReceipts) error {
	if err := chosen.find(ctx, a, store); err != nil {
		return err
	}
	if err := a.address(ctx, store, &flags); err != nil {
		return err
	}
	if flags.at.note != "" {
		a.note("note: %s", flags.at.note)
	}
	if flags.out == "" || flags.out == "-" {
		n, err := a.exportTo(ctx, a.out, store, flags, chosen)
		if err == nil && n == 0 {
			a.note("%s", chosen.none())
		}
		return err
	}
	n, err := a.exportFile(ctx, store, flags, chosen)
	if err == nil {
		a.note("receipts written to %s: %d", flags.out, n)
	}
	return err
}

// exportFile writes the receipts chosen to the file named, keeps that for Activity, and
// tells how many there are.
func (a *app) exportFile(ctx context.Context, store *sqlite.Store, flags exportFlags, chosen chosenReceipts) (n int, err error) {
	err = replaceFile(flags.out, func(file io.Writer) (err error) {
		n, err = a.exportTo(ctx, file, store, flags, chosen)
		return err
	})
	if err == nil {
		err = store.AddActivity(ctx, storage.Activity{
			Kind: storage.ActivityReceipts, Text: fmt.Sprintf("receipts exported as %s to %s: %d", flags.format, flags.out, n),
		})
	}
	return n, err
}

func (a *app) exportTo(ctx context.Context, to io.Writer, store *sqlite.Store, flags exportFlags, chosen chosenReceipts) (n int, err error) {
	writer, err := export.New(to, export.Options{
		Format: export.Format(flags.format), WithSecrets: flags.withSecrets, Version: programVersion(),
		To: flags.at.url, CA: flags.at.ca, Encode: encode, Answer: attemptAnswers(ctx, store),
	})
	if err != nil {
		return 0, err
	}
	for r, err := range chosen.all(ctx, store) {
		if err != nil {
			return n, err
		}
		if err := writer.Add(r); err != nil {
			return n, err
		}
		n++
	}
	return n, writer.Close()
}

// attemptAnswers looks up what our own engine got for an answer.
func attemptAnswers(ctx context.Context, store *sqlite.Store) func(storage.Receipt) (storage.Attempt, bool) {
	return func(r storage.Receipt) (storage.Attempt, bool) {
		if r.DeliveryID == 0 {
			return storage.Attempt{}, false
		}
		attempts, err := store.Attempts(ctx, r.DeliveryID)
		i := slices.IndexFunc(attempts, func(a storage.Attempt) bool { return a.N == r.Attempt })
		if err != nil || i < 0 {
			return storage.Attempt{}, false // removed before the receipt was
		}
		return attempts[i], true
	}
}

// chosenReceipts are those of the IDs, else those of the filter.
type chosenReceipts struct {
	ids   []string
	query storage.ReceiptQuery

	found []storage.ID
	until storage.ID // the newest there was when it began: others may come without end
}

// none says that there is nothing to export.
func (c chosenReceipts) none() string {
	if !chooses(c.query) {
		return "no receipts"
	}
	return "no receipts that the filter chooses"
}

// find makes sure that there is everything that is named.
func (c *chosenReceipts) find(ctx context.Context, a *app, store *sqlite.Store) error {
	for _, text := range c.ids {
		id, err := parseID(text, "receipt list")
		if err != nil {
			return err
		}
		if _, err := store.Receipt(ctx, id); errors.Is(err, storage.ErrNotFound) {
			return a.noReceipt(ctx, store, id)
		} else if err != nil {
			return err
		}
		c.found = append(c.found, id)
	}
	newest, err := store.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
	if len(newest) > 0 {
		c.until = newest[0].ID
	}
	return err
}

// all reads the receipts whole, one at a time.
func (c chosenReceipts) all(ctx context.Context, store *sqlite.Store) iter.Seq2[storage.Receipt, error] {
	pages := pager[storage.ID]{
		read: func(limit int, behind storage.ID) ([]storage.ID, error) { return c.page(ctx, store, limit, behind) },
		id:   func(id storage.ID) storage.ID { return id },
	}
	return func(yield func(storage.Receipt, error) bool) {
		for id, err := range pages.all() {
			var r storage.Receipt
			if err == nil {
				r, err = store.Receipt(ctx, id)
			}
			if errors.Is(err, storage.ErrNotFound) {
				continue // removed meanwhile
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func (c chosenReceipts) page(ctx context.Context, store *sqlite.Store, limit int, behind storage.ID) ([]storage.ID, error) {
	if len(c.ids) > 0 {
		if behind != 0 {
			return nil, nil
		}
		return c.found, nil
	}
	q := c.query
	q.OldestFirst, q.After, q.Before, q.Limit = true, behind, c.until+1, limit
	page, err := store.Receipts(ctx, q)
	ids := make([]storage.ID, len(page))
	for i, r := range page {
		ids[i] = r.ID
	}
	return ids, err
}

// replaceFile writes a file that nobody else may read, or leaves what is there as it is.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return invalid("out", "%s is not a file; name one, or omit --out for stdout", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return invalid("out", "%s cannot be written: %v", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	err = write(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
