package postgres

import "backchannel/storage"

// deliveryCondition translates a term of a filter of deliveries (d), their events (e),
// webhooks' names (n), messages (m) and executions (x).
func deliveryCondition(term storage.Term) condition {
	switch term.Key {
	case "":
		return deliveryWord(term)
	case "state":
		state := storage.State(term.Value)
		return condition{stateTerm([]storage.State{state}) + ` AND ` + shownState + ` = ?`, []any{state}}
	case "status", "channel", "identity":
		return condition{`e.` + term.Key + ` = ?`, []any{term.Value}}
	case "message":
		return condition{`e.request_id = ?`, []any{term.Value}}
	case "webhook":
		return condition{`n.name = ?`, []any{term.Value}}
	case "code":
		return codeCondition(`d.code`, term.Value)
	case "since": // an ID is at least the time of creation
		return condition{`d.id >= ? AND d.created_at >= ?`, []any{term.At.UnixMicro(), term.At}}
	case "until":
		return condition{`d.created_at <= ?`, []any{term.At}}
	case "campaign":
		return condition{`d.message_id IS NOT NULL AND (x.campaign = ? OR m.campaign_id IN (SELECT id FROM campaigns WHERE name = ? OR uuid = ?))`,
			[]any{term.Value, term.Value, term.Value}}
	case "execution":
		return condition{`d.message_id IS NOT NULL AND d.message_id IN (SELECT id FROM campaign_messages WHERE execution IN (` + executionNamed + `))`, []any{term.Value}}
	}
	return condition{`false`, nil} // unreachable for a parsed filter
}

// executionNamed selects the accepted execution with an ExecutionID.
const executionNamed = `SELECT id FROM executions WHERE execution_id = ? AND execution_id <> '' AND repeat_of = 0`
