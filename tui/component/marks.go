package component

import (
	"maps"
	"slices"
)

// Marks are the rows of a [Table] that a person has marked, whether they are in the table now or
// not.
type Marks struct{ keys map[string]bool }

// Any reports whether any row is marked.
func (m Marks) Any() bool { return len(m.keys) > 0 }

// Keys returns the keys of all marked rows in the order of text.
func (m Marks) Keys() []string { return slices.Sorted(maps.Keys(m.keys)) }

// Toggle marks a row, or no longer.
func (m *Marks) Toggle(key string) {
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
