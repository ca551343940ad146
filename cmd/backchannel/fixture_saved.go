package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/words"
)

// A savedView is the JSON form of a saved fixture.
type savedView struct {
	Name      string           `json:"name"`
	Channel   storage.Channel  `json:"channel"`
	Status    storage.Status   `json:"status"`
	Revision  storage.Revision `json:"revision"`
	Size      int              `json:"size"`
	CreatedAt export.Time      `json:"createdAt"`
}

func ofSavedFixture(f storage.SavedFixture) savedView {
	return savedView{f.Name, f.Channel, f.Status, f.Revision, len(f.Payload), export.Time(f.CreatedAt)}
}

// fixtureDeleteCommand returns the command that deletes a saved fixture. It does not ask, because
// the receipt is usually still there to save it again.
func fixtureDeleteCommand(s fixtureSession) *cobra.Command {
	return &cobra.Command{
		Use:     "delete NAME",
		Short:   "Delete a saved event",
		Example: "backchannel fixture delete strange-bounce",
		Args:    exactly("a saved fixture's NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withSavedFixture(cmd.Context(), args[0], func(store fixtureStore, f storage.SavedFixture) error {
				if err := store.DeleteFixture(cmd.Context(), f.Name); err != nil {
					return err
				}
				return s.deleted(ofSavedFixture(f), f.Name)
			})
		},
	}
}

// withSavedFixture runs a function on the saved fixture with the given name.
func (s fixtureSession) withSavedFixture(ctx context.Context, name string, run func(fixtureStore, storage.SavedFixture) error) error {
	return s.withStore(ctx, func(store wholeStore) error {
		f, err := store.SavedFixture(ctx, name)
		if errors.Is(err, storage.ErrNotFound) {
			return noSavedFixture(ctx, store, name)
		}
		if err != nil {
			return err
		}
		return run(store, f)
	})
}

// noSavedFixture returns the error about a fixture that does not exist, with the most similar name.
func noSavedFixture(ctx context.Context, store fixtureStore, name string) error {
	all, err := store.SavedFixtures(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
	}
	return notFoundf("there is no saved fixture %q; backchannel fixture list names them all%s", name, words.DidYouMean(name, names))
}

// fixtureTable returns a table of fixtures without rows.
func fixtureTable() table {
	return table{head: []string{"NAME", "CHANNEL", "STATUS", "VARIANT", "FAILURE"}}
}

// addSavedFixture adds a saved fixture to a list.
func (s fixtureSession) addSavedFixture(rows *table, f storage.SavedFixture) error {
	if s.settings.json() {
		return s.out.object(ofSavedFixture(f))
	}
	rows.add(f.Name, string(f.Channel), string(f.Status), "", fmt.Sprintf("saved %s, %d bytes", s.clock(f.CreatedAt), len(f.Payload)))
	return nil
}

// showSavedFixture shows a saved fixture as a list of one.
func (s fixtureSession) showSavedFixture(f storage.SavedFixture) error {
	rows := fixtureTable()
	if err := s.addSavedFixture(&rows, f); err != nil {
		return err
	}
	s.list(&rows, "")
	return nil
}

// showPayload shows the bytes of an event. A fixture may come from a receipt whose body was not
// JSON. With --output json that is written as a string, because the output must be JSON.
func (s fixtureSession) showPayload(payload []byte) error {
	switch {
	case !s.settings.json():
		fmt.Fprintln(s.out, pretty(payload))
		return nil
	case !json.Valid(payload):
		return s.out.object(string(payload))
	}
	fmt.Fprintf(s.out, "%s\n", export.Harmless(payload))
	return nil
}
