package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
)

func receiptCommand(s receiptSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "receipt",
		Short: "See what the built-in receiver got, and what it made of it",
		Example: `backchannel receipt list --limit 20
backchannel receipt show 01k8p2q7xkz
backchannel receipt tail`,
	}, receiptListCommand(s), receiptTailCommand(s), receiptShowCommand(s), receiptPinCommand(s, pinReceipt), receiptPinCommand(s, unpinReceipt),
		receiptNoteCommand(s), receiptDiffCommand(s), receiptReplayCommand(s), receiptSaveCommand(s), receiptExportCommand(s), receiptClearCommand(s))
}

// receiptArgument is the first argument of the commands on one receipt.
const receiptArgument = "a receipt's ID"

// A receiptSession shows, compares and exports receipts.
type receiptSession struct{ *session }

// withReceipt runs something with a receipt that exists.
func (s receiptSession) withReceipt(ctx context.Context, text string, run func(*sqlite.Store, storage.Receipt) error) error {
	id, err := parseID(text, "receipt list")
	if err != nil {
		return err
	}
	return s.withStore(ctx, func(store *sqlite.Store) error {
		r, err := store.Receipt(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			return s.noReceipt(ctx, store, id)
		}
		if err != nil {
			return err
		}
		return run(store, r)
	})
}

// noReceipt helps whoever took a delivery's ID for a receipt's.
func (s receiptSession) noReceipt(ctx context.Context, store *sqlite.Store, id storage.ID) error {
	receipts, err := store.ReceiptsOfDelivery(ctx, id)
	if err == nil && len(receipts) > 0 {
		return notFoundf("%s is a delivery; its receipt is %s", id, receipts[len(receipts)-1].ID)
	}
	return notFoundf("there is no receipt %s; backchannel receipt list names them all", id)
}

func receiptTable() table {
	return table{head: []string{"ID", "RECEIVED", "WEBHOOK", "EVENT", "TO", "ANSWER", "AUTH", "SCHEMA", "OTHER", "NOTE"}, sparing: true}
}

func (s receiptSession) addReceipt(rows *table, r storage.Receipt) {
	rows.add(r.ID.String(), s.clock(r.ReceivedAt), webhookOf(r), receivedEvent(r), r.Identity, shownAnswer(r),
		string(r.Verdicts.Auth.Result), string(r.Verdicts.Schema.Result), otherVerdicts(r.Verdicts), noteOf(r))
}

// noteOf is what somebody left on a receipt: that it is pinned, and a note.
func noteOf(r storage.Receipt) string {
	if !r.Pinned {
		return r.Note
	}
	return strings.Join(withoutEmpty([]string{"pinned", r.Note}), ": ")
}

// otherVerdicts names those of the lesser verdicts that failed.
func otherVerdicts(v storage.Verdicts) string {
	var failed []string
	for _, verdict := range v.List()[2:] {
		if verdict.Result == storage.Fail {
			failed = append(failed, verdict.Name)
		}
	}
	if len(failed) == 0 {
		return string(storage.Pass)
	}
	return "fail: " + strings.Join(failed, ", ")
}

func webhookOf(r storage.Receipt) string {
	if r.Webhook == "" {
		return "(unmatched)"
	}
	return r.Webhook
}

func receivedEvent(r storage.Receipt) string {
	if r.Channel == "" && r.Status == "" {
		return r.Method + " " + storage.WithoutTokens(r.Path)
	}
	return r.Channel + " " + r.Status
}

func shownAnswer(r storage.Receipt) string {
	if r.Outcome == storage.Dropped || r.Outcome == storage.ClientGone {
		return string(r.Outcome)
	}
	return number(r.Code)
}

// showReceipt shows one line of a list.
func (s receiptSession) showReceipt(rows *table, r storage.Receipt) error {
	if s.settings.json() {
		return s.out.object(export.OfReceipt(r))
	}
	s.addReceipt(rows, r)
	return nil
}

// showChangedReceipt shows a receipt after a command changed it.
func (s receiptSession) showChangedReceipt(ctx context.Context, store *sqlite.Store, id storage.ID) error {
	r, err := store.Receipt(ctx, id)
	if err != nil {
		return err
	}
	rows := receiptTable()
	if err := s.showReceipt(&rows, r); err != nil {
		return err
	}
	s.list(&rows, "")
	return nil
}
