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

// verdictAnswer is what the verdicts ask for, with the problem that they found first.
func (x *exchange) verdictAnswer(to *endpoint) answer {
	v, made := x.receipt.Verdicts, answer{status: x.receipt.VerdictStatus()}
	switch {
	case made.status == http.StatusNoContent:
	case x.receipt.Flaw != "":
		made.problem = problemOf("schema", v.Schema)
	case v.Auth.Result == storage.Fail:
		made.problem = problemOf("auth", v.Auth)
		made.headers = []storage.HeaderField{{Name: "WWW-Authenticate", Value: challenge(to.webhook.Auth.JWT, v.Auth)}}
	case v.Schema.Result == storage.Fail:
		made.problem = problemOf("schema", v.Schema)
	default:
		made.problem = problemOf("target", v.Target)
	}
	return made
}
