package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// receiptSaveCommand returns the command that saves a receipt's body as a fixture, by which a bug
// that showed once can be reproduced.
func receiptSaveCommand(s receiptSession) *cobra.Command {
	return &cobra.Command{
		Use:   "save ID NAME",
		Short: "Save a receipt's body as a fixture that can be fired",
		Long:  "Saves the received body as a fixture with the given name, which can then be fired: see backchannel fire --help.",
		Example: `backchannel receipt save 01k8p2q7xkz strange-bounce
backchannel fire strange-bounce --webhook acme`,
		Args: exactly(receiptArgument, "the fixture's NAME"),
		RunE: s.onReceipt(func(ctx context.Context, store receiptStore, r storage.Receipt, args []string) error {
			// The name is validated there, because the console saves fixtures as well.
			saved, err := storage.SaveReceipt(ctx, store, r, args[0])
			if err != nil {
				return err
			}
			s.note("saved; fire it with backchannel fire %s --webhook NAME", saved.Name)
			return fixtureSession(s).showSavedFixture(saved)
		}),
	}
}
