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

// status draws which process delivers, where the receiver listens, and how many deliveries wait. Each
// has a fixed number of cells, which are empty until the status has been read.
func (f headerForm) status(s *screen.Env) []string {
	items := append(f.process(s), f.counts.draw(s, f.number)...)
	if n := s.Status.Counts.Receipts; f.receipts {
		items = append(items, s.Theme.Dim.Render(count(n, f.number, words.Plural(n, "receipt"), "receipts")))
	}
	if !s.Status.Read {
		text, cells := "", component.Width(f.join(items))
		if errors.Is(s.Status.Err, storage.ErrUnreachable) {
			text = s.Theme.Warn.Render(style.Warning + longest(cells-1, " database unavailable", " no database"))
		}
		return []string{component.Fit(text, cells)}
	}
	return items
}

// process draws the engine and the receiver. Without an engine there is no receiver, so the text about
// the engine gets both slots.
func (f headerForm) process(s *screen.Env) []string {
	if !isDelivering(s) {
		return []string{component.Fit(enginePhrase(s, f.engine), f.engine+f.gap+f.receiver)}
	}
	return []string{component.Fit(enginePhrase(s, f.engine), f.engine), component.Fit(receiverPhrase(s, f.receiver), f.receiver)}
}

// isDelivering reports whether an engine is running and has recorded where the receiver listens.
func isDelivering(s *screen.Env) bool { return s.Status.Read && s.Status.Alive && !s.Status.Starting() }

// longest returns the longest text that fits into a number of cells, or the shortest if none fits. texts
// are in the order of their lengths, the longest first.
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

// enginePhrase returns whether an engine is running, here or in which other process, or how many nodes
// deliver from a shared database.
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

// receiverPhrase returns where the receiver listens, without the host if there is no space for it, or
// that it is off. The banner says why.
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

// draw draws the counts, each with a number of a fixed width.
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

// count returns a number with a word, which has the width of its widest form, so that nothing moves when
// the singular becomes a plural.
func count(n int64, cells int, word, widest string) string {
	return component.FitRight(screen.ShortCount(n, cells), cells) + " " + component.Fit(word, len(widest))
}
