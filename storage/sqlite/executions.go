package sqlite

import (
	"context"
	"database/sql/driver"
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
	if err := s.insert(t, e); err != nil || !e.Accepted() {
		return err
	}
	for _, key := range column.AcceptedKeys(e) {
		if err := t.raw.exec(`INSERT OR IGNORE INTO accepted_requests VALUES (?, ?)`, key, int64(e.ID)); err != nil {
			return err
		}
	}
	if err := t.raw.exec(`UPDATE campaigns SET executions = executions + 1 WHERE id = ?`, int64(e.CampaignID)); err != nil {
		return err
	}
	for i := range planned {
		if err := addPlanned(t, e, &planned[i]); err != nil {
			return err
		}
	}
	return t.recordSilent(e)
}

// precedent returns what is known of earlier calls. The transaction holds the write lock, so
// none can be accepted between this and the call's own insertion.
func (s *ExecutionStore) precedent(t *tx, e *storage.Execution) (p storage.Precedent, err error) {
	p.Taken = func(executionID string) bool {
		found, err := t.raw.queryRow(make([]driver.Value, 1), records.ExecutionNamed, executionID)
		return found && err == nil
	}
	if e.CampaignID != 0 {
		var row [1]driver.Value
		if found, err := t.raw.queryRow(row[:], `SELECT executions FROM campaigns WHERE id = ?`, int64(e.CampaignID)); err != nil {
			return p, err
		} else if found {
			p.Ordinal = integer(row[0])
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
func (s *ExecutionStore) accepted(t *tx, e *storage.Execution, kind, id string, since time.Time) (*storage.Execution, error) {
	if id == "" {
		return nil, nil
	}
	same := `x_request_id = ?`
	if kind == column.RequestID {
		same = `request_id = ?`
	}
	var row [1]driver.Value
	found, err := t.raw.queryRow(row[:], `SELECT x.id FROM accepted_requests a CROSS JOIN executions x ON x.id = a.execution
		WHERE a.key = ? AND x.received_at >= ? AND x.organization = ? AND x.sandbox = ? AND x.`+same+` ORDER BY a.execution DESC LIMIT 1`,
		column.AcceptedKey(e, kind, id), since.UnixMicro(), e.Organization, e.Sandbox, id)
	if err != nil || !found {
		return nil, err
	}
	earlier, err := s.FindExecution(t.ctx(), queries{t.conn}, storage.ID(integer(row[0])))
	return &earlier, err
}

// insert stores a call in two tables: lists read the narrow one, and a body is read only when
// its call is looked at. Secrets are sealed with the call's ID as associated data, so that they
// cannot be moved to another row.
func (s *ExecutionStore) insert(t *tx, e *storage.Execution) error {
	err := t.raw.exec(`INSERT INTO executions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(e.ID), micros(e.ReceivedAt), e.ExecutionID, e.RequestID, e.XRequestID, e.CampaignUUID, int64(e.CampaignID), e.VersionID, e.Campaign,
		e.Organization, e.Sandbox, e.Method, storage.WithoutTokens(e.Path), e.Proto, e.TLSVersion, e.Remote, int64(e.Code), e.Fault,
		int64(e.Recipients), int64(e.Messages), int64(e.Events), e.Silent, int64(e.RepeatOf), int64(e.Duration))
	if err != nil {
		return err
	}
	headers, secrets := column.PackHeaders(e.Headers...)
	answer, more := column.PackHeaders(e.AnswerHeaders...)
	body, answerBody := notNil(e.Body), notNil(e.AnswerBody)
	secrets = append(secrets, more...)
	if e.Sealed {
		secrets = column.AppendText(column.AppendText(secrets, string(body)), string(answerBody))
		body, answerBody = []byte{}, []byte{}
	}
	err = t.raw.exec(`INSERT INTO execution_contents VALUES (?,?,?,?,?,?,?,?)`, int64(e.ID), headers, answer,
		s.seals.Seal(secrets, executionSecrets(e.ID)), body, string(e.Flaw), answerBody, e.Sealed)
	return err
}

func executionSecrets(id storage.ID) seal.Place {
	return seal.At("execution_contents", "secrets", id)
}

// notNil returns an empty slice for nil, which would be stored as NULL.
func notNil(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
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
	if err := t.campaignMessages.insert(&m); err != nil {
		return err
	}
	for _, event := range p.Planned { // a copy, because the transaction may run again
		event.MessageID = m.ID
		var made storage.Delivery
		if err := t.enqueue(&event, &made); err != nil {
			return err
		}
	}
	return nil
}
