package tui

import (
	"slices"
	"time"

	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// keyQueue delays keys while the records on which they act are being read, and while the actions
// of earlier keys are not finished. So no key is lost, and keys take effect in their order however
// fast they come.
type keyQueue struct {
	target keyTarget
	now    func() time.Time

	awake      bool         // the first screen has been read
	taking     bool         // a key is being handled
	more       bool         // further keys came in the same message as the one being handled
	waiting    []pendingKey // the oldest first
	dispatched *dispatch    // the work that the last keys started; nil: all of it is done
	pasteUntil time.Time    // keys before this time belong to a pasted text
}

// keyTarget handles the keys.
type keyTarget interface {
	key(tea.KeyMsg) tea.Cmd
	update(tea.Msg) tea.Cmd
	ready() bool          // the first screen has been read
	busy(tea.KeyMsg) bool // the record on which the key acts is being read
	typing() bool         // a person types text
	covered() bool        // an overlay gets the keys
}

// A pendingKey is a key that waits, or an action that waits for its turn among the keys.
type pendingKey struct {
	key  tea.KeyMsg
	rest bool           // the rest of a message whose first keys have been handled
	do   func() tea.Cmd // the action; nil: it is a key
}

// isUrgent reports whether a key acts even while a person types.
func isUrgent(msg tea.KeyMsg) bool {
	return slices.ContainsFunc(urgent(), func(b screen.Binding) bool { return slices.Contains(b.Keys, msg.String()) })
}

// press handles a key, unless it has to wait.
func (q *keyQueue) press(msg tea.KeyMsg) tea.Cmd {
	if !isUrgent(msg) && (len(q.waiting) > 0 || q.waits(msg)) {
		q.waiting = append(q.waiting, pendingKey{key: msg})
		return nil
	}
	return q.take(msg)
}

// take handles a message of one or more keys, unless it looks like a paste.
func (q *keyQueue) take(msg tea.KeyMsg) tea.Cmd {
	if !isUrgent(msg) && q.looksPasted(msg) {
		return screen.Say(screen.AboutKeys("that looks like pasted text, which cannot be used here"))
	}
	return q.takeKeys(msg)
}

// takeKeys handles the keys of a message one by one. Bubbletea puts all letters of one read into a
// message, which over a slow line or from a script may be several keys. While a person types text, the
// rest is passed on as a paste, so that it cannot be mistaken for the name of a key.
func (q *keyQueue) takeKeys(msg tea.KeyMsg) tea.Cmd {
	q.taking = true
	defer func() { q.taking, q.more = false, false }()
	if msg.Type != tea.KeyRunes || msg.Paste {
		return q.dispatchKey(msg)
	}
	var cmds []tea.Cmd
	for i, r := range msg.Runes {
		rest := tea.KeyMsg{Type: tea.KeyRunes, Runes: msg.Runes[i:], Alt: msg.Alt}
		if i > 0 && q.waits(rest) {
			q.waiting = slices.Insert(q.waiting, 0, pendingKey{key: rest, rest: true})
			break
		}
		if len(rest.Runes) > 1 && !msg.Alt && q.target.typing() {
			rest.Paste = true
			return tea.Batch(append(cmds, q.dispatchKey(rest))...)
		}
		q.more = i < len(msg.Runes)-1
		cmds = append(cmds, q.dispatchKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt}))
	}
	return tea.Batch(cmds...)
}

// waits reports whether a key has to wait. For several keys in one message, the first one decides.
func (q *keyQueue) waits(msg tea.KeyMsg) bool {
	if msg.Type == tea.KeyRunes && len(msg.Runes) > 1 {
		msg.Runes = msg.Runes[:1]
	}
	return !q.awake && !q.target.ready() || q.dispatched != nil || q.target.busy(msg)
}

// wake handles the keys that no longer have to wait.
func (q *keyQueue) wake() tea.Cmd {
	if q.taking || !q.awake && !q.target.ready() {
		return nil
	}
	q.awake = true
	var cmds []tea.Cmd
	for len(q.waiting) > 0 && !q.waits(q.waiting[0].key) {
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		switch {
		case next.do != nil:
			cmds = append(cmds, q.dispatch(next.do()))
		case next.rest:
			cmds = append(cmds, q.takeKeys(next.key))
		default:
			cmds = append(cmds, q.take(next.key))
		}
	}
	return tea.Batch(cmds...)
}

// afterKeys does something once the keys that wait have been handled.
func (q *keyQueue) afterKeys(do func() tea.Cmd) tea.Cmd {
	q.waiting = append(q.waiting, pendingKey{do: do})
	return q.wake()
}

const (
	pasteLength = 16                     // different keys in one message; nobody presses so many at once
	pastePause  = 100 * time.Millisecond // ends a paste
)

// looksPasted reports whether a key belongs to a text that was pasted where each letter would be a
// command, in a terminal without bracketed paste: many different letters at once, and what follows
// them without a pause.
func (q *keyQueue) looksPasted(msg tea.KeyMsg) bool {
	now := q.now()
	runes := slices.Compact(slices.Clone(msg.Runes))
	withPrefix := msg.Type == tea.KeyRunes && !msg.Paste && len(runes) >= pasteLength && !q.target.covered() && !q.target.typing()
	if !withPrefix && !now.Before(q.pasteUntil) {
		return false
	}
	q.pasteUntil = now.Add(pastePause)
	return true
}

// dispatchKey handles a key. Unless the key is text, later keys wait for the commands that it starts.
func (q *keyQueue) dispatchKey(msg tea.KeyMsg) tea.Cmd {
	text := q.target.typing() && screen.Typed(msg)
	cmd := q.target.key(msg)
	if text {
		return cmd
	}
	return q.dispatch(cmd)
}
