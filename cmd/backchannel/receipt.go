package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures/diff"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// A receiptSession runs the commands that show, compare, change and export receipts.
type receiptSession struct{ *session }

// A receiptStore is the part of a store that these commands use.
type receiptStore interface {
	inventory.ReceiptStore
	storage.RuntimeStore
	storage.ParkedStore
	export.Store
	diff.WebhookStore
	fire.ReplayStore
	ReceiptsOfDelivery(ctx context.Context, delivery storage.ID) ([]storage.Receipt, error)
	Counts(context.Context) (storage.Counts, error)
	PinReceipt(ctx context.Context, id storage.ID, pinned bool) error
	NoteReceipt(ctx context.Context, id storage.ID, text string) error
	ClearReceipts(context.Context) (removed int64, err error)
	SaveFixture(context.Context, storage.SavedFixture) error
	SavedFixture(ctx context.Context, name string) (storage.SavedFixture, error)
	Changes(context.Context) <-chan storage.Change
}

// receiptCommand returns the parent of the commands on receipts.
func receiptCommand(s receiptSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "receipt",
		Short: "See what the built-in receiver received, and its verdicts",
		Example: `backchannel receipt list --limit 20
backchannel receipt show 01k8p2q7xkz
backchannel receipt tail`,
	}, receiptListCommand(s), receiptTailCommand(s), receiptShowCommand(s), receiptPinCommand(s, pinReceipt), receiptPinCommand(s, unpinReceipt),
		receiptNoteCommand(s), receiptDiffCommand(s), receiptReplayCommand(s), receiptSaveCommand(s), receiptExportCommand(s), receiptClearCommand(s))
}

// receiptArgument is the first argument of the commands on one receipt.
const receiptArgument = "a receipt's ID"

// onReceipt returns the RunE of a command whose first argument is the ID of a receipt. run
// gets the arguments after it.
func (s receiptSession) onReceipt(run func(ctx context.Context, store receiptStore, r storage.Receipt, args []string) error) runE {
	return func(cmd *cobra.Command, args []string) error {
		id, err := parseID(args[0], "receipt list")
		if err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			r, err := findReceipt(cmd.Context(), store, id)
			if err != nil {
				return err
			}
			return run(cmd.Context(), store, r, args[1:])
		})
	}
}

// findReceipt reads a receipt with its content.
func findReceipt(ctx context.Context, store receiptStore, id storage.ID) (storage.Receipt, error) {
	r, err := store.Receipt(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		err = noReceipt(ctx, store, id)
	}
	return r, err
}

// noReceipt returns the error about a receipt that does not exist. If the ID is that of a delivery,
// which is easily confused, the error names the delivery's receipt.
func noReceipt(ctx context.Context, store receiptStore, id storage.ID) error {
	receipts, err := store.ReceiptsOfDelivery(ctx, id)
	if err == nil && len(receipts) > 0 {
		return notFoundf("%s is a delivery; its receipt is %s", id, receipts[len(receipts)-1].ID)
	}
	return notFoundf("there is no receipt %s; backchannel receipt list names them all", id)
}

// receiptTable returns a table of receipts without rows.
func receiptTable() table {
	return table{
		head:      []string{"ID", "RECEIVED", "WEBHOOK", "EVENT", "TO", "ANSWER", "AUTH", "SCHEMA", "OTHER", "CAMPAIGN", "NOTE"},
		omitEmpty: []string{"CAMPAIGN", "NOTE"}, omitNarrow: []string{"CAMPAIGN"},
	}
}

// noteOf returns what a user added to a receipt: the pin and the note.
func noteOf(r storage.Receipt) string {
	if !r.Pinned {
		return r.Note
	}
	return strings.Join(withoutEmpty([]string{"pinned", r.Note}), ": ")
}

// resultOf returns the result of a verdict and, if it failed, the word for its fault: "fail: exp".
func resultOf(v storage.Verdict) string {
	if v.Word != "" {
		return string(v.Result) + ": " + v.Word
	}
	return string(v.Result)
}

// otherVerdicts returns the names of the failed verdicts among those without a column.
func otherVerdicts(v storage.Verdicts) string {
	var failed []string
	// The first two are auth and schema, which have columns of their own.
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

// webhookOf returns the name of the webhook whose path a receipt matches.
func webhookOf(r storage.Receipt) string {
	if r.Webhook == "" {
		return "(unmatched)"
	}
	return r.Webhook
}

// receivedEvent describes the event of a receipt, or if its body is not an event, the request.
func receivedEvent(r storage.Receipt) string {
	if r.Channel == "" && r.Status == "" {
		return r.Method + " " + storage.WithoutTokens(r.Path)
	}
	return r.Channel + " " + r.Status
}

// formatAnswer returns how a request was answered.
func formatAnswer(r storage.Receipt) string {
	if r.Outcome == storage.Dropped || r.Outcome == storage.ClientGone {
		return string(r.Outcome)
	}
	return number(r.Code)
}

// addReceipt adds a receipt to a list: a row to the table, or a line of JSON to stdout.
func (s receiptSession) addReceipt(rows *table, r storage.Receipt) error {
	if s.settings.json() {
		return s.out.object(export.OfReceipt(r))
	}
	rows.add(r.ID.String(), s.clock(r.ReceivedAt), webhookOf(r), receivedEvent(r), r.Identity, formatAnswer(r),
		resultOf(r.Verdicts.Auth), resultOf(r.Verdicts.Schema), otherVerdicts(r.Verdicts), r.Campaign, noteOf(r))
	return nil
}

// showUpdated reads a receipt after it was changed and shows it as a list of one.
func (s receiptSession) showUpdated(ctx context.Context, store receiptStore, id storage.ID) error {
	r, err := store.Receipt(ctx, id)
	if err != nil {
		return err
	}
	rows := receiptTable()
	if err := s.addReceipt(&rows, r); err != nil {
		return err
	}
	s.list(&rows, "")
	return nil
}
