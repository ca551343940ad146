package records

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// An ExecutionStore lists calls of the execution API and the messages that came of them. How calls
// are stored is for the stores to add.
type ExecutionStore struct{ db *Database }

// NewExecutionStore returns the calls in a database.
func NewExecutionStore(db *Database) ExecutionStore { return ExecutionStore{db} }

// ExecutionColumns are the columns that lists of calls (x) show.
const ExecutionColumns = `x.id, x.received_at, x.execution_id, x.request_id, x.x_request_id, x.campaign_uuid, x.campaign_id, x.version_id, x.campaign,
	x.organization, x.sandbox, x.method, x.path, x.proto, x.tls_version, x.remote, x.code, x.fault, x.recipients, x.messages, x.events, x.silent,
	x.repeat_of, x.duration`

// LightExecution returns the scan destinations for ExecutionColumns.
func LightExecution(e *storage.Execution, received *column.Timestamp) []any {
	return []any{
		&e.ID, received, &e.ExecutionID, &e.RequestID, &e.XRequestID, &e.CampaignUUID, &e.CampaignID, &e.VersionID, &e.Campaign,
		&e.Organization, &e.Sandbox, &e.Method, &e.Path, &e.Proto, &e.TLSVersion, &e.Remote, &e.Code, &e.Fault, &e.Recipients, &e.Messages,
		&e.Events, &e.Silent, &e.RepeatOf, (*int64)(&e.Duration),
	}
}

func scanExecution(read Scan) (e storage.Execution, err error) {
	var received column.Timestamp
	err = read(LightExecution(&e, &received)...)
	e.ReceivedAt = received.Time
	return e, err
}

// Executions lists calls without their content: headers and bodies are empty.
func (s *ExecutionStore) Executions(ctx context.Context, q storage.ExecutionQuery) ([]storage.Execution, error) {
	where, args := allOf(s.db.Dialect.executionTerms(q))
	order := ` ORDER BY x.id DESC LIMIT ?`
	if q.After != 0 || q.OldestFirst {
		order = ` ORDER BY x.id LIMIT ?`
	}
	all, err := Collect(ctx, s.db.Reads, scanExecution, `SELECT `+ExecutionColumns+` FROM executions x`+where+order, append(args, Limit(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list executions: %w", err)
	}
	return all, nil
}

// CountExecutions counts the calls that Executions would list.
func (s *ExecutionStore) CountExecutions(ctx context.Context, q storage.ExecutionQuery) (int64, error) {
	where, args := allOf(s.db.Dialect.executionTerms(q))
	n, err := First(ctx, s.db.Reads, One[int64], `SELECT count(*) FROM executions x`+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count executions: %w", err)
	}
	return n, nil
}

func (d *Dialect) executionTerms(q storage.ExecutionQuery) (all []Condition) {
	for _, term := range q.Filter.Terms {
		all = append(all, d.execution(term).Not(term.Not))
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
	return Nothing()
}
