package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// selectMessages reads messages with what their calls say of them. JOIN makes
// SQLite read the messages in the order of their IDs and look up the call of each. The other
// way round it would have to sort all of them first.
const selectMessages = `SELECT m.id, m.execution, x.execution_id, x.request_id, m.campaign_id, x.campaign, m.channel, m.address, m.namespace,
		m.identity, m.outcome, m.state, m.exclusion_code, m.exclusion, m.created_at
	FROM campaign_messages m JOIN executions x ON x.id = m.execution`

func scanMessage(read scan) (m storage.Message, err error) {
	var created timestamp
	err = read(&m.ID, &m.Execution, &m.ExecutionID, &m.RequestID, &m.CampaignID, &m.Campaign, &m.Channel, &m.Address, &m.Namespace,
		&m.Identity, &m.Outcome, &m.State, &m.Exclusion.Code, &m.Exclusion.Reason, &created)
	m.CreatedAt = created.Time
	return m, err
}

// Messages lists messages with their events.
func (s *ExecutionStore) Messages(ctx context.Context, q storage.MessageQuery) ([]storage.Message, error) {
	where, args := messageTerms(q)
	order := ` ORDER BY m.id DESC LIMIT ?`
	if q.After != 0 {
		order = ` ORDER BY m.id LIMIT ?`
	}
	all, err := records.Collect(ctx, s.reads, scanMessage, selectMessages+where+order, append(args, records.Limit(q.Limit))...)
	if err == nil {
		err = s.addEvents(ctx, all)
	}
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return all, nil
}

// CountMessages counts the messages that Messages would list.
func (s *ExecutionStore) CountMessages(ctx context.Context, q storage.MessageQuery) (int64, error) {
	where, args := messageTerms(q)
	n, err := records.First(ctx, s.reads, records.One[int64], `SELECT count(*) FROM campaign_messages m JOIN executions x ON x.id = m.execution`+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return n, nil
}

// Message finds a message by its ID.
func (s *ExecutionStore) Message(ctx context.Context, id storage.ID) (storage.Message, error) {
	found, err := records.Collect(ctx, s.reads, scanMessage, selectMessages+` WHERE m.id = ?`, id)
	if err == nil && len(found) == 0 {
		err = storage.ErrNotFound
	}
	if err == nil {
		err = s.addEvents(ctx, found)
	}
	if err != nil {
		return storage.Message{}, fmt.Errorf("find message %s: %w", id, err)
	}
	return found[0], nil
}

// addEvents sets the events of messages, in the order of their due times.
func (s *ExecutionStore) addEvents(ctx context.Context, messages []storage.Message) error {
	at := make(map[storage.ID]int, len(messages))
	ids := make([]storage.ID, len(messages))
	for i, m := range messages {
		at[m.ID], ids[i] = i, m.ID
	}
	events, err := records.Collect(ctx, s.reads, scanMessageEvent, `SELECT d.message_id, e.status, d.due_at, d.id, `+shownState+`, d.code, d.attempts, d.finished_at
		FROM deliveries d
		JOIN events e ON e.id = d.event_id
		LEFT JOIN webhooks w ON w.id = d.webhook_id
		LEFT JOIN breakers b ON b.webhook_id = d.webhook_id
		WHERE d.message_id = ANY(?) AND d.replay_of = 0 ORDER BY d.due_at, d.id`, ids)
	for _, e := range events {
		m := &messages[at[e.message]]
		m.Events = append(m.Events, e.MessageEvent)
	}
	return err
}

type messageEvent struct {
	message storage.ID
	storage.MessageEvent
}

func scanMessageEvent(read scan) (e messageEvent, err error) {
	var due, finished timestamp
	err = read(&e.message, &e.Status, &due, &e.DeliveryID, &e.State, &e.Code, &e.Attempts, &finished)
	e.DueAt, e.FinishedAt = due.Time, finished.Time
	return e, err
}

func messageTerms(q storage.MessageQuery) (where string, args []any) {
	var c []condition
	all, states := q.Filter.Split()
	for _, term := range all {
		c = append(c, messageCondition(term).negatedIf(term.Not))
	}
	if len(states) > 0 {
		c = append(c, condition{`m.state IN (` + records.Marks(len(states)) + `)`, records.Args(states)})
	}
	if q.CampaignID != 0 {
		c = append(c, condition{`m.campaign_id = ?`, []any{q.CampaignID}})
	}
	if q.Execution != 0 {
		c = append(c, condition{`m.execution = ?`, []any{q.Execution}})
	}
	if q.Before != 0 {
		c = append(c, condition{`m.id < ?`, []any{q.Before}})
	}
	if q.After != 0 {
		c = append(c, condition{`m.id > ?`, []any{q.After}})
	}
	return allOf(c)
}

// messageCondition translates a term of a filter of messages (m) and their executions (x).
func messageCondition(term storage.Term) condition {
	switch term.Key {
	case "":
		return messageWord(term)
	case "campaign":
		return condition{`x.campaign = ? OR m.campaign_id IN (SELECT id FROM campaigns WHERE name = ? OR uuid = ?)`, []any{term.Value, term.Value, term.Value}}
	case "execution":
		return condition{`m.execution IN (` + executionNamed + `)`, []any{term.Value}}
	case "request":
		return condition{`x.request_id = ?`, []any{term.Value}}
	case "address", "outcome", "state", "channel":
		return condition{`m.` + term.Key + ` = ?`, []any{term.Value}}
	case "since":
		return condition{`m.created_at >= ?`, []any{term.At}}
	case "until":
		return condition{`m.created_at <= ?`, []any{term.At}}
	}
	return condition{`false`, nil} // unreachable for a parsed filter
}
