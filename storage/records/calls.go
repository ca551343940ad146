package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
)

// AddExecution stores a call with its messages and their events, which are enqueued as
// deliveries that fall due at Event.DueAt, all in one commit, and sets the call's ID. Within
// the transaction it calls decide with the accepted calls that this one may repeat; decide
// sets the answer in e and returns what follows from it. It must be quick, and may be called
// more than once, each time with e as it was.
func (s *ExecutionStore) AddExecution(ctx context.Context, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error {
	call := *e
	err := s.db.Write(ctx, storage.ChangedExecutions|storage.ChangedDeliveries, func(t Tx) error {
		*e = call
		return s.add(t, e, decide)
	})
	return Wrap(err, "store execution")
}

func (s *ExecutionStore) add(t Tx, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error {
	precedent, err := s.precedent(t, e)
	if err != nil {
		return err
	}
	planned := decide(precedent)
	if e.ID, err = t.NewID(); err != nil {
		return err
	}
	if err := s.insert(t, e); err != nil || !e.Accepted() {
		return err
	}
	for _, key := range column.AcceptedKeys(e) {
		if err := t.Send(`INSERT INTO accepted_requests VALUES (?, ?) ON CONFLICT DO NOTHING`, key, e.ID); err != nil {
			return err
		}
	}
	if err := t.Send(`UPDATE campaigns SET executions = executions + 1 WHERE id = ?`, e.CampaignID); err != nil {
		return err
	}
	for i := range planned {
		if err := addPlanned(t, e, &planned[i]); err != nil {
			return err
		}
	}
	return s.recordSilent(t, e)
}

// precedent returns what the judgement of a call needs to know about earlier ones. No other call
// can be accepted before this one is inserted, because transactions that assign IDs are serialized.
func (s *ExecutionStore) precedent(t Tx, e *storage.Execution) (p storage.Precedent, err error) {
	p.Taken = func(executionID string) bool {
		_, err := First(t.Context(), t, One[storage.ID], executionNamed, executionID)
		return err == nil
	}
	if e.CampaignID != 0 {
		p.Ordinal, err = First(t.Context(), t, One[int64], `SELECT executions FROM campaigns WHERE id = ?`, e.CampaignID)
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
func (s *ExecutionStore) accepted(t Tx, e *storage.Execution, kind, requestID string, since time.Time) (*storage.Execution, error) {
	if requestID == "" {
		return nil, nil
	}
	same := `x_request_id = ?`
	if kind == column.RequestID {
		same = `request_id = ?`
	}
	id, err := First(t.Context(), t, One[storage.ID], `SELECT x.id FROM accepted_requests a `+s.db.Dialect.Join+` executions x ON x.id = a.execution
		WHERE a.key = ? AND x.received_at >= ? AND x.organization = ? AND x.sandbox = ? AND x.`+same+` ORDER BY a.execution DESC LIMIT 1`,
		column.AcceptedKey(e, kind, requestID), column.At(since), e.Organization, e.Sandbox, requestID)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	earlier, err := s.findExecution(t.Context(), t, id)
	return &earlier, err
}

// insert stores a call. Secrets are sealed with the call's ID as associated data, so that they
// cannot be moved to another row.
func (s *ExecutionStore) insert(t Tx, e *storage.Execution) error {
	headers, secrets := column.PackHeaders(e.Headers...)
	answer, more := column.PackHeaders(e.AnswerHeaders...)
	body, answerBody := notNil(e.Body), notNil(e.AnswerBody)
	secrets = append(secrets, more...)
	if e.Sealed {
		secrets = column.AppendText(column.AppendText(secrets, string(body)), string(answerBody))
		body, answerBody = []byte{}, []byte{}
	}
	contents := s.db.Dialect.ExecutionContents
	return contents.insert(t, `executions`, []any{
		e.ID, column.At(e.ReceivedAt), e.ExecutionID, e.RequestID, e.XRequestID, e.CampaignUUID, e.CampaignID, e.VersionID, e.Campaign,
		e.Organization, e.Sandbox, e.Method, storage.WithoutTokens(e.Path), e.Proto, e.TLSVersion, e.Remote, e.Code, e.Fault,
		e.Recipients, e.Messages, e.Events, e.Silent, e.RepeatOf, int64(e.Duration),
	}, []any{headers, answer, s.db.Seals.Seal(secrets, contents.Secrets(e.ID)), body, e.Flaw, answerBody, e.Sealed})
}

// notNil returns an empty slice for nil, which would be stored as NULL.
func notNil(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
}

// addPlanned stores a message of an accepted call and enqueues its events.
func addPlanned(t Tx, e *storage.Execution, p *storage.PlannedMessage) (err error) {
	m := p.Message
	if m.ID, err = t.NewID(); err != nil {
		return err
	}
	m.Execution, m.CampaignID, m.CreatedAt = e.ID, e.CampaignID, t.Stamp()
	if m.State == "" {
		m.State = storage.MessagePlanned
	}
	if err := t.Messages().Add(&m); err != nil {
		return err
	}
	for _, event := range p.Planned { // a copy, because the transaction may run again
		event.MessageID = m.ID
		var made storage.Delivery
		if err := enqueue(t, &event, &made); err != nil {
			return err
		}
	}
	return nil
}

// CallCounts counts the stored calls and the deliveries that are planned at a time. It reads
// every call and the index entry of every planned delivery, which is too slow for a screen with
// 100,000 calls and 1,000,000 deliveries.
func (s *ExecutionStore) CallCounts(ctx context.Context, now time.Time) (storage.CallCounts, error) {
	counts := storage.CallCounts{Codes: map[int]int64{}}
	codes, err := Collect(ctx, s.db.Reads, scanCount[int], `SELECT code, count(*) FROM executions GROUP BY code`)
	if err != nil {
		return counts, fmt.Errorf("count executions: %w", err)
	}
	for _, c := range codes {
		counts.Codes[c.of] = c.n
	}
	counts.Planned, err = First(ctx, s.db.Reads, One[int64], s.db.Dialect.Planned, column.At(now))
	return counts, Wrap(err, "count planned deliveries")
}

// A count is how many records have something in common.
type count[T any] struct {
	of T
	n  int64
}

func scanCount[T any](read Scan) (c count[T], err error) {
	err = read(&c.of, &c.n)
	return c, err
}
