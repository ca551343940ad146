package receiver

import (
	"net/http"
	"time"

	"backchannel/storage"
)

// An answer is the response to a request, or the fault that takes its place.
type answer struct {
	status  int
	headers []storage.HeaderField
	problem *problem // the body, unless body is set
	body    string
	delay   time.Duration
	drip    int // bytes per second, 0: at once
	fault   storage.Fault
}

// code returns the status to record, or 0 if the sender gets no answer.
func (a answer) code() int {
	if a.fault != "" {
		return 0
	}
	return a.status
}

// slow reports whether the answer is delayed on purpose, so that the server's own read
// deadline must not end it.
func (a answer) slow() bool { return a.delay > 0 || a.drip > 0 || a.fault == storage.FaultHang }

// verdictAnswer returns the answer that the verdicts call for. Its problem describes the first
// verdict that failed, in the order in which VerdictStatus looks at them.
func (x *exchange) verdictAnswer(to *endpoint) answer {
	v, a := x.receipt.Verdicts, answer{status: x.receipt.VerdictStatus()}
	switch {
	case a.status == http.StatusNoContent: // nothing is wrong
	case x.receipt.Flaw != "":
		a.problem = problemOf("schema", v.Schema)
	case v.Auth.Result == storage.Fail:
		a.problem = problemOf("auth", v.Auth)
		a.headers = []storage.HeaderField{{Name: "WWW-Authenticate", Value: challenge(to.webhook.Auth.JWT, v.Auth)}}
	case v.Schema.Result == storage.Fail:
		a.problem = problemOf("schema", v.Schema)
	default:
		a.problem = problemOf("target", v.Target)
	}
	return a
}
