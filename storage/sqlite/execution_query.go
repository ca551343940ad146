package sqlite

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// scanWhole reads a call with its content. The secrets of both heads, and of both bodies if the
// call is sealed, are one text that is taken apart in the order in which insert wrote it.
func (s *ExecutionStore) scanWhole(read scan) (e storage.Execution, err error) {
	var received timestamp
	var headers, answer, sealed []byte
	err = read(append(records.LightExecution(&e, &received), &headers, &answer, &sealed, &e.Body, &e.Flaw, &e.AnswerBody, &e.Sealed)...)
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
	return first(ctx, from, s.scanWhole, `SELECT `+records.ExecutionColumns+`, c.headers, c.answer_headers, c.secrets, c.body, c.flaw, c.answer_body, c.sealed
		FROM executions x JOIN execution_contents c ON c.execution = x.id WHERE x.id = ?`, id)
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
	id, err := first(ctx, s.reads, records.One[storage.ID], records.ExecutionNamed, executionID)
	if err != nil {
		return storage.Execution{}, fmt.Errorf("find execution %q: %w", executionID, err)
	}
	return s.Execution(ctx, id)
}

// CallCounts counts the stored calls and the deliveries that are planned at a time. It reads
// every call and the index entry of every planned delivery: with 100,000 and 1,000,000 of
// them it is for whoever asks now and then, not for a screen.
func (s *ExecutionStore) CallCounts(ctx context.Context, now time.Time) (storage.CallCounts, error) {
	counts := storage.CallCounts{Codes: map[int]int64{}}
	codes, err := collect(ctx, s.reads, scanCodeCount, `SELECT code, count(*) FROM executions GROUP BY code`)
	if err != nil {
		return counts, fmt.Errorf("count executions: %w", err)
	}
	for _, c := range codes {
		counts.Codes[c.code] = c.n
	}
	// Only what is queued or retried has a next attempt. An index has the former no shorter
	// way than by taking away the latter, which are few.
	const waiting = `(SELECT count(*) FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ?1
		WHERE w.state <> 'paused' AND NOT EXISTS (SELECT 1 FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`
	counts.Planned, err = first(ctx, s.reads, records.One[int64], `SELECT `+waiting+`) - `+waiting+` AND d.state = 'retrying')`, micros(now))
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
