package check

import (
	"backchannel/fixtures"
	"backchannel/storage"
)

func orderCases() []Case {
	const why = "Adobe's documentation does not promise an order, and real providers report late"
	const remedy = "acknowledge an event whatever came before it; sort out the order of statuses when you read events, not when you receive them"
	return []Case{
		{
			ID: "order/delivered-first", Level: storage.CheckMust, What: "delivered, then sent, of the same message", Expected: "2xx to both", Why: why, Remedy: remedy,
			plan: func(s *eventSource) ([]round, error) {
				return inTurn(s.message(storage.StatusDelivered, storage.StatusSent))
			}, judge: accepted,
		},
		{
			ID: "order/sent-after-bounce", Level: storage.CheckMust, What: "bounce, then sent, of the same message", Expected: "2xx to both", Why: why, Remedy: remedy,
			plan: func(s *eventSource) ([]round, error) {
				return inTurn(s.message(storage.StatusBounce, storage.StatusSent))
			}, judge: accepted,
		},
		{
			ID: "order/at-once", Level: storage.CheckMust, What: "sent and delivered of the same message at once", Expected: "2xx to both", Why: why,
			Remedy: "lock, or retry the transaction, when two events of a message meet; do not report the conflict to the sender",
			plan: func(s *eventSource) ([]round, error) {
				return atOnce(s.message(storage.StatusSent, storage.StatusDelivered))
			}, judge: accepted,
		},
	}
}

func sameRequestCases() []Case {
	return []Case{{
		ID: "same-request/recipients", Level: storage.CheckMust, What: "one requestId: 20 recipients, sent and delivered for each", Expected: "2xx to all 40",
		Why:    "an API call covers up to 20 recipients and each message has several statuses, so many events share a requestId (Adobe's documentation)",
		Remedy: "never de-duplicate on requestId alone: use requestId, identity, status and retryCount",
		plan:   sameRequest, judge: accepted,
	}}
}

// sameRequest sends two statuses for each of as many recipients as one call can have. An endpoint
// that de-duplicates on requestId alone keeps one event of forty.
func sameRequest(s *eventSource) ([]round, error) {
	all, err := s.builder.Recipients(*s.webhook, s.channel(), address(s.channel()), fixtures.MaxRecipients)
	if err != nil {
		return nil, err
	}
	var rounds []round
	for _, status := range []storage.Status{storage.StatusSent, storage.StatusDelivered} {
		for _, v := range all {
			events, err := s.eventsOf(v, status)
			if err != nil {
				return nil, err
			}
			rounds = append(rounds, round{{event: events[0], what: v.Identity + " " + string(status)}})
		}
	}
	return rounds, nil
}
