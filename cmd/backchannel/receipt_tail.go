package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
	"backchannel/tui/style"
)

// lookAgain is how often new receipts are read when nothing hints at any.
const lookAgain = 250 * time.Millisecond

func receiptTailCommand(s receiptSession) *cobra.Command {
	var choice receiptChoice
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show receipts as they arrive, until Ctrl+C",
		Long:  "Shows receipts as they arrive, until Ctrl+C.\n\n" + filterHelp(),
		Example: `backchannel receipt tail
backchannel receipt tail --filter auth:fail
backchannel receipt tail --limit 10 --output json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := choice.run(cmd, s.session, s.tailReceipts)
			if errors.Is(err, context.Canceled) { // Ctrl+C is how it ends, whatever it was about to read
				return nil
			}
			return err
		},
	}
	choice.register(cmd.Flags(), "begin with the `N` newest of those already there")
	return reportingFlagErrors(cmd)
}

// tailReceipts shows the newest few, oldest of them first, and then each that arrives.
func (s receiptSession) tailReceipts(ctx context.Context, store *sqlite.Store, q storage.ReceiptQuery) error {
	why, err := deaf(ctx, store)
	if err != nil {
		return err
	}
	if why != "" {
		s.note("%s", why)
	}
	changes := store.Changes(ctx)
	newest, err := store.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
	if err != nil {
		return err
	}
	next := q
	next.OldestFirst, next.Limit = true, storage.PageSize
	var page []storage.Receipt
	if len(newest) > 0 {
		next.After, q.Before = newest[0].ID, newest[0].ID+1
	}
	if len(newest) > 0 && q.Limit > 0 {
		page, err = store.Receipts(ctx, q)
		slices.Reverse(page)
	}
	for {
		if err != nil && ctx.Err() == nil { // else nextChange ends it
			return err
		}
		if err := s.streamReceipts(page); err != nil || s.out.closed() {
			return err
		}
		if len(page) > 0 {
			next.After = max(next.After, page[len(page)-1].ID)
		}
		if !nextChange(ctx, changes) {
			return nil
		}
		page, err = store.Receipts(ctx, next)
	}
}

// nextChange waits until something may have changed, and not much longer than a hint
// could take to be lost. It is false when ctx ends.
func nextChange(ctx context.Context, changes <-chan storage.Change) bool {
	select {
	case <-ctx.Done():
		return false
	case <-changes:
	case <-time.After(lookAgain):
	}
	return true
}

// streamReceipts shows receipts as they come. A stream has no end to align columns at, so
// as text each receipt is a sentence.
func (s receiptSession) streamReceipts(receipts []storage.Receipt) error {
	for _, r := range receipts {
		if s.settings.json() {
			if err := s.out.object(export.OfReceipt(r)); err != nil {
				return err
			}
			continue
		}
		line := []string{r.ID.String(), s.clock(r.ReceivedAt), webhookOf(r), receivedEvent(r), r.Identity, shownAnswer(r), failures(r.Verdicts)}
		fmt.Fprintln(s.out, style.Escape(strings.Join(withoutEmpty(line), "  ")))
	}
	return nil
}

// failures says what is wrong with a receipt, in a few words.
func failures(v storage.Verdicts) string {
	var failed []string
	for _, verdict := range v.List() {
		if verdict.Result == storage.Fail {
			failed = append(failed, verdict.Name+" fail: "+verdict.Reason)
		}
	}
	if len(failed) == 0 {
		return "nothing wrong"
	}
	return strings.Join(failed, "; ")
}
