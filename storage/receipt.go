package storage

import (
	"net/http"
	"time"

	"backchannel/storage/token"
)

// A Receipt is one request that reached the built-in receiver, as it arrived, with
// the verdicts on it and the answer it got.
type Receipt struct {
	ID         ID
	ReceivedAt time.Time
	WebhookID  ID     // 0: unmatched
	Webhook    string // its name, also after it was deleted
	Method     string
	Path       string // as sent, escapes and query included; the secrets in it are encrypted at rest
	Proto      string // HTTP/1.1
	TLSVersion string // TLS 1.3; empty for plain HTTP
	Remote     string
	// Headers has duplicates kept, names as net/http gives them; their order and
	// letter case on the wire cannot be known.
	Headers []HeaderField
	Body    []byte
	SHA256  string // of Body, hexadecimal
	Flaw    BodyFlaw

	RequestID  string
	Channel    string
	Status     string
	Identity   string
	RetryCount string // as written in the body, "null" included

	DeliveryID ID // of our own engine, checked to exist; 0 for a foreign sender
	Attempt    int

	Code     int // the answer meant, 0 when a fault drops the connection
	Outcome  AnswerOutcome
	Duration time.Duration

	Verdicts Verdicts
	Forward  Forward // what another server said to it
	Pinned   bool
	Note     string
}

// VerdictStatus is the status that the receipt's verdicts ask for, when no response profile
// says otherwise: a body that did not arrive whole comes first, then who sent it, then what
// it says.
func (r Receipt) VerdictStatus() int {
	v := r.Verdicts
	switch {
	case r.Flaw == BodyOverLong:
		return http.StatusRequestEntityTooLarge
	case r.Flaw != "":
		return http.StatusBadRequest
	case v.Auth.Result == Fail:
		return http.StatusUnauthorized
	case v.Schema.Result == Fail, v.Target.Result == Fail:
		return http.StatusUnprocessableEntity
	}
	return http.StatusNoContent
}

// Secrets are the values in the request that an answer to it, sent again, must not give
// away.
func (r Receipt) Secrets() []string {
	secrets := URLSecrets(r.Path)
	for _, h := range r.Headers {
		if h.Secret || h.LikelySecret() {
			secrets = append(secrets, h.Value)
		}
	}
	return secrets
}

// A BodyFlaw says what kept a body from arriving whole.
type BodyFlaw string

// The flaws of a body.
const (
	BodyCut      BodyFlaw = "cut"       // fewer bytes came than announced, or too slowly; it broke off
	BodyOverLong BodyFlaw = "over-long" // more than the limit
)

// An AnswerEnd is what becomes known of a receipt once it is answered.
type AnswerEnd struct {
	ReceiptID ID
	Outcome   AnswerOutcome
	Duration  time.Duration
}

// An AnswerOutcome says what became of an answer.
type AnswerOutcome string

// What can become of an answer; empty while it is under way.
const (
	Answered   AnswerOutcome = "answered"
	Dropped    AnswerOutcome = "dropped"     // by the response profile
	ClientGone AnswerOutcome = "client gone" // the sender did not wait for it
)

// A Check is one step of a verdict.
type Check = token.Check

// A Result is how a verdict or one of its checks came out.
type Result = token.Result

// The results.
const (
	Pass          = token.Pass
	Fail          = token.Fail
	NotApplicable = token.NotApplicable
)

// A Verdict judges one aspect of a receipt. Reason says in one line what was expected,
// what came and what to do.
type Verdict struct {
	Result Result  `json:"result"`
	Reason string  `json:"reason"`
	Checks []Check `json:"checks,omitempty"`
}

// Verdicts is everything that is judged of a receipt.
type Verdicts struct {
	Auth      Verdict `json:"auth"`
	Schema    Verdict `json:"schema"`
	Target    Verdict `json:"target"`
	Headers   Verdict `json:"headers"`
	Duplicate Verdict `json:"duplicate"`
	Order     Verdict `json:"order"`
}

// A NamedVerdict is a verdict with its name.
type NamedVerdict struct {
	Name string
	Verdict
}

// List has the verdicts in the order in which they are shown.
func (v Verdicts) List() []NamedVerdict {
	return []NamedVerdict{
		{"auth", v.Auth}, {"schema", v.Schema}, {"target", v.Target},
		{"headers", v.Headers}, {"duplicate", v.Duplicate}, {"order", v.Order},
	}
}

// Earlier is what a store knows of an earlier receipt of the same message, that is of
// the same webhook, requestId and identity.
type Earlier struct {
	ID         ID
	ReceivedAt time.Time
	Status     string
	RetryCount string
	Code       int
}
