package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func receiptSaveCommand(s receiptSession) *cobra.Command {
	return &cobra.Command{
		Use:   "save ID NAME",
		Short: "Save a receipt's body as a fixture that can be fired",
		Long:  "Saves the bytes that arrived under a name, to be fired from then on: see backchannel fire --help.",
		Example: `backchannel receipt save 01k8p2q7xkz strange-bounce
backchannel fire strange-bounce --webhook acme`,
		Args: exactly(receiptArgument, "the fixture's NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withReceipt(cmd.Context(), args[0], func(store *sqlite.Store, r storage.Receipt) error {
				return s.saveReceipt(cmd.Context(), store, r, args[1])
			})
		},
	}
}

func (s receiptSession) saveReceipt(ctx context.Context, store *sqlite.Store, r storage.Receipt, name string) error {
	if r.Channel == "" || r.Status == "" {
		return invalid("body", "that of receipt %s does not say its channel and status, so it is not an event to be fired; backchannel receipt replay sends it as it is", r.ID)
	}
	w, err := store.Webhook(ctx, r.WebhookID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	err = store.SaveFixture(ctx, storage.SavedFixture{
		Name: name, Channel: storage.Channel(r.Channel), Status: storage.Status(r.Status),
		Revision: cmp.Or(w.Revision, storage.Classic), Payload: r.Body,
	})
	if err != nil {
		return err
	}
	saved, err := store.SavedFixture(ctx, name)
	if err != nil {
		return err
	}
	s.note("saved; fire it with backchannel fire %s --webhook NAME", name)
	return fixtureSession(s).showSavedFixture(saved)
}
