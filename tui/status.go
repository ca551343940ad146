package tui

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// readStatus reads what the header shows.
func readStatus(ctx context.Context, store StatusStore) (screen.Status, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return screen.Status{}, err
	}
	counts, err := store.Counts(ctx)
	if err != nil {
		return screen.Status{}, err
	}
	return screen.Status{Runtime: rt, Alive: alive, Counts: counts, Read: true}, nil
}

// statusForms returns ways to show the status, longest first. All but the shortest say which
// process delivers and where the receiver is.
func statusForms(s *screen.Env) []string {
	if !s.Status.Read {
		return nil
	}
	who, where := enginePhrase(s), receiverPhrase(s)
	all, some := countPhrases(s)
	receipts := s.Theme.Dim.Render(screen.Thousands(s.Status.Counts.Receipts) + " " + words.Plural(s.Status.Counts.Receipts, "receipt"))
	return []string{
		spaced("   ", who, where, spaced("   ", all...), receipts),
		spaced("   ", who, where, spaced("   ", all...)),
		spaced("  ", who, where, spaced("  ", some...)),
		spaced(" ", who, where, spaced("  ", some...)),
		spaced(" ", who, where, countGlyphs(s)),
		spaced("  ", who, where),
		spaced(" ", who, where),
		spaced(" ", who, portPhrase(s)),
		spaced(" ", strings.Replace(who, "engine ", "", 1), portPhrase(s)),
		who,
	}
}

// spaced joins the parts that are not empty.
func spaced(gap string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), gap)
}

// countedStates returns the states of deliveries that wait.
func countedStates() []storage.State {
	return []storage.State{storage.Queued, storage.Retrying, storage.Parked}
}

// countPhrases returns the numbers of waiting deliveries: all phrases, in which only parked may
// be missing, and those that are not 0.
func countPhrases(s *screen.Env) (all, some []string) {
	th := s.Theme
	for _, state := range countedStates() {
		n := s.Status.Counts.Deliveries[state]
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

// countGlyphs returns the same with glyphs, for when there is no room for words.
func countGlyphs(s *screen.Env) string {
	var parts []string
	for _, state := range countedStates() {
		if n := s.Status.Counts.Deliveries[state]; n > 0 {
			glyph, ink := screen.StateStyle(s.Theme, state)
			parts = append(parts, ink.Render(glyph)+s.Theme.Text.Render(strconv.FormatInt(n, 10)))
		}
	}
	if len(parts) == 0 {
		return s.Theme.Dim.Render(style.Info + "0")
	}
	return strings.Join(parts, " ")
}

// receiverPhrase says where the receiver listens, or that it is off. The banner says why.
func receiverPhrase(s *screen.Env) string {
	switch th, url := s.Theme, s.Status.Runtime.ReceiverURL; {
	case !s.Status.Alive, s.Status.Starting():
		return ""
	case url == "":
		return th.Warn.Render(style.Warning + " receiver off")
	default:
		return th.Text.Render(style.Escape(strings.TrimPrefix(url, "https://")))
	}
}

// portPhrase is receiverPhrase for when there is no room for the host.
func portPhrase(s *screen.Env) string {
	url, err := url.Parse(s.Status.Runtime.ReceiverURL)
	if err != nil || url.Port() == "" || s.Status.Starting() || !s.Status.Alive {
		return receiverPhrase(s)
	}
	return s.Theme.Text.Render(":" + url.Port())
}

// isLeader reports whether this process delivers.
func isLeader(s *screen.Env) bool { return s.Status.Runtime.PID == s.PID }

// enginePhrase says whether the engine runs, here or in which other process.
func enginePhrase(s *screen.Env) string {
	th := s.Theme
	switch {
	case !s.Status.Alive:
		return th.Warn.Render(style.Warning + " no engine")
	case s.Status.Starting():
		return th.Dim.Render("starting" + style.More)
	case isLeader(s):
		return th.Good.Render(style.Dot) + " " + th.Dim.Render("engine")
	}
	return th.Good.Render(ring) + " " + th.Dim.Render("engine "+strconv.Itoa(s.Status.Runtime.PID))
}

const ring = "○" // the engine of another process
