package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/storage"
)

func fixtureCommand(a *app) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "fixture",
		Short: "Show the events that can be fired",
		Example: `backchannel fixture list
backchannel fixture show email bounce hard`,
	}, fixtureListCommand(a), fixtureShowCommand(a))
}

// fixtureView is a fixture as JSON.
type fixtureView struct {
	Channel storage.Channel `json:"channel"`
	Status  storage.Status  `json:"status"`
	Variant string          `json:"variant"`
	Failure *failureView    `json:"messageFailure"`
}

type failureView struct {
	Category string `json:"category"`
	Type     string `json:"type"`
	Code     string `json:"code"`
	Reason   string `json:"reason"`
}

func fixtureListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the events",
		Example: "backchannel fixture list",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			rows := table{head: []string{"CHANNEL", "STATUS", "VARIANT", "FAILURE"}}
			for _, f := range fixtures.All() {
				if !a.settings.json() {
					rows.add(string(f.Channel), string(f.Status), f.VariantName(), f.Label())
					continue
				}
				v := fixtureView{Channel: f.Channel, Status: f.Status, Variant: f.VariantName(), Failure: (*failureView)(f.Failure)}
				if err := a.out.object(v); err != nil {
					return err
				}
			}
			a.list(&rows, "")
			return nil
		},
	}
}

func fixtureShowCommand(a *app) *cobra.Command {
	var revision string
	cmd := &cobra.Command{
		Use:   "show CHANNEL STATUS [VARIANT]",
		Short: "Show an event's payload, the samples' values filled in",
		Example: `backchannel fixture show email bounce
backchannel fixture show sms delivered --revision 2026-10`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 && len(args) != 3 {
				return usagef("%s takes CHANNEL, STATUS and maybe VARIANT; backchannel fixture list names them", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			payload, err := samplePayload(args, storage.Revision(revision))
			if err != nil {
				return err
			}
			if a.settings.json() {
				fmt.Fprintf(a.out, "%s\n", payload)
				return nil
			}
			fmt.Fprintln(a.out, pretty(payload))
			return nil
		},
	}
	cmd.Flags().StringVar(&revision, "revision", string(storage.Classic), "payload `REVISION`: "+listed(storage.Revisions()))
	return cmd
}

func samplePayload(args []string, revision storage.Revision) ([]byte, error) {
	channel, status := storage.Channel(strings.ToLower(args[0])), storage.Status(strings.ToLower(args[1]))
	f, err := fixtures.Find(channel, status, strings.Join(args[2:], ""))
	if err != nil {
		return nil, err
	}
	if !slices.Contains(storage.Revisions(), revision) {
		return nil, invalid("revision", "%q is unknown; use %s", revision, listed(storage.Revisions()))
	}
	event, err := f.Build(revision, fixtures.SampleValues(channel))
	return event.Payload, err
}
