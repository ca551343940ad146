package main

import (
	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

// A pinChange is what pin and unpin differ in.
type pinChange struct {
	name, short, done string
	pinned            bool
}

//nolint:gochecknoglobals // constants but for the language
var (
	pinReceipt   = pinChange{"pin", "Keep a receipt whatever its age", "pinned: it stays when others are cleared or too old", true}
	unpinReceipt = pinChange{"unpin", "Let a pinned receipt go with the others", "no longer pinned", false}
)

func receiptPinCommand(s receiptSession, change pinChange) *cobra.Command {
	return &cobra.Command{
		Use:     change.name + " ID",
		Short:   change.short,
		Example: "backchannel receipt " + change.name + " 01k8p2q7xkz",
		Args:    exactly(receiptArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withReceipt(cmd.Context(), args[0], func(store *sqlite.Store, r storage.Receipt) error {
				if err := store.PinReceipt(cmd.Context(), r.ID, change.pinned); err != nil {
					return err
				}
				s.note("%s", change.done)
				return s.showChangedReceipt(cmd.Context(), store, r.ID)
			})
		},
	}
}

func receiptNoteCommand(s receiptSession) *cobra.Command {
	return &cobra.Command{
		Use:   "note ID TEXT",
		Short: "Write a note on a receipt; an empty one removes it",
		Example: `backchannel receipt note 01k8p2q7xkz 'wrong key since Tuesday'
backchannel receipt note 01k8p2q7xkz ''`,
		Args: exactly(receiptArgument, "the TEXT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withReceipt(cmd.Context(), args[0], func(store *sqlite.Store, r storage.Receipt) error {
				if err := store.NoteReceipt(cmd.Context(), r.ID, args[1]); err != nil {
					return err
				}
				return s.showChangedReceipt(cmd.Context(), store, r.ID)
			})
		},
	}
}

func receiptClearCommand(s receiptSession) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:     "clear",
		Short:   "Remove all receipts but the pinned ones",
		Example: "backchannel receipt clear --yes",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.confirm(cmd.Context(), yes, "Remove all receipts but the pinned ones?"); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				n, err := store.ClearReceipts(cmd.Context())
				if err != nil {
					return err
				}
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
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// A clearing is what receipt clear did, as JSON.
type clearing struct {
	Removed int64 `json:"removed"`
	Left    int64 `json:"left"`
}
