package receiver

import (
	"net/http"
	"time"

	"backchannel/storage"
)

// An answer is what is to be sent, or kept from being sent.
type answer struct {
	status  int
	headers []storage.HeaderField
	problem *problem // the body, unless there is another
	body    string
	delay   time.Duration
	drip    int // bytes per second, 0: at once
	fault   storage.Fault
}

// code is the answer meant, 0 when none is.
func (a answer) code() int {
	if a.fault != "" {
		return 0
	}
	return a.status
}

// late reports whether it takes its time, which the sender must grant it.
func (a answer) late() bool { return a.delay > 0 || a.drip > 0 || a.fault == storage.FaultHang }

// verdictAnswer is what the verdicts ask for. A body that did not arrive whole comes
// first, then who sent it, then what it says.
func (x *exchange) verdictAnswer(to *endpoint) answer {
	v := x.receipt.Verdicts
	switch {
	case x.receipt.Flaw == storage.BodyOverLong:
		return answer{status: http.StatusRequestEntityTooLarge, problem: problemOf("schema", v.Schema)}
	case x.receipt.Flaw != "":
		return answer{status: http.StatusBadRequest, problem: problemOf("schema", v.Schema)}
	case v.Auth.Result == storage.Fail:
		return answer{
			status:  http.StatusUnauthorized,
			problem: problemOf("auth", v.Auth),
			headers: []storage.HeaderField{{Name: "WWW-Authenticate", Value: challenge(to.webhook.Auth.JWT, v.Auth)}},
		}
	case v.Schema.Result == storage.Fail:
		return answer{status: http.StatusUnprocessableEntity, problem: problemOf("schema", v.Schema)}
	case v.Target.Result == storage.Fail:
		return answer{status: http.StatusUnprocessableEntity, problem: problemOf("target", v.Target)}
	}
	return answer{status: http.StatusNoContent}
}
