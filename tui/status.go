package tui

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
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

// starting is while somebody is about to deliver, who has not said so yet.
func (s status) starting() bool { return s.alive && s.runtime.PID == 0 }

// trouble is what the banner says when nobody gave it a text.
func (s status) trouble() string {
	switch {
	case s.err != nil:
		return s.err.Error()
	case s.alive && s.runtime.Trouble != "":
		return s.runtime.Trouble
	case s.read && s.alive && s.runtime.ReceiverURL == "" && s.runtime.ReceiverError != "":
		return "receiver off: " + s.runtime.ReceiverError
	}
	return ""
}

// standing says who delivers and where the receiver is, at length and as short as can be.
func (s *shared) standing() (whole, short string) {
	if !s.status.read {
		return "", ""
	}
	whole = spaced(" ", s.holderPhrase(), s.receiverPhrase())
	return whole, spaced(" ", s.holderPhrase(), s.portPhrase())
}

// statusForms are the ways to say how things stand, the longest first: who delivers and
// where the receiver is are in all of them, as long as there is any room.
func (s *shared) statusForms() []string {
	if !s.status.read {
		return nil
	}
	who, where := s.holderPhrase(), s.receiverPhrase()
	all, some := s.countPhrases()
	receipts := s.theme.Dim.Render(thousands(s.status.counts.Receipts) + " " + words.Plural(s.status.counts.Receipts, "receipt"))
	return []string{
		spaced("   ", who, where, spaced("   ", all...), receipts),
		spaced("   ", who, where, spaced("   ", all...)),
		spaced("  ", who, where, spaced("  ", some...)),
		spaced(" ", who, where, spaced("  ", some...)),
		spaced(" ", who, where, s.countGlyphs()),
		spaced("  ", who, where),
		spaced(" ", who, where),
		spaced(" ", who, s.portPhrase()),
		who,
	}
}

// spaced joins what there is.
func spaced(gap string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), gap)
}

// countedStates are those of deliveries that are not final.
func countedStates() []storage.State {
	return []storage.State{storage.Queued, storage.Retrying, storage.Parked}
}

// countPhrases say how many deliveries wait: of all states worth telling, and of those
// alone that there are any of.
func (s *shared) countPhrases() (all, some []string) {
	th := s.theme
	for _, state := range countedStates() {
		n := s.status.counts.Deliveries[state]
		ink := th.Dim
		if n > 0 {
			ink = th.Text
		}
		phrase := ink.Render(strconv.FormatInt(n, 10) + " " + string(state))
		if n > 0 || state != storage.Parked {
			all = append(all, phrase)
		}
		if n > 0 {
			some = append(some, phrase)
		}
	}
	if len(some) == 0 {
		some = all[:1]
	}
	return all, some
}

// countGlyphs is the same where words have no room.
func (s *shared) countGlyphs() string {
	var parts []string
	for _, state := range countedStates() {
		if n := s.status.counts.Deliveries[state]; n > 0 {
			glyph, ink := look(s.theme, state)
			parts = append(parts, ink.Render(glyph)+s.theme.Text.Render(strconv.FormatInt(n, 10)))
		}
	}
	if len(parts) == 0 {
		return s.theme.Dim.Render(style.Info + "0")
	}
	return strings.Join(parts, " ")
}

// receiverPhrase is where the receiver listens, or that it does not; the banner says why.
func (s *shared) receiverPhrase() string {
	switch th, url := s.theme, s.status.runtime.ReceiverURL; {
	case !s.status.alive, s.status.starting():
		return ""
	case url == "":
		return th.Warn.Render(style.Warning + " receiver off")
	default:
		return th.Text.Render(style.Escape(strings.TrimPrefix(url, "https://")))
	}
}

// portPhrase is that where there is no room for the host.
func (s *shared) portPhrase() string {
	url, err := url.Parse(s.status.runtime.ReceiverURL)
	if err != nil || url.Port() == "" || s.status.starting() || !s.status.alive {
		return s.receiverPhrase()
	}
	return s.theme.Text.Render(":" + url.Port())
}

func (s *shared) holds() bool { return s.status.runtime.PID == s.PID }

// holderPhrase says whether this console delivers, or which process does.
func (s *shared) holderPhrase() string {
	th := s.theme
	switch {
	case !s.status.alive:
		return th.Warn.Render(style.Warning + " nobody delivers")
	case s.status.starting():
		return th.Dim.Render("starting" + style.More)
	case s.holds():
		return th.Good.Render(style.Dot) + " " + th.Dim.Render("engine")
	}
	return th.Good.Render(ring) + " " + th.Dim.Render("engine "+strconv.Itoa(s.status.runtime.PID))
}

const ring = "○" // there, but not here
