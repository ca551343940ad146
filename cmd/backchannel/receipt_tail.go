package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/follow"
	"backchannel/tui/style"
)

// receiptTailCommand returns the command that follows receipts.
func receiptTailCommand(s receiptSession) *cobra.Command {
	var choice receiptChoice
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show receipts as they arrive, until Ctrl+C",
		Long:  "Shows receipts as they arrive, until Ctrl+C.\n\n" + filterHelp(storage.ReceiptFilter()),
		Example: `backchannel receipt tail
backchannel receipt tail --filter auth:fail
backchannel receipt tail --limit 10 --output json`,
		Args: exactly(),
		RunE: untilInterrupted(s.onChoice(&choice, s.tailReceipts)),
	}
	choice.register(cmd.Flags(), "begin with the `N` newest receipts that are already there")
	return reportingFlagErrors(cmd)
}

// tailReceipts shows receipts until ctx is done.
func (s receiptSession) tailReceipts(ctx context.Context, store receiptStore, q storage.ReceiptQuery) error {
	return tail(ctx, s.session, store, follow.Tail(ctx, store, q), s.streamReceipts)
}

// tail shows what arrives at the receiver until ctx is done. It first says if nothing can arrive.
func tail[T any](ctx context.Context, s *session, store storage.RuntimeStore, pages iter.Seq2[[]T, error], show func([]T) error) error {
	// A person who waits for receipts should not have to find out that none can come.
	off, err := receiverOff(ctx, store)
	if err != nil {
		return err
	}
	if off != "" {
		s.note("%s", off)
	}
	for page, err := range pages {
		if err != nil {
			return err
		}
		if err := show(page); err != nil || s.out.closed() {
			return err
		}
	}
	return nil
}

// untilInterrupted wraps a command that runs until Ctrl+C, which is then not an error.
func untilInterrupted(run runE) runE {
	return func(cmd *cobra.Command, args []string) error {
		err := run(cmd, args)
		// Exit code 130 would make scripts that end tail with Ctrl+C fail.
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
}

// streamReceipts shows receipts as they arrive. As text, each is one line without aligned columns,
// because alignment would need all rows.
func (s receiptSession) streamReceipts(receipts []storage.Receipt) error {
	for _, r := range receipts {
		// In line mode a receipt gets a number, so that show 3 can name it.
		if s.out.labelled != nil {
			rows := receiptTable()
			if err := s.addReceipt(&rows, r); err != nil {
				return err
			}
			rows.write(s.out, 0)
			continue
		}
		if s.settings.json() {
			if err := s.out.object(export.OfReceipt(r)); err != nil {
				return err
			}
			continue
		}
		line := []string{r.ID.String(), s.clock(r.ReceivedAt), webhookOf(r), receivedEvent(r), r.Identity, formatAnswer(r), failures(r.Verdicts)}
		fmt.Fprintln(s.out, style.Escape(strings.Join(withoutEmpty(line), "  ")))
	}
	return nil
}

// failures lists the failed verdicts of a receipt with their reasons.
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
