package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
)

// messageShowCommand returns the command that shows one message.
func messageShowCommand(s messageSession) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show a message with each of its events and its delivery",
		Example: "backchannel message show 01k8p2q7xkz",
		Args:    exactly("a message's ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				m, err := s.find(cmd.Context(), store, args[0])
				if err != nil {
					return err
				}
				if s.settings.json() {
					return s.out.object(export.OfMessage(m))
				}
				s.writeMessage(m)
				return nil
			})
		},
	}
}

// writeMessage writes a message and its events.
func (s messageSession) writeMessage(m storage.Message) {
	var f facts
	// The order follows the life of a message: the call, the recipient, the outcome.
	f.add("Message", m.ID.String())
	f.add("Created", s.time(m.CreatedAt))
	f.add("Campaign", m.Campaign)
	f.add("Execution", m.ExecutionID)
	f.add("Request ID", m.RequestID)
	f.add("Channel", string(m.Channel))
	f.add("To", m.Address)
	f.add("Identity", m.Namespace+" "+m.Identity)
	f.add("Outcome", string(m.Outcome))
	f.add("State", string(m.State))
	f.add("Life", s.formatLife(m))
	f.write(s.out, "")
	// An excluded message has no events, and neither has one of a silent campaign. Life says which.
	if len(m.Events) == 0 {
		return
	}
	// The deliveries are named, so that delivery show can show the attempts of each.
	rows := table{head: []string{"DELIVERY", "EVENT", "DUE", "STATE", "CODE", "TRIES", "DONE"}}
	for _, e := range m.Events {
		rows.add(e.DeliveryID.String(), string(e.Status), s.clock(e.DueAt), string(e.State), number(e.Code), number(e.Attempts), s.time(e.FinishedAt))
	}
	fmt.Fprintln(s.out)
	rows.write(s.out, s.out.width())
}
