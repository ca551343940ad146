package component

import (
	"maps"
	"slices"
)

// Marks are the rows of a [Table] that a person has marked, including those that are no longer in the
// table.
type Marks struct{ keys map[string]bool }

// Any reports whether any row is marked.
func (m Marks) Any() bool { return len(m.keys) > 0 }

// Keys returns the keys of all marked rows, sorted.
func (m Marks) Keys() []string { return slices.Sorted(maps.Keys(m.keys)) }

// toggle marks a row, or removes its mark.
func (m *Marks) toggle(key string) {
	if m.keys == nil {
		m.keys = map[string]bool{}
	}
	if m.keys[key] {
		delete(m.keys, key)
	} else {
		m.keys[key] = true
	}
}

// Remove removes the mark of a row.
func (m *Marks) Remove(key string) { delete(m.keys, key) }
