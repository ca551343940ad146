package storage

import (
	"fmt"
	"strings"
	"time"
)

// A Forward is what became of relaying a receipt to another server. The zero value is that
// of a receipt which came while nothing was relayed.
type Forward struct {
	URL      string
	State    ForwardState
	Code     int // that server's answer
	Duration time.Duration
	Error    string // why there is no answer
	Body     []byte // of the answer: its first MaxAnswerBody, as it came but for the secrets in it
	Flaw     BodyFlaw
	Type     string // the answer's Content-Type
	Encoding string // the answer's Content-Encoding
}

// Header has the header lines by which the answer's body is read.
func (f Forward) Header() []HeaderField {
	return []HeaderField{{Name: "Content-Type", Value: f.Type}, {Name: "Content-Encoding", Value: f.Encoding}}
}

// Answer is what the server answered, for a person to read.
func (f Forward) Answer() ShownBody { return ShowBody(f.Header(), f.Body, f.Flaw) }

// A ForwardState says how far relaying a receipt has come.
type ForwardState string

// The states of a Forward.
const (
	ForwardWaiting  ForwardState = "waiting"
	ForwardAnswered ForwardState = "answered" // by whatever status
	ForwardFailed   ForwardState = "failed"   // it was tried
	ForwardDropped  ForwardState = "dropped"  // it was to be tried, and was not to its end
	ForwardWithheld ForwardState = "withheld" // only what is verified is relayed
)

// String tells in a few words what became of it, the server apart; nothing for the zero
// value.
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
