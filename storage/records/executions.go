package records

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// An ExecutionStore stores calls of the execution API and the messages that follow from them.
type ExecutionStore struct{ db *Database }

// NewExecutionStore returns the calls in a database.
func NewExecutionStore(db *Database) ExecutionStore { return ExecutionStore{db} }

// executionColumns are the columns that lists of calls (x) show.
const executionColumns = `x.id, x.received_at, x.execution_id, x.request_id, x.x_request_id, x.campaign_uuid, x.campaign_id, x.version_id, x.campaign,
	x.organization, x.sandbox, x.method, x.path, x.proto, x.tls_version, x.remote, x.code, x.fault, x.recipients, x.messages, x.events, x.silent,
	x.repeat_of, x.duration`

// lightExecution returns the scan destinations for executionColumns.
func lightExecution(e *storage.Execution, received *column.Timestamp) []any {
	return []any{
		&e.ID, received, &e.ExecutionID, &e.RequestID, &e.XRequestID, &e.CampaignUUID, &e.CampaignID, &e.VersionID, &e.Campaign,
		&e.Organization, &e.Sandbox, &e.Method, &e.Path, &e.Proto, &e.TLSVersion, &e.Remote, &e.Code, &e.Fault, &e.Recipients, &e.Messages,
		&e.Events, &e.Silent, &e.RepeatOf, (*int64)(&e.Duration),
	}
}

func scanExecution(read Scan) (e storage.Execution, err error) {
	var received column.Timestamp
	err = read(lightExecution(&e, &received)...)
	e.ReceivedAt = received.Time
	return e, err
}

// scanWhole reads a call with its content. The secrets of the headers of call and answer, and both
// bodies if the call is sealed, are one text, which is split in the order in which insert wrote it.
func (s *ExecutionStore) scanWhole(read Scan) (e storage.Execution, err error) {
	var received column.Timestamp
	var headers, answer, sealed []byte
	err = read(append(lightExecution(&e, &received), &headers, &answer, &sealed, &e.Body, &e.Flaw, &e.AnswerBody, &e.Sealed)...)
	if err != nil {
		return e, err
	}
	e.ReceivedAt = received.Time
	secrets, err := s.db.Seals.Open(sealed, s.db.Dialect.ExecutionContents.Secrets(e.ID))
	if err != nil {
		return e, err
	}
	if e.Headers, secrets, err = column.UnpackHeaders(headers, secrets); err != nil {
		return e, err
	}
	if e.AnswerHeaders, secrets, err = column.UnpackHeaders(answer, secrets); err != nil || !e.Sealed {
		return e, err
	}
	body, secrets, err := column.CutText(secrets)
	if err != nil {
		return e, err
	}
	answerBody, _, err := column.CutText(secrets)
	e.Body, e.AnswerBody = []byte(body), []byte(answerBody)
	return e, err
}

// findExecution reads a call with its content, within a transaction or not.
func (s *ExecutionStore) findExecution(ctx context.Context, from Source, id storage.ID) (storage.Execution, error) {
	contents := s.db.Dialect.ExecutionContents
	return First(ctx, from, s.scanWhole, `SELECT `+executionColumns+
		contents.columns(`headers`, `answer_headers`, `secrets`, `body`, `flaw`, `answer_body`, `sealed`)+` FROM executions x`+contents.Join+` WHERE x.id = ?`, id)
}

// Execution finds a call by its ID, including its content.
func (s *ExecutionStore) Execution(ctx context.Context, id storage.ID) (storage.Execution, error) {
	e, err := s.findExecution(ctx, s.db.Reads, id)
	return e, Wrap(err, "find execution %s", id)
}

// ExecutionByName finds the accepted call with an ExecutionID such as HUMA-12345678,
// including its content.
func (s *ExecutionStore) ExecutionByName(ctx context.Context, executionID string) (storage.Execution, error) {
	id, err := First(ctx, s.db.Reads, One[storage.ID], executionNamed, executionID)
	if err != nil {
		return storage.Execution{}, fmt.Errorf("find execution %q: %w", executionID, err)
	}
	return s.Execution(ctx, id)
}

// Executions lists calls without their content: headers and bodies are empty.
func (s *ExecutionStore) Executions(ctx context.Context, q storage.ExecutionQuery) ([]storage.Execution, error) {
	where, args := allOf(s.db.Dialect.executionTerms(q))
	all, err := Collect(ctx, s.db.Reads, scanExecution, `SELECT `+executionColumns+` FROM executions x`+where+` ORDER BY x.id`+direction(q.After, q.OldestFirst)+` LIMIT ?`, append(args, limitOf(q.Limit))...)
	return all, Wrap(err, "list executions")
}

// CountExecutions counts the calls that Executions would list.
func (s *ExecutionStore) CountExecutions(ctx context.Context, q storage.ExecutionQuery) (int64, error) {
	where, args := allOf(s.db.Dialect.executionTerms(q))
	n, err := First(ctx, s.db.Reads, One[int64], `SELECT count(*) FROM executions x`+where, args...)
	return n, Wrap(err, "count executions")
}

func (d *Dialect) executionTerms(q storage.ExecutionQuery) (all []Condition) {
	for _, term := range q.Filter.Terms {
		all = append(all, d.execution(term).not(term.Not))
	}
	if q.CampaignID != 0 {
		all = append(all, Where(`x.campaign_id = ?`, q.CampaignID))
	}
	return append(all, within(`x.id`, q.After, q.Before)...)
}

// execution translates a term of a filter of executions (x).
func (d *Dialect) execution(term storage.Term) Condition {
	switch term.Key {
	case "":
		return d.executionWord(term)
	case "campaign":
		return Where(`x.campaign = ? OR x.campaign_uuid = ? OR x.campaign_id IN (SELECT id FROM campaigns WHERE name = ?)`,
			term.Value, term.Value, term.Value)
	case "code":
		return codeCondition(`x.code`, term.Value)
	case "request":
		return Where(`x.request_id = ? OR x.x_request_id = ?`, term.Value, term.Value)
	case "since":
		return Where(`x.received_at >= ?`, column.At(term.At))
	case "until":
		return Where(`x.received_at <= ?`, column.At(term.At))
	case "is":
		if term.Value == "silent" {
			return Where(`x.silent <> ''`)
		}
		return Where(`x.repeat_of <> 0`)
	}
	return nothing()
}
