package screen

import (
	"backchannel/storage"
)

// Status is what the header shows: the status of the leader, and how many deliveries are waiting.
type Status struct {
	Runtime storage.Runtime
	Alive   bool // there is a leader
	Nodes   int  // the live nodes of a store that several machines share; 0: none, or it is not shared
	Counts  storage.Counts
	Read    bool
	Err     error
}

// ReceiverURL returns the URL of the built-in receiver, or "" while it is off.
func (s Status) ReceiverURL() string {
	if !s.Alive {
		return ""
	}
	return s.Runtime.ReceiverURL
}

// Starting reports whether there is a leader that has not written its status yet.
func (s Status) Starting() bool { return s.Alive && s.Runtime.PID == 0 }

// Problem returns the problem that the banner reports, or "".
func (s Status) Problem() string {
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
