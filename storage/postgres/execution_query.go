package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

const executionColumns = `x.id, x.received_at, x.execution_id, x.request_id, x.x_request_id, x.campaign_uuid, x.campaign_id, x.version_id, x.campaign,
	x.organization, x.sandbox, x.method, x.path, x.proto, x.tls_version, x.remote, x.code, x.fault, x.recipients, x.messages, x.events, x.silent,
	x.repeat_of, x.duration`

// lightExecution returns the scan destinations for executionColumns.
func lightExecution(e *storage.Execution, received *timestamp) []any {
	return []any{
		&e.ID, received, &e.ExecutionID, &e.RequestID, &e.XRequestID, &e.CampaignUUID, &e.CampaignID, &e.VersionID, &e.Campaign,
		&e.Organization, &e.Sandbox, &e.Method, &e.Path, &e.Proto, &e.TLSVersion, &e.Remote, &e.Code, &e.Fault, &e.Recipients, &e.Messages,
		&e.Events, &e.Silent, &e.RepeatOf, (*int64)(&e.Duration),
	}
}

func scanExecution(read scan) (e storage.Execution, err error) {
	var received timestamp
	err = read(lightExecution(&e, &received)...)
	e.ReceivedAt = received.Time
	return e, err
}

// scanWhole reads a call with its content. The secrets of both heads, and of both bodies if the
// call is sealed, are one text that is taken apart in the order in which insert wrote it.
func (s *ExecutionStore) scanWhole(read scan) (e storage.Execution, err error) {
	var received timestamp
	var headers, answer, sealed []byte
	err = read(append(lightExecution(&e, &received), &headers, &answer, &sealed, &e.Body, &e.Flaw, &e.AnswerBody, &e.Sealed)...)
	if err != nil {
		return e, err
	}
	e.ReceivedAt = received.Time
	secrets, err := s.seals.Open(sealed, executionSecrets(e.ID))
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

func (s *ExecutionStore) find(ctx context.Context, from source, id storage.ID) (storage.Execution, error) {
	return records.First(ctx, from, s.scanWhole, `SELECT `+executionColumns+`, x.headers, x.answer_headers, x.secrets, x.body, x.flaw, x.answer_body, x.sealed
		FROM executions x WHERE x.id = ?`, id)
}

// Execution finds a call by its ID, including its content.
func (s *ExecutionStore) Execution(ctx context.Context, id storage.ID) (storage.Execution, error) {
	e, err := s.find(ctx, s.reads, id)
	if err != nil {
		return e, fmt.Errorf("find execution %s: %w", id, err)
	}
	return e, nil
}

// ExecutionByName finds the accepted call with an ExecutionID such as HUMA-12345678,
// including its content.
func (s *ExecutionStore) ExecutionByName(ctx context.Context, executionID string) (storage.Execution, error) {
	id, err := records.First(ctx, s.reads, records.One[storage.ID], executionNamed, executionID)
	if err != nil {
		return storage.Execution{}, fmt.Errorf("find execution %q: %w", executionID, err)
	}
	return s.Execution(ctx, id)
}

// Executions lists calls without their content: headers and bodies are empty.
func (s *ExecutionStore) Executions(ctx context.Context, q storage.ExecutionQuery) ([]storage.Execution, error) {
	where, args := executionTerms(q)
	order := ` ORDER BY x.id DESC LIMIT ?`
	if q.After != 0 || q.OldestFirst {
		order = ` ORDER BY x.id LIMIT ?`
	}
	all, err := records.Collect(ctx, s.reads, scanExecution, `SELECT `+executionColumns+` FROM executions x`+where+order, append(args, records.Limit(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list executions: %w", err)
	}
	return all, nil
}

// CountExecutions counts the calls that Executions would list.
func (s *ExecutionStore) CountExecutions(ctx context.Context, q storage.ExecutionQuery) (int64, error) {
	where, args := executionTerms(q)
	n, err := records.First(ctx, s.reads, records.One[int64], `SELECT count(*) FROM executions x`+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count executions: %w", err)
	}
	return n, nil
}

func executionTerms(q storage.ExecutionQuery) (where string, args []any) {
	var c []condition
	for _, term := range q.Filter.Terms {
		c = append(c, executionCondition(term).negatedIf(term.Not))
	}
	if q.CampaignID != 0 {
		c = append(c, condition{`x.campaign_id = ?`, []any{q.CampaignID}})
	}
	if q.Before != 0 {
		c = append(c, condition{`x.id < ?`, []any{q.Before}})
	}
	if q.After != 0 {
		c = append(c, condition{`x.id > ?`, []any{q.After}})
	}
	return allOf(c)
}

// allOf returns the WHERE clause of conditions that all have to hold.
func allOf(all []condition) (where string, args []any) {
	if len(all) == 0 {
		return "", nil
	}
	terms := make([]string, len(all))
	for i, c := range all {
		terms[i] = `(` + c.sql + `)`
		args = append(args, c.args...)
	}
	return ` WHERE ` + strings.Join(terms, ` AND `), args
}

// executionCondition translates a term of a filter of executions (x).
func executionCondition(term storage.Term) condition {
	switch term.Key {
	case "":
		return executionWord(term)
	case "campaign":
		return condition{`x.campaign = ? OR x.campaign_uuid = ? OR x.campaign_id IN (SELECT id FROM campaigns WHERE name = ?)`,
			[]any{term.Value, term.Value, term.Value}}
	case "code":
		return codeCondition(`x.code`, term.Value)
	case "request":
		return condition{`x.request_id = ? OR x.x_request_id = ?`, []any{term.Value, term.Value}}
	case "since":
		return condition{`x.received_at >= ?`, []any{term.At}}
	case "until":
		return condition{`x.received_at <= ?`, []any{term.At}}
	case "is":
		if term.Value == "silent" {
			return condition{`x.silent <> ''`, nil}
		}
		return condition{`x.repeat_of <> 0`, nil}
	}
	return condition{`false`, nil} // unreachable for a parsed filter
}

// CallCounts counts the stored calls and the deliveries that are planned at a time. It reads
// every call and the index entry of every planned delivery: with 100,000 and 1,000,000 of
// them it is for whoever asks now and then, not for a screen.
func (s *ExecutionStore) CallCounts(ctx context.Context, now time.Time) (storage.CallCounts, error) {
	counts := storage.CallCounts{Codes: map[int]int64{}}
	codes, err := records.Collect(ctx, s.reads, scanCodeCount, `SELECT code, count(*) FROM executions GROUP BY code`)
	if err != nil {
		return counts, fmt.Errorf("count executions: %w", err)
	}
	for _, c := range codes {
		counts.Codes[c.code] = c.n
	}
	counts.Planned, err = records.First(ctx, s.reads, records.One[int64], `SELECT count(*) FROM webhooks w
		JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ? AND d.state = 'queued'
		WHERE w.state <> 'paused' AND NOT EXISTS (SELECT FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`, now)
	if err != nil {
		return counts, fmt.Errorf("count planned deliveries: %w", err)
	}
	return counts, nil
}

// A codeCount is the number of calls that were answered with a status code.
type codeCount struct {
	code int
	n    int64
}

func scanCodeCount(read scan) (c codeCount, err error) {
	err = read(&c.code, &c.n)
	return c, err
}
