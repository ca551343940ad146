package records

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// selectMessages reads messages joined with their calls, in the order of the messages.
func (d *Dialect) selectMessages() string {
	return `SELECT m.id, m.execution, x.execution_id, x.request_id, m.campaign_id, x.campaign, m.channel, m.address, m.namespace,
		m.identity, m.outcome, m.state, m.exclusion_code, m.exclusion, m.created_at
	FROM campaign_messages m ` + d.Join + ` executions x ON x.id = m.execution`
}

func scanMessage(read Scan) (m storage.Message, err error) {
	var created column.Timestamp
	err = read(&m.ID, &m.Execution, &m.ExecutionID, &m.RequestID, &m.CampaignID, &m.Campaign, &m.Channel, &m.Address, &m.Namespace,
		&m.Identity, &m.Outcome, &m.State, &m.Exclusion.Code, &m.Exclusion.Reason, &created)
	m.CreatedAt = created.Time
	return m, err
}

// Messages lists messages with their events.
func (s *ExecutionStore) Messages(ctx context.Context, q storage.MessageQuery) ([]storage.Message, error) {
	where, args := allOf(s.db.Dialect.messageTerms(q))
	all, err := Collect(ctx, s.db.Reads, scanMessage, s.db.Dialect.selectMessages()+where+` ORDER BY m.id`+direction(q.After, false)+` LIMIT ?`, append(args, limitOf(q.Limit))...)
	if err == nil {
		err = s.addEvents(ctx, all)
	}
	return all, Wrap(err, "list messages")
}

// CountMessages counts the messages that Messages would list.
func (s *ExecutionStore) CountMessages(ctx context.Context, q storage.MessageQuery) (int64, error) {
	where, args := allOf(s.db.Dialect.messageTerms(q))
	n, err := First(ctx, s.db.Reads, One[int64], `SELECT count(*) FROM (`+s.db.Dialect.selectMessages()+where+`) listed`, args...)
	return n, Wrap(err, "count messages")
}

// Message finds a message by its ID.
func (s *ExecutionStore) Message(ctx context.Context, id storage.ID) (storage.Message, error) {
	found, err := Collect(ctx, s.db.Reads, scanMessage, s.db.Dialect.selectMessages()+` WHERE m.id = ?`, id)
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

// eventBatch is the number of messages whose events one statement reads. SQLite allows 32,766
// arguments.
const eventBatch = 500

// addEvents sets the events of messages, in the order of their due times.
func (s *ExecutionStore) addEvents(ctx context.Context, messages []storage.Message) error {
	at := make(map[storage.ID]int, len(messages))
	for i, m := range messages {
		at[m.ID] = i
	}
	for from := 0; from < len(messages); from += eventBatch {
		var ids []any
		for _, m := range messages[from:min(from+eventBatch, len(messages))] {
			ids = append(ids, m.ID)
		}
		events, err := Collect(ctx, s.db.Reads, scanMessageEvent, `SELECT d.message_id, e.status, d.due_at, d.id, `+shownState+`, d.code, d.attempts, d.finished_at
			FROM deliveries d
			`+s.db.Dialect.Join+` events e ON e.id = d.event_id
			LEFT JOIN webhooks w ON w.id = d.webhook_id
			LEFT JOIN breakers b ON b.webhook_id = d.webhook_id
			WHERE d.message_id IN (`+marks(len(ids))+`) AND d.message_id IS NOT NULL AND d.replay_of = 0 ORDER BY d.due_at, d.id`, ids...)
		if err != nil {
			return err
		}
		for _, e := range events {
			m := &messages[at[e.message]]
			m.Events = append(m.Events, e.MessageEvent)
		}
	}
	return nil
}

type messageEvent struct {
	message storage.ID
	storage.MessageEvent
}

func scanMessageEvent(read Scan) (e messageEvent, err error) {
	var due, finished column.Timestamp
	err = read(&e.message, &e.Status, &due, &e.DeliveryID, &e.State, &e.Code, &e.Attempts, &finished)
	e.DueAt, e.FinishedAt = due.Time, finished.Time
	return e, err
}

func (d *Dialect) messageTerms(q storage.MessageQuery) (all []Condition) {
	terms, states := q.Filter.Split()
	for _, term := range terms {
		all = append(all, d.message(term).not(term.Not))
	}
	if len(states) > 0 {
		all = append(all, oneOf(`m.state`, states))
	}
	if q.CampaignID != 0 {
		all = append(all, Where(`m.campaign_id = ?`, q.CampaignID))
	}
	if q.Execution != 0 {
		all = append(all, Where(`m.execution = ?`, q.Execution))
	}
	return append(all, within(`m.id`, q.After, q.Before)...)
}

// message translates a term of a filter of messages (m) and their executions (x).
func (d *Dialect) message(term storage.Term) Condition {
	switch term.Key {
	case "":
		return d.messageWord(term)
	case "campaign":
		return Where(`x.campaign = ? OR m.campaign_id IN (SELECT id FROM campaigns WHERE name = ? OR uuid = ?)`, term.Value, term.Value, term.Value)
	case "execution":
		return Where(`m.execution IN (`+executionNamed+`)`, term.Value)
	case "request":
		return Where(`x.request_id = ?`, term.Value)
	case "address", "outcome", "state", "channel":
		return Where(`m.`+term.Key+` = ?`, term.Value)
	case "since":
		return Where(`m.created_at >= ?`, column.At(term.At))
	case "until":
		return Where(`m.created_at <= ?`, column.At(term.At))
	}
	return nothing()
}
