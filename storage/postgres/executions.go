package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// An ExecutionStore stores calls of the execution API and the messages that follow from them.
type ExecutionStore struct {
	records.ExecutionStore
	*database
}

// AddExecution stores a call with its messages and their events, which are enqueued as
// deliveries that fall due at Event.DueAt, all in one commit, and sets the call's ID. Within
// the transaction it calls decide with the accepted calls that this one may repeat; decide
// sets the answer in e and returns what follows from it. It must be quick, and may be called
// more than once, each time with e as it was.
func (s *ExecutionStore) AddExecution(ctx context.Context, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error {
	call := *e
	err := s.write(ctx, storage.ChangedExecutions|storage.ChangedDeliveries, func(t *tx) error {
		*e = call
		return s.add(t, e, decide)
	})
	if err != nil {
		return fmt.Errorf("store execution: %w", err)
	}
	return nil
}

func (s *ExecutionStore) add(t *tx, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error {
	precedent, err := s.precedent(t, e)
	if err != nil {
		return err
	}
	planned := decide(precedent)
	if e.ID, err = t.newID(); err != nil {
		return err
	}
	if s.insert(t, e); !e.Accepted() {
		return nil
	}
	for _, key := range column.AcceptedKeys(e) {
		t.send(`INSERT INTO accepted_requests VALUES (?, ?) ON CONFLICT DO NOTHING`, key, e.ID)
	}
	t.send(`UPDATE campaigns SET executions = executions + 1 WHERE id = ?`, e.CampaignID)
	for i := range planned {
		if err := addPlanned(t, e, &planned[i]); err != nil {
			return err
		}
	}
	return t.recordSilent(e)
}

// precedent returns what is known of earlier calls. None can be accepted between this and the
// call's own insertion, because that transaction has to wait for its turn.
func (s *ExecutionStore) precedent(t *tx, e *storage.Execution) (p storage.Precedent, err error) {
	p.Taken = func(executionID string) bool {
		_, err := records.First(t.context, t, records.One[storage.ID], records.ExecutionNamed, executionID)
		return err == nil
	}
	if e.CampaignID != 0 {
		p.Ordinal, err = records.First(t.context, t, records.One[int64], `SELECT executions FROM campaigns WHERE id = ?`, e.CampaignID)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return p, err
		}
	}
	since := e.ReceivedAt.Add(-storage.RepeatWindow)
	if p.SameCall, err = s.accepted(t, e, column.CallID, e.XRequestID, since); err == nil {
		p.SameRequest, err = s.accepted(t, e, column.RequestID, e.RequestID, since)
	}
	return p, err
}

// accepted finds the newest call since a time that was accepted with a request ID in the same
// organization and sandbox.
func (s *ExecutionStore) accepted(t *tx, e *storage.Execution, kind, requestID string, since time.Time) (*storage.Execution, error) {
	if requestID == "" {
		return nil, nil
	}
	same := `x_request_id = ?`
	if kind == column.RequestID {
		same = `request_id = ?`
	}
	id, err := records.First(t.context, t, records.One[storage.ID], `SELECT x.id FROM accepted_requests a JOIN executions x ON x.id = a.execution
		WHERE a.key = ? AND x.received_at >= ? AND x.organization = ? AND x.sandbox = ? AND x.`+same+` ORDER BY a.execution DESC LIMIT 1`,
		column.AcceptedKey(e, kind, requestID), since, e.Organization, e.Sandbox, requestID)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	earlier, err := s.FindExecution(t.context, t, id)
	return &earlier, err
}

// insert stores a call. Secrets are sealed with the call's ID as associated data, so that they
// cannot be moved to another row.
func (s *ExecutionStore) insert(t *tx, e *storage.Execution) {
	headers, secrets := column.PackHeaders(e.Headers...)
	answer, more := column.PackHeaders(e.AnswerHeaders...)
	body, answerBody := notNil(e.Body), notNil(e.AnswerBody)
	secrets = append(secrets, more...)
	if e.Sealed {
		secrets = column.AppendText(column.AppendText(secrets, string(body)), string(answerBody))
		body, answerBody = []byte{}, []byte{}
	}
	t.send(`INSERT INTO executions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		e.ID, e.ReceivedAt, e.ExecutionID, e.RequestID, e.XRequestID, e.CampaignUUID, e.CampaignID, e.VersionID, e.Campaign,
		e.Organization, e.Sandbox, e.Method, storage.WithoutTokens(e.Path), e.Proto, e.TLSVersion, e.Remote, e.Code, e.Fault,
		e.Recipients, e.Messages, e.Events, e.Silent, e.RepeatOf, int64(e.Duration),
		headers, answer, s.seals.Seal(secrets, executionSecrets(e.ID)), body, e.Flaw, answerBody, e.Sealed)
}

func executionSecrets(id storage.ID) seal.Place {
	return seal.At("executions", "secrets", id)
}

// addPlanned stores a message of an accepted call and enqueues its events.
func addPlanned(t *tx, e *storage.Execution, p *storage.PlannedMessage) (err error) {
	m := p.Message
	if m.ID, err = t.newID(); err != nil {
		return err
	}
	m.Execution, m.CampaignID, m.CreatedAt = e.ID, e.CampaignID, t.now
	if m.State == "" {
		m.State = storage.MessagePlanned
	}
	t.messages.insert(&m)
	for _, event := range p.Planned { // a copy, because the transaction may run again
		event.MessageID = m.ID
		var made storage.Delivery
		if err := t.enqueue(&event, &made); err != nil {
			return err
		}
	}
	return nil
}
