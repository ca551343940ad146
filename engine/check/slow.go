package check

import (
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

// slowBody is how long the body of the case slow takes. It is below the shortest limits of
// common servers (Apache's RequestReadTimeout and nginx's client_body_timeout allow 20 s and
// 60 s, Node's requestTimeout 300 s).
const slowBody = 3 * time.Second

// slowCases send a body slowly, as over a bad network.
func slowCases() []Case {
	return []Case{{
		ID: "slow/body", Level: storage.CheckShould, What: "an event whose body is sent over 3 s", Expected: "2xx",
		Why:    "networks are slow at times, and a server that gives up loses the event or, worse, reads half of it",
		Remedy: "give the body 10 s or more to arrive, and do not parse what is incomplete",
		plan: func(s *eventSource) ([]round, error) {
			return one(engine.Variation{Over: s.slow, Fresh: true})(s)
		},
		judge: acceptedOr(), // the time that sending takes does not count
	}}
}
