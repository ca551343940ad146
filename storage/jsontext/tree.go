package jsontext

import (
	"iter"
	"strconv"
	"strings"
)

// A Tree holds the values of a JSON text in the order in which they begin.
type Tree struct {
	text  []byte
	Nodes []Node
}

// A Node is a value. The values nested in it are the nodes after it, up to End.
type Node struct {
	Kind     Kind
	End      int // the index of the next node that is not nested in it
	from, to int // its bytes
	Key      string
}

// Parse returns the tree of a text that encoding/json accepts, which may contain bytes that
// are not UTF-8. The tree of any other text is incomplete.
func Parse(text []byte) *Tree {
	r := NewReader(text, Wording{})
	r.startTree()
	_, _ = r.value()
	return &r.found.Tree
}

// A Kind is a JSON type, as a bit.
type Kind uint8

// The JSON types.
const (
	Null Kind = 1 << iota
	Bool
	Number
	String
	Array
	Object
)

// kindOf returns the kind of a value, given its first byte.
func kindOf(first byte) Kind {
	switch first {
	case 'n':
		return Null
	case 't', 'f':
		return Bool
	case '"':
		return String
	case '[':
		return Array
	case '{':
		return Object
	}
	return Number
}

// Children calls visit for each member or element of a node, until it returns false.
func (t *Tree) Children(parent int, visit func(child int) bool) {
	for i := parent + 1; i < t.Nodes[parent].End; i = t.Nodes[i].End {
		if !visit(i) {
			return
		}
	}
}

// Member returns the first member of an object that has the key.
func (t *Tree) Member(object int, key string) (found int, ok bool) {
	for i := object + 1; i < t.Nodes[object].End; i = t.Nodes[i].End {
		if t.Nodes[i].Key == key {
			return i, true
		}
	}
	return 0, false
}

// Find returns the value at a path of keys and indexes. If an object has a key more than once,
// Find uses the last one, as encoding/json does.
func (t *Tree) Find(tokens ...string) (found int, ok bool) {
	ok = len(t.Nodes) > 0
	for _, token := range tokens {
		parent := found
		ok = false
		for child, name := range t.Named(parent) {
			if name == token {
				found, ok = child, true
			}
			if ok && t.Nodes[parent].Kind == Array {
				break // no other element has this index, and there may be a million
			}
		}
		if !ok {
			return 0, false
		}
	}
	return found, ok
}

// Named iterates over the members or elements of a node and their keys or indexes. In a key, each
// lone surrogate is replaced by U+FFFD.
func (t *Tree) Named(parent int) iter.Seq2[int, string] {
	return func(yield func(child int, name string) bool) {
		index := 0
		t.Children(parent, func(child int) bool {
			name := strings.ToValidUTF8(t.Nodes[child].Key, "\uFFFD")
			if t.Nodes[parent].Kind == Array {
				name = strconv.Itoa(index)
			}
			index++
			return yield(child, name)
		})
	}
}

// Raw returns the bytes of a value in the text.
func (t *Tree) Raw(n int) []byte { return t.text[t.Nodes[n].from:t.Nodes[n].to] }

// Offset returns where a value begins.
func (t *Tree) Offset(n int) int { return t.Nodes[n].from }

// EndOffset returns where a value ends.
func (t *Tree) EndOffset(n int) int { return t.Nodes[n].to }
