package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/words"
)

// A pinChange declares what distinguishes pin and unpin.
type pinChange struct {
	name, short, done string
	pinned            bool
}

//nolint:gochecknoglobals // constants, as far as the language allows
var (
	pinReceipt   = pinChange{"pin", "Keep a receipt when others are cleared or expire", "pinned: it is kept when others are cleared or expire", true}
	unpinReceipt = pinChange{"unpin", "Let a pinned receipt be cleared and expire again", "no longer pinned", false}
)

// receiptPinCommand returns the command that pins a receipt, or the one that unpins it.
func receiptPinCommand(s receiptSession, change pinChange) *cobra.Command {
	return &cobra.Command{
		Use:     change.name + " ID",
		Short:   change.short,
		Example: "backchannel receipt " + change.name + " 01k8p2q7xkz",
		Args:    exactly(receiptArgument),
		RunE: s.onReceipt(func(ctx context.Context, store receiptStore, r storage.Receipt, _ []string) error {
			if err := store.PinReceipt(ctx, r.ID, change.pinned); err != nil {
				return err
			}
			s.note("%s", change.done)
			return s.showUpdated(ctx, store, r.ID)
		}),
	}
}

// receiptNoteCommand returns the command that sets the note of a receipt.
func receiptNoteCommand(s receiptSession) *cobra.Command {
	return &cobra.Command{
		Use:   "note ID TEXT",
		Short: "Write a note on a receipt; an empty one removes it",
		Example: `backchannel receipt note 01k8p2q7xkz 'wrong key since Tuesday'
backchannel receipt note 01k8p2q7xkz ''`,
		Args: exactly(receiptArgument, "the TEXT"),
		RunE: s.onReceipt(func(ctx context.Context, store receiptStore, r storage.Receipt, args []string) error {
			if err := store.NoteReceipt(ctx, r.ID, args[0]); err != nil {
				return err
			}
			return s.showUpdated(ctx, store, r.ID)
		}),
	}
}

// receiptClearCommand returns the command that removes all receipts except pinned ones. It asks,
// because they cannot be restored.
func receiptClearCommand(s receiptSession) *cobra.Command {
	return s.withYes(&cobra.Command{
		Use:     "clear",
		Short:   "Remove all receipts except pinned ones",
		Example: "backchannel receipt clear --yes",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.confirm(cmd.Context(), "Remove all receipts except pinned ones?"); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				n, err := store.ClearReceipts(cmd.Context())
				if err != nil {
					return err
				}
				// Counted after the removal, so that receipts that arrived meanwhile are among
				// those that are left.
				counts, err := store.Counts(cmd.Context())
				if err != nil {
					return err
				}
				if s.settings.json() {
					return s.out.object(clearing{n, counts.Receipts})
				}
				s.note("%s removed, %d left", words.Count(int(n), "receipt"), counts.Receipts)
				return nil
			})
		},
	})
}

// A clearing is the JSON result of receipt clear.
type clearing struct {
	Removed int64 `json:"removed"`
	Left    int64 `json:"left"`
}
