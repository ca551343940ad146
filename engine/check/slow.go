package check

import (
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

// slowBody is how long the body of the case slow/body takes. It is well below the limits of common
// servers (20 s for Apache's RequestReadTimeout, 60 s for nginx's client_body_timeout, 300 s for
// Node's requestTimeout).
const slowBody = 3 * time.Second

// slowCases returns the case that sends a body slowly, as a bad network does.
func slowCases() []Case {
	return []Case{{
		ID: "slow/body", Level: storage.CheckShould, What: "an event whose body is sent over 3 s", Expected: "2xx",
		Why:    "some networks are slow, and a server that gives up loses the event or, worse, reads half of it",
		Remedy: "give the body 10 s or more to arrive, and do not parse an incomplete one",
		plan: func(s *eventSource) ([]round, error) {
			return single(engine.Variation{Over: s.slow, Fresh: true})(s)
		},
		judge: acceptedOr(), // not accepted, which would count the time that sending takes
	}}
}
