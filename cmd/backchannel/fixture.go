package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/words"
)

// A fixtureSession runs the commands that show fixtures and delete saved ones.
type fixtureSession struct{ *session }

// A fixtureStore is the part of a store that these commands use.
type fixtureStore interface {
	savedFixtureStore
	SavedFixtures(context.Context) ([]storage.SavedFixture, error)
	DeleteFixture(ctx context.Context, name string) error
}

// fixtureCommand returns the parent of the commands on fixtures.
func fixtureCommand(s fixtureSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "fixture",
		Short: "Show the events that can be fired",
		Example: `backchannel fixture list
backchannel fixture show email bounce hard
backchannel fixture show strange-bounce`,
	}, fixtureListCommand(s), fixtureShowCommand(s), fixtureDeleteCommand(s))
}

// A fixtureView is the JSON form of a built-in fixture.
type fixtureView struct {
	Channel storage.Channel `json:"channel"`
	Status  storage.Status  `json:"status"`
	Variant string          `json:"variant"`
	Failure *failureView    `json:"messageFailure"`
}

// A failureView is the JSON form of a failure, with the payload's names.
type failureView struct {
	Category string `json:"category"`
	Type     string `json:"type"`
	Code     string `json:"code"`
	Reason   string `json:"reason"`
}

// fixtureListCommand returns the command that lists fixtures.
func fixtureListCommand(s fixtureSession) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the events: the named ones, the saved ones, then one for each failure code",
		Example: "backchannel fixture list",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				saved, err := store.SavedFixtures(cmd.Context())
				if err != nil {
					return err
				}
				return s.listFixtures(saved)
			})
		},
	}
}

// listFixtures lists the named and the saved fixtures, and then those for each failure code, of
// which there are so many that the others would get lost among them.
func (s fixtureSession) listFixtures(saved []storage.SavedFixture) error {
	// fixtures.All returns those with failure codes last.
	rows, all := fixtureTable(), fixtures.All()
	codes := slices.IndexFunc(all, fixtures.Fixture.ByCode)
	if err := s.addFixtures(&rows, all[:codes]); err != nil {
		return err
	}
	for _, f := range saved {
		if err := s.addSavedFixture(&rows, f); err != nil {
			return err
		}
	}
	if err := s.addFixtures(&rows, all[codes:]); err != nil {
		return err
	}
	s.list(&rows, "")
	return nil
}

// addFixtures adds built-in fixtures to a list.
func (s fixtureSession) addFixtures(rows *table, all []fixtures.Fixture) error {
	for _, f := range all {
		if !s.settings.json() {
			rows.add("", string(f.Channel), string(f.Status), f.VariantName(), f.Label())
			continue
		}
		v := fixtureView{Channel: f.Channel, Status: f.Status, Variant: f.VariantName(), Failure: (*failureView)(f.Failure)}
		if err := s.out.object(v); err != nil {
			return err
		}
	}
	return nil
}

// fixtureShowCommand returns the command that shows a payload. Built-in fixtures are named by
// channel and status, and saved ones by their name.
func fixtureShowCommand(s fixtureSession) *cobra.Command {
	var revision string
	cmd := &cobra.Command{
		Use:   "show CHANNEL STATUS [VARIANT] | NAME",
		Short: "Show an event's payload with sample values, or the bytes of a saved one",
		Example: `backchannel fixture show email bounce
backchannel fixture show sms delivered --revision 2026-10
backchannel fixture show strange-bounce`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 3 {
				return usagef("%s takes CHANNEL, STATUS and optionally VARIANT, or a saved fixture's NAME; backchannel fixture list names them", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				// A saved fixture cannot have the name of a status, so a lone status lacks its
				// channel.
				if slices.Contains(storage.Statuses(), storage.Status(args[0])) {
					return usagef("name the channel as well: %s email %s, or sms %s", cmd.CommandPath(), args[0], args[0])
				}
				// A single argument can only be the name of a saved fixture, which is shown as it was received.
				return s.withSavedFixture(cmd.Context(), args[0], func(_ fixtureStore, f storage.SavedFixture) error {
					return s.showPayload(f.Payload)
				})
			}
			payload, err := samplePayload(args, storage.Revision(revision))
			if err != nil {
				return err
			}
			return s.showPayload(payload)
		},
	}
	cmd.Flags().StringVar(&revision, "revision", string(storage.Classic), "payload `REVISION`: "+words.List(storage.Revisions()))
	return cmd
}

// samplePayload returns the payload of a built-in fixture with the values of Adobe's samples.
func samplePayload(args []string, revision storage.Revision) ([]byte, error) {
	channel, status := storage.Channel(strings.ToLower(args[0])), storage.Status(strings.ToLower(args[1]))
	f, err := fixtures.Find(channel, status, strings.Join(args[2:], ""))
	if err != nil {
		return nil, err
	}
	if !slices.Contains(storage.Revisions(), revision) {
		return nil, invalid("revision", "%q is unknown; use %s", revision, words.List(storage.Revisions()))
	}
	event, err := f.Build(revision, fixtures.SampleValues(channel))
	return event.Payload, err
}
