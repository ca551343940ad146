package records

import (
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/column"
)

// shownState is the SQL for a delivery's state as shown: a delivery is parked while its
// webhook is paused or the webhook's breaker is open. Storing that would change a million
// rows when a webhook is paused.
const shownState = `CASE WHEN d.next_attempt_at IS NOT NULL AND (w.state = 'paused' OR b.open_until IS NOT NULL) THEN 'parked' ELSE d.state END`

// deliveryTerms translates a query to conditions on deliveries (d), their events (e), webhooks'
// names (n), messages (m) and executions (x).
func (d *Dialect) deliveryTerms(q storage.DeliveryQuery) (all []Condition) {
	terms, states := q.Filter.Split()
	for _, term := range terms {
		all = append(all, d.delivery(term).not(term.Not))
	}
	all = append(all, inStates(storage.StatesOf(states))...)
	if q.WebhookID != 0 {
		all = append(all, Where(`d.webhook_id = ?`, q.WebhookID))
	}
	if q.CheckID != 0 {
		all = append(all, Where(`d.check_id = ?`, q.CheckID))
		if q.CheckCase != "" {
			all = append(all, Where(`d.check_case = ?`, q.CheckCase))
		}
	}
	if len(q.EventIDs) > 0 {
		all = append(all, oneOf(`d.event_id`, q.EventIDs))
	}
	all = append(all, inStates(q.States)...)
	if len(q.Statuses) > 0 {
		all = append(all, oneOf(`e.status`, q.Statuses))
	}
	if !q.Since.IsZero() {
		all = append(all, createdSince(column.At(q.Since)))
	}
	return append(all, within(`d.id`, q.After, q.Before)...)
}

// createdSince also has a condition on the ID, because there is an index of IDs but none of times of
// creation. An ID is at least the time of creation in microseconds.
func createdSince(at column.Timestamp) Condition {
	return Where(`d.id >= ? AND d.created_at >= ?`, at.UnixMicro(), at)
}

// inStates selects deliveries by their shown states. It adds a condition on the stored states that
// these can have, because stored states have indexes.
func inStates(states []storage.State) []Condition {
	if len(states) == 0 {
		return nil
	}
	return []Condition{stateTerm(states), oneOf(shownState, states)}
}

// stateTerm selects deliveries by the stored states that the given shown states can have.
// The states are literals in the SQL, because a partial index is used only if it can be proved
// from the statement that the index applies.
func stateTerm(shown []storage.State) Condition {
	terms := make([]string, len(shown))
	for i, state := range shown {
		terms[i] = `d.state = '` + string(state) + `'`
		if state == storage.Parked {
			terms[i] = `d.next_attempt_at IS NOT NULL`
		}
	}
	return Where(strings.Join(terms, ` OR `))
}

func (d *Dialect) delivery(term storage.Term) Condition {
	switch term.Key {
	case "":
		return d.deliveryWord(term)
	case "state":
		state := storage.State(term.Value)
		return Where(`(`+stateTerm([]storage.State{state}).sql+`) AND `+shownState+` = ?`, state)
	case "status", "channel", "identity":
		return Where(`e.`+term.Key+` = ?`, term.Value)
	case "message":
		return Where(`e.request_id = ?`, term.Value)
	case "webhook":
		return Where(`n.name = ?`, term.Value)
	case "code":
		return deliveryCode(term.Value)
	case "since":
		return createdSince(column.At(term.At))
	case "until":
		return Where(`d.created_at <= ?`, column.At(term.At))
	case "campaign":
		return Where(`d.message_id IS NOT NULL AND (x.campaign = ? OR m.campaign_id IN (SELECT id FROM campaigns WHERE name = ? OR uuid = ?))`,
			term.Value, term.Value, term.Value)
	case "execution":
		return Where(`d.message_id IS NOT NULL AND d.message_id IN (SELECT id FROM campaign_messages WHERE execution IN (`+executionNamed+`))`, term.Value)
	}
	return nothing()
}

// executionNamed selects the accepted execution with an ExecutionID.
const executionNamed = `SELECT id FROM executions WHERE execution_id = ? AND execution_id <> '' AND repeat_of = 0`

// deliveryCode selects deliveries by the code of their last answer, or by the word for the reason
// why there was none, such as timeout.
func deliveryCode(value string) Condition {
	if slices.Contains(storage.NoAnswers(), storage.NoAnswer(value)) {
		return Where(`d.no_answer = ?`, value)
	}
	return codeCondition(`d.code`, value)
}
