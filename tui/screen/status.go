package screen

import (
	"backchannel/storage"
)

// Status is what the header tells: who delivers, and how much there is to do.
type Status struct {
	Runtime storage.Runtime
	Alive   bool // somebody delivers
	Counts  storage.Counts
	Read    bool
	Err     error
}

// ReceiverURL is where the built-in receiver listens, empty while it is off.
func (s Status) ReceiverURL() string {
	if !s.Alive {
		return ""
	}
	return s.Runtime.ReceiverURL
}

// Starting is while somebody is about to deliver, who has not said so yet.
func (s Status) Starting() bool { return s.Alive && s.Runtime.PID == 0 }

// Trouble is what the banner says when nobody gave it a text.
func (s Status) Trouble() string {
	switch {
	case s.Err != nil:
		return s.Err.Error()
	case s.Alive && s.Runtime.Stalled != "":
		return s.Runtime.Stalled
	case s.Read && s.Alive && s.Runtime.ReceiverURL == "" && s.Runtime.ReceiverError != "":
		return "receiver off: " + s.Runtime.ReceiverError
	}
	return ""
}
