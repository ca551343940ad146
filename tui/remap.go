package tui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// remap maps built-in keys to the keys with which a user has replaced them. A replaced key does
// nothing. A new key is translated to the built-in one before it is handled, so that lists and texts,
// which handle some keys themselves, need not know about it. On a screen where the new key already has
// a meaning, neither changes, so that every action can still be reached.
type remap map[string]string

// keyName returns a key in bubbletea's notation.
func keyName(name string) string {
	if name == component.SpaceKey {
		return " "
	}
	return name
}

// keyOf returns the message of a key, in bubbletea's notation. It returns false for an unknown
// name.
func keyOf(name string) (tea.KeyMsg, bool) {
	if rest, alt := strings.CutPrefix(name, "alt+"); alt {
		msg, ok := keyOf(rest)
		msg.Alt = true
		return msg, ok && !strings.HasPrefix(rest, "alt+")
	}
	if name == "" {
		return tea.KeyMsg{}, false
	}
	const first, last = -100, 127 // bubbletea numbers its keys in this range, and exports no list of them
	for t := tea.KeyType(first); t <= last; t++ {
		if t != tea.KeyRunes && t != tea.KeySpace && (tea.KeyMsg{Type: t}).String() == name {
			return tea.KeyMsg{Type: t}, true
		}
	}
	switch runes := []rune(name); {
	case name == " ":
		return tea.KeyMsg{Type: tea.KeySpace, Runes: runes}, true
	case len(runes) == 1 && component.Width(name) == 1:
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: runes}, true
	}
	return tea.KeyMsg{}, false
}

// A scope is the keys that mean something on one screen.
type scope struct {
	name   string
	help   map[string]string // what each does
	typing bool              // letters are text
}

// newScope returns the scope of a screen with these bindings. If several have the same key, the first
// one counts, as when the key is pressed.
func newScope(name string, typing bool, bindings ...[]screen.Binding) scope {
	s := scope{name, map[string]string{}, typing}
	for _, key := range fixedKeys() {
		s.help[key] = "moving and leaving"
	}
	for _, b := range slices.Concat(bindings...) {
		for _, key := range b.Keys {
			if _, ok := s.help[key]; !ok {
				s.help[key] = b.Help
			}
		}
	}
	return s
}

// fixedKeys returns the keys that cannot be replaced.
func fixedKeys() []string {
	all := []string{"esc", "q", "backspace"}
	for _, b := range urgent() {
		all = append(all, b.Keys...)
	}
	return append(all, movingKeys()...)
}

// active returns the new key for a built-in one in a scope, or false if it has none there.
func (r remap) active(s scope, builtin string) (string, bool) {
	key, moved := r[builtin]
	_, known := s.help[builtin]
	_, taken := s.help[key]
	_, freed := r[key] // by a replacement of its own
	switch {
	case !moved, !known, taken && !freed:
		return "", false
	case s.typing && (!strings.HasPrefix(key, "ctrl+") || !strings.HasPrefix(builtin, "ctrl+")): // one is text there
		return "", false
	}
	return key, true
}

// translate returns the built-in key for the one that was pressed. If that one is a built-in key that
// was replaced, it also returns the replacement, for a message.
func (r remap) translate(s scope, msg tea.KeyMsg) (as tea.KeyMsg, moved string) {
	pressed := msg.String()
	if msg.Paste {
		return msg, ""
	}
	for builtin := range r {
		if key, ok := r.active(s, builtin); ok && key == pressed {
			as, _ = keyOf(builtin)
			return as, ""
		}
	}
	moved, _ = r.active(s, pressed)
	return msg, moved
}

// show returns bindings with the user's keys in place of those that they replace.
func (r remap) show(s scope, bindings []screen.Binding) []screen.Binding {
	if len(r) == 0 {
		return bindings
	}
	out := slices.Clone(bindings)
	for i, b := range out {
		keys, changed := slices.Clone(b.Keys), false
		for at, builtin := range keys {
			if key, ok := r.active(s, builtin); ok {
				keys[at], changed = key, true
			}
		}
		if changed && b.Shown != "" {
			out[i].Shown = component.ShownKey(strings.Join(keys, "\x00"))
			out[i].Shown = strings.ReplaceAll(out[i].Shown, "\x00", " ")
		}
		out[i].Keys = keys
	}
	return out
}

// check returns an error if the key for a built-in one cannot be used in one of the scopes.
func (r remap) check(builtin string, scopes []scope) error {
	key := r[builtin]
	switch _, ok := keyOf(key); {
	case !ok:
		return fmt.Errorf("%q is not a key; write one letter or sign, or such as ctrl+x, alt+x, f5, space", component.ShownKey(key))
	case slices.Contains(fixedKeys(), builtin):
		return errors.New("this key cannot be replaced; remove the line")
	}
	known := false
	for _, s := range scopes {
		if _, ok := s.help[builtin]; !ok {
			continue
		}
		known = true
		if err := r.conflict(builtin, key, s); err != nil {
			return err
		}
	}
	if !known {
		return errors.New("no view has this key; ? lists those of each")
	}
	return nil
}

// conflict returns an error if a key has another meaning in a scope.
func (r remap) conflict(builtin, key string, s scope) error {
	if help, taken := s.help[key]; taken && key != builtin {
		if _, freed := r[key]; !freed {
			return fmt.Errorf("%q is for %q in %s; choose another key, or replace that one, too", component.ShownKey(key), help, s.name)
		}
	}
	for _, other := range slices.Sorted(maps.Keys(r)) {
		if _, known := s.help[other]; known && other != builtin && r[other] == key {
			return fmt.Errorf("%q takes the place of %s in %s, too; choose another key", component.ShownKey(key), component.ShownKey(other), s.name)
		}
	}
	return nil
}
