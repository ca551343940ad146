package tui

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// readStatus reads the status that the header shows.
func readStatus(ctx context.Context, store StatusStore) (screen.Status, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return screen.Status{}, err
	}
	counts, err := store.Counts(ctx)
	if err != nil {
		return screen.Status{}, err
	}
	nodes, err := store.Nodes(ctx)
	if err != nil {
		return screen.Status{}, err
	}
	status := screen.Status{Runtime: rt, Alive: alive, Counts: counts, Read: true}
	if storage.Shared(nodes) {
		status.Nodes = len(storage.Alive(nodes))
	}
	return status, nil
}

// status draws which process delivers, where the receiver is, and which deliveries wait: each in a
// fixed number of cells, which are empty until the status was read.
func (f headerForm) status(s *screen.Env) []string {
	items := append(f.process(s), f.counts.draw(s, f.number)...)
	if n := s.Status.Counts.Receipts; f.receipts {
		items = append(items, s.Theme.Dim.Render(count(n, f.number, words.Plural(n, "receipt"), "receipts")))
	}
	if !s.Status.Read {
		text := ""
		if errors.Is(s.Status.Err, storage.ErrAway) {
			text = s.Theme.Warn.Render(style.Warning + " database away")
		}
		return []string{component.Fit(text, component.Width(f.join(items)))}
	}
	return items
}

// process draws the engine and the receiver. Without an engine there is no receiver either,
// which leaves the first the slots of both.
func (f headerForm) process(s *screen.Env) []string {
	if !isDelivering(s) {
		return []string{component.Fit(enginePhrase(s, f.engine), f.engine+f.gap+f.receiver)}
	}
	return []string{component.Fit(enginePhrase(s, f.engine), f.engine), component.Fit(receiverPhrase(s, f.receiver), f.receiver)}
}

// isDelivering reports whether there is an engine that has said where the receiver is.
func isDelivering(s *screen.Env) bool { return s.Status.Read && s.Status.Alive && !s.Status.Starting() }

// longest returns the first of some texts, longest first, that fits into so many cells.
func longest(cells int, texts ...string) string {
	for _, text := range texts[:len(texts)-1] {
		if component.Width(text) <= cells {
			return text
		}
	}
	return texts[len(texts)-1]
}

// isLeader reports whether this process delivers.
func isLeader(s *screen.Env) bool { return s.Status.Runtime.PID == s.PID }

// enginePhrase says whether the engine runs, here or in which other process, or how many nodes
// deliver together.
func enginePhrase(s *screen.Env, cells int) string {
	th, pid := s.Theme, strconv.Itoa(s.Status.Runtime.PID)
	switch {
	case !s.Status.Alive:
		return th.Warn.Render(style.Warning + " no engine")
	case s.Status.Starting():
		return th.Dim.Render("starting" + style.More)
	case s.Status.Nodes > 0:
		return th.Good.Render(style.Dot) + " " + th.Dim.Render(longest(cells-2, words.Count(s.Status.Nodes, "node"), strconv.Itoa(s.Status.Nodes)))
	case isLeader(s):
		return th.Good.Render(style.Dot) + " " + th.Dim.Render("engine")
	}
	return th.Good.Render(style.Ring) + " " + th.Dim.Render(longest(cells-2, "engine "+pid, pid))
}

// receiverPhrase says where the receiver listens, if need be by its port alone, or that it is
// off. The banner says why.
func receiverPhrase(s *screen.Env, cells int) string {
	th, base := s.Theme, s.Status.Runtime.ReceiverURL
	if base == "" {
		return th.Warn.Render(style.Warning + longest(cells-1, " receiver off", " off"))
	}
	texts := []string{style.Escape(strings.TrimPrefix(base, "https://"))}
	if at, err := url.Parse(base); err == nil && at.Port() != "" {
		texts = append(texts, ":"+at.Port())
	}
	return th.Text.Render(longest(cells, texts...))
}

// A countForm is a way to draw how many deliveries wait.
type countForm int

const (
	countSum    countForm = iota // all of them
	countWorst                   // those in the state that most needs attention, after its glyph
	countGlyphs                  // those in each state, after its glyph
	countWords                   // before its name
)

// countedStates returns the states of deliveries that wait, the worst last.
func countedStates() []storage.State {
	return []storage.State{storage.Queued, storage.Retrying, storage.Parked}
}

// draw draws the counts, each in a slot for a number of so many cells.
func (f countForm) draw(s *screen.Env, cells int) (parts []string) {
	all, worst := int64(0), storage.Queued
	for _, state := range countedStates() {
		n := s.Status.Counts.Deliveries[state]
		all += n
		if n > 0 {
			worst = state
		}
		switch f {
		case countGlyphs:
			parts = append(parts, glyphCount(s, state, cells))
		case countWords:
			parts = append(parts, inkOf(n, s.Theme.Text, s.Theme.Dim).Render(count(n, cells, string(state), string(state))))
		}
	}
	switch f {
	case countSum:
		parts = append(parts, inkOf(all, s.Theme.Text, s.Theme.Dim).Render(count(all, cells, "waiting", "waiting")))
	case countWorst:
		parts = append(parts, glyphCount(s, worst, cells))
	}
	return parts
}

// glyphCount draws how many deliveries are in a state, after its glyph.
func glyphCount(s *screen.Env, state storage.State, cells int) string {
	n, th := s.Status.Counts.Deliveries[state], s.Theme
	glyph, ink := screen.StateStyle(th, state)
	return inkOf(n, ink, th.Dim).Render(glyph) +
		inkOf(n, th.Text, th.Dim).Render(component.Fit(screen.ShortCount(n, cells), cells))
}

// inkOf returns the style of a number and of what belongs to it.
func inkOf(n int64, ink, zero style.Style) style.Style {
	if n == 0 {
		return zero
	}
	return ink
}

// count returns a number of so many cells and a word in as many as its widest form has.
func count(n int64, cells int, word, widest string) string {
	return component.FitRight(screen.ShortCount(n, cells), cells) + " " + component.Fit(word, len(widest))
}
