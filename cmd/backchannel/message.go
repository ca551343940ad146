package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
)

// A messageSession runs the commands that show the messages of executions.
type messageSession struct{ *session }

// A messageStore is the part of a store that these commands use.
type messageStore interface {
	Message(ctx context.Context, id storage.ID) (storage.Message, error)
	Messages(ctx context.Context, q storage.MessageQuery) ([]storage.Message, error)
}

// messageCommand returns the parent of the commands on messages.
func messageCommand(s messageSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "message",
		Short: "See the messages of campaigns, from the call to the last event",
		Example: `backchannel message list --filter campaign:welcome
backchannel message show 01k8p2q7xkz`,
	}, messageListCommand(s), messageShowCommand(s))
}

// messageTable returns a table of messages without rows.
func messageTable() table {
	return table{
		head:      []string{"ID", "CREATED", "CAMPAIGN", "EXECUTION", "CHANNEL", "TO", "OUTCOME", "STATE", "EVENTS"},
		omitEmpty: []string{"TO"}, omitNarrow: []string{"EXECUTION", "CHANNEL"},
	}
}

// messageRow returns the cells of a message.
func (s *printer) messageRow(m storage.Message) []string {
	return []string{
		m.ID.String(), s.clock(m.CreatedAt), m.Campaign, m.ExecutionID, string(m.Channel), m.Address, string(m.Outcome), string(m.State), s.formatLife(m),
	}
}

// formatLife returns the life of a message on one line, or why it was excluded.
func (s *printer) formatLife(m storage.Message) string {
	if m.State == storage.MessageExcluded {
		return strings.TrimSpace("excluded: " + m.Exclusion.Code + " " + m.Exclusion.Reason)
	}
	var steps []string
	for _, step := range m.Life() {
		steps = append(steps, s.formatStep(step))
	}
	// A message of a silent campaign has no events; execution show says why.
	if len(steps) == 0 {
		return "none"
	}
	return strings.Join(steps, ", ")
}

// formatStep returns one event in the life of a message.
func (s *printer) formatStep(step storage.LifeStep) string {
	text := string(step.Status)
	switch {
	case step.State == storage.StateDelivered:
		return strings.TrimSpace(text+" "+number(step.Code)) + " after " + latency(step.Took)
	case step.State == storage.Queued && step.DueAt.After(s.now()):
		return text + " due " + s.ahead(step.DueAt)
	}
	return strings.TrimSpace(text + " " + string(step.State) + " " + number(step.Code))
}

// addMessage adds a message to a list: a row to the table, or a line of JSON to stdout.
func (s messageSession) addMessage(rows *table, m storage.Message) error {
	if s.settings.json() {
		return s.out.object(export.OfMessage(m))
	}
	rows.add(s.messageRow(m)...)
	return nil
}

// find reads a message. If it does not exist, the error names the command that lists IDs.
func (s messageSession) find(ctx context.Context, store messageStore, text string) (storage.Message, error) {
	id, err := parseID(text, "message list")
	if err != nil {
		return storage.Message{}, err
	}
	m, err := store.Message(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return m, notFoundf("there is no message %s; backchannel message list names them all", id)
	}
	return m, err
}
