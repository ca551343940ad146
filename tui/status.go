package tui

import (
	"context"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/style"
)

// status is what the header tells: who delivers, and how much there is to do.
type status struct {
	runtime storage.Runtime
	alive   bool // somebody delivers
	counts  storage.Counts
	read    bool
	err     error
}

func (s *shared) readStatus(ctx context.Context) (status, error) {
	rt, alive, err := s.Store.Runtime(ctx)
	if err != nil {
		return status{}, err
	}
	counts, err := s.Store.Counts(ctx)
	if err != nil {
		return status{}, err
	}
	return status{runtime: rt, alive: alive, counts: counts, read: true}, nil
}

// receiverURL is where the built-in receiver listens, empty while it is off.
func (s status) receiverURL() string {
	if !s.alive {
		return ""
	}
	return s.runtime.ReceiverURL
}

// trouble is what the banner says when nobody gave it a text.
func (s status) trouble() string {
	switch {
	case s.err != nil:
		return s.err.Error()
	case s.read && s.alive && s.runtime.ReceiverURL == "" && s.runtime.ReceiverError != "":
		return "receiver off: " + s.runtime.ReceiverError
	}
	return ""
}

// phrases are the parts of the status line, the most important first.
func (s *shared) phrases() []string {
	th, st := s.theme, s.status
	if !st.read {
		return nil
	}
	var out []string
	switch {
	case !st.alive:
		out = append(out, th.Warn.Render(style.Warning+" nobody delivers"))
	case st.runtime.ReceiverURL == "":
		out = append(out, th.Warn.Render(style.Warning+" receiver off"))
	default:
		host := strings.TrimPrefix(st.runtime.ReceiverURL, "https://")
		out = append(out, th.Good.Render(s.holderGlyph())+" "+th.Text.Render(style.Escape(host)))
	}
	for _, state := range []storage.State{storage.Queued, storage.Retrying, storage.Parked} {
		if n := st.counts.Deliveries[state]; n > 0 || state != storage.Parked {
			out = append(out, countPhrase(th, n, state))
		}
	}
	return append(out, s.holderPhrase())
}

func countPhrase(th *style.Theme, n int64, state storage.State) string {
	ink := th.Dim
	if n > 0 {
		ink = th.Text
	}
	return ink.Render(strconv.FormatInt(n, 10) + " " + string(state))
}

func (s *shared) holds() bool { return s.status.runtime.PID == s.PID }

func (s *shared) holderGlyph() string {
	if s.holds() {
		return style.Dot
	}
	return ring
}

// holderPhrase says whether this console delivers, or which process does.
func (s *shared) holderPhrase() string {
	switch {
	case !s.status.alive:
		return s.theme.Dim.Render("taking over")
	case s.holds():
		return s.theme.Dim.Render("holder")
	}
	return s.theme.Dim.Render("beside " + strconv.Itoa(s.status.runtime.PID))
}

const ring = "○" // there, but not here
