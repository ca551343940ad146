package check

import (
	"slices"
	"sync"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/token"
)

// simultaneous is the number of copies of an event that arrive at once. An endpoint that looks an
// event up before inserting it fails some of them.
const simultaneous = 10

func repeatCases() []Case {
	const why = "delivery is at least once: whatever is not acknowledged in time is sent again (Adobe's documentation does not promise exactly one delivery)"
	return []Case{
		{
			ID: "repeat/twice", Level: storage.CheckMust, What: "the same event twice in a row, each with its own JWT", Expected: "2xx to both", Why: why,
			Remedy: "recognize a repeat by requestId, identity, status and retryCount together, and acknowledge it like the first",
			plan: func(s *eventSource) ([]round, error) {
				all, err := s.message(storage.StatusSent)
				return inTurn(slices.Repeat(all, 2), err)
			}, judge: accepted,
		},
		{
			ID: "repeat/at-once", Level: storage.CheckMust, What: "the same event 10 times at once, each with its own JWT", Expected: "2xx to each", Why: why,
			Remedy: "insert with ON CONFLICT DO NOTHING or the like, and treat a violated unique key as a repeat: looking first and then inserting is a race",
			plan: func(s *eventSource) ([]round, error) {
				all, err := s.message(storage.StatusSent)
				return atOnce(slices.Repeat(all, simultaneous), err)
			}, judge: accepted,
		},
		{
			ID: "repeat/same-token", Level: storage.CheckShould, What: "the same bytes twice with the same JWT", Expected: "2xx to both, although replay protection by jti may refuse the second",
			Why:        "a proxy may repeat a request unchanged (RFC 9110 §9.2.2); protection against replay is a good reason to refuse it (RFC 7519 §4.1.7)",
			Remedy:     "acknowledge the repeat, unless you refuse it to protect against replay",
			skipReason: requiresJWT, plan: sameToken, judge: accepted,
		},
	}
}

// sameToken signs both requests with the token of the first.
func sameToken(s *eventSource) ([]round, error) {
	all, err := s.message(storage.StatusSent)
	var first sync.Once
	var value string
	sign := func(m *token.Minter, now time.Time) (values []string, err error) {
		first.Do(func() { value, err = m.HeaderValue(now) })
		return []string{value}, err
	}
	var rounds []round
	for _, e := range slices.Repeat(all, 2) {
		rounds = append(rounds, round{{event: e, v: engine.Variation{Sign: sign}}})
	}
	return rounds, err
}
