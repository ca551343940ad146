package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/view"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/tui/style"
)

func receiptTailCommand(a *app) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show receipts as they arrive, until Ctrl+C",
		Example: `backchannel receipt tail
backchannel receipt tail --limit 10 --output json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return invalid("limit", "%d is negative; use 0 for none", limit)
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return a.tailReceipts(cmd.Context(), store, limit)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "begin with the `N` newest of those already there")
	return cmd
}

// tailReceipts shows the newest few, oldest of them first, and then each that arrives.
func (a *app) tailReceipts(ctx context.Context, store *sqlite.Store, limit int) error {
	changes := store.Changes(ctx)
	earlier, err := store.Receipts(ctx, storage.ReceiptQuery{Limit: max(limit, 1)})
	if err != nil {
		return fmt.Errorf("list receipts: %w", err)
	}
	var last storage.ID
	if len(earlier) > 0 {
		last = earlier[0].ID
	}
	slices.Reverse(earlier)
	if limit == 0 {
		earlier = nil
	}
	for {
		if err := a.streamReceipts(earlier); err != nil || a.out.closed() {
			return err
		}
		if !nextChange(ctx, changes) {
			return nil
		}
		earlier, err = store.Receipts(ctx, storage.ReceiptQuery{After: last, OldestFirst: true, Limit: pageSize})
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("list receipts: %w", err)
		}
		if len(earlier) > 0 {
			last = earlier[len(earlier)-1].ID
		}
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
func (a *app) streamReceipts(receipts []storage.Receipt) error {
	for _, r := range receipts {
		if a.settings.json() {
			if err := a.out.object(view.OfReceipt(r)); err != nil {
				return err
			}
			continue
		}
		line := []string{r.ID.String(), a.clock(r.ReceivedAt), webhookOf(r), receivedEvent(r), r.Identity, shownAnswer(r), failures(r.Verdicts)}
		fmt.Fprintln(a.out, style.Escape(strings.Join(withoutEmpty(line), "  ")))
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
