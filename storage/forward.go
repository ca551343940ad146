package storage

import (
	"fmt"
	"strings"
	"time"
)

// A Forward is the result of relaying a receipt to another server. It is the zero value if
// relaying was off when the request was received.
type Forward struct {
	URL      string
	State    ForwardState
	Code     int // HTTP status of that server's answer
	Duration time.Duration
	Error    string // why there is no answer
	Body     []byte // the first MaxAnswerBody bytes of the answer, with secrets hidden
	Flaw     BodyFlaw
	Type     string // the answer's Content-Type
	Encoding string // the answer's Content-Encoding
}

// Header returns the header fields that are needed to decode the answer's body.
func (f Forward) Header() []HeaderField {
	return []HeaderField{{Name: "Content-Type", Value: f.Type}, {Name: "Content-Encoding", Value: f.Encoding}}
}

// Answer returns the server's answer in readable form.
func (f Forward) Answer() ShownBody { return ShowBody(f.Header(), f.Body, f.Flaw) }

// A ForwardState is the state of relaying a receipt.
type ForwardState string

// The states of a Forward.
const (
	ForwardWaiting  ForwardState = "waiting"
	ForwardAnswered ForwardState = "answered" // with any status
	ForwardFailed   ForwardState = "failed"   // attempted, no answer
	ForwardDropped  ForwardState = "dropped"  // not attempted, or abandoned
	ForwardWithheld ForwardState = "withheld" // only verified requests are relayed
)

// String describes the result in a few words, without the server's URL. It is empty for the
// zero value.
func (f Forward) String() string {
	switch f.State {
	case "":
		return ""
	case ForwardWaiting:
		return "waiting for an answer"
	case ForwardWithheld, ForwardDropped:
		return "not relayed: " + f.Error
	}
	took := f.Duration.Round(10 * time.Microsecond)
	if f.State == ForwardFailed {
		return fmt.Sprintf("no answer, after %s: %s", took, f.Error)
	}
	return strings.TrimSuffix(fmt.Sprintf("answered %d after %s; %s", f.Code, took, f.Error), "; ")
}
