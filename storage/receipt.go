package storage

import (
	"net/http"
	"time"

	"backchannel/storage/jsontext"
	"backchannel/storage/token"
)

// A Receipt is a request to the built-in receiver as it arrived, with the verdicts on it and
// the answer.
type Receipt struct {
	ID         ID
	ReceivedAt time.Time
	WebhookID  ID     // 0: unmatched
	Webhook    string // the webhook's name, kept after the webhook is deleted
	Method     string
	Path       string // as sent, with escapes and query; the secrets in it are encrypted at rest
	Proto      string // HTTP/1.1
	TLSVersion string // TLS 1.3; empty for plain HTTP
	Remote     string
	// Headers includes duplicates. The names are in the canonical form of net/http, which
	// does not preserve their order and letter case.
	Headers []HeaderField
	Body    []byte
	SHA256  string // of Body, hexadecimal
	Flaw    BodyFlaw

	RequestID  string
	Channel    string
	Status     string
	Identity   string
	RetryCount string // as written in the body, "null" included

	CampaignUUID string // campaignID and messageExecutionID of the body
	ExecutionID  string
	Campaign     string // the name of the campaign with that UUID, if there is one

	DeliveryID ID // the delivery of this engine, which exists; 0 for another sender
	Attempt    int

	Code     int // HTTP status of the intended answer, 0 if a fault drops the connection
	Outcome  AnswerOutcome
	Duration time.Duration

	Verdicts Verdicts
	Forward  Forward // the result of relaying the request
	Pinned   bool
	Note     string
}

// VerdictStatus returns the status that the verdicts call for, which is the answer unless a
// response profile overrides it. An incomplete body takes precedence over authentication,
// and authentication over the content.
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

// Secrets returns the secret values in the request. An endpoint that the request is replayed
// to may echo them, so that they have to be masked in its answer.
func (r Receipt) Secrets() []string {
	secrets := URLSecrets(r.Path)
	for _, h := range r.Headers {
		if h.Secret || h.LikelySecret() {
			secrets = append(secrets, h.Value)
		}
	}
	return secrets
}

// A BodyFlaw is the reason why a body is incomplete. It is empty for a complete body.
type BodyFlaw string

// The flaws of a body.
const (
	BodyCut      BodyFlaw = "cut"       // fewer bytes than announced arrived in time
	BodyOverLong BodyFlaw = "over-long" // longer than the limit
)

// An AnswerEnd is the part of a receipt that is known only after the answer.
type AnswerEnd struct {
	ReceiptID ID
	Outcome   AnswerOutcome
	Duration  time.Duration
}

// An AnswerOutcome says whether an answer was sent.
type AnswerOutcome string

// The outcomes of an answer. The outcome is empty while the answer is in progress.
const (
	Answered   AnswerOutcome = "answered"
	Dropped    AnswerOutcome = "dropped"     // by the response profile
	ClientGone AnswerOutcome = "client gone" // the sender closed the connection first
)

// A Check is one step of a verdict.
type Check = token.Check

// A Position is where in a body a check found something.
type Position = jsontext.Position

// A Result is the result of a verdict or of one of its checks.
type Result = token.Result

// The results.
const (
	Pass          = token.Pass
	Fail          = token.Fail
	NotApplicable = token.NotApplicable
)

// A Verdict is the judgement of one aspect of a receipt. Reason says in one line what was
// expected, what was received and what to do.
//
// Word is the fault of a failed verdict in a word or two that fit in a column: "exp", "no aud", or
// of a schema verdict the end of the field's path, "feedbackStatus/value".
type Verdict struct {
	Result Result  `json:"result"`
	Word   string  `json:"word,omitempty"`
	Reason string  `json:"reason"`
	Checks []Check `json:"checks,omitempty"`
}

// Verdicts holds the verdict on each aspect of a receipt.
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

// List returns the verdicts in display order.
func (v Verdicts) List() []NamedVerdict {
	return []NamedVerdict{
		{"auth", v.Auth}, {"schema", v.Schema}, {"target", v.Target},
		{"headers", v.Headers}, {"duplicate", v.Duplicate}, {"order", v.Order},
	}
}

// Earlier is the part of an earlier receipt that the duplicate and order verdicts need. Both
// receipts are of the same message: the same webhook, requestId and identity.
type Earlier struct {
	ID         ID
	ReceivedAt time.Time
	Status     string
	RetryCount string
	Code       int
}
