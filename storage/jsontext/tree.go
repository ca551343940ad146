package jsontext

// A Tree is a JSON text taken apart: every value in the order in which it begins.
type Tree struct {
	text  []byte
	Nodes []Node
}

// A Node is a value. What is nested in it stands behind it, up to End.
type Node struct {
	Kind     Kind
	End      int // the first node behind it and all that is nested in it
	from, to int // its bytes
	Key      string
}

// A Kind is a JSON type, as a bit.
type Kind uint8

// The kinds.
const (
	Null Kind = 1 << iota
	Bool
	Number
	String
	Array
	Object
)

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

// Children calls visit for each member or element of a node, until it answers false.
func (t *Tree) Children(parent int, visit func(child int) bool) {
	for i := parent + 1; i < t.Nodes[parent].End; i = t.Nodes[i].End {
		if !visit(i) {
			return
		}
	}
}

// Member finds the member of an object with a key.
func (t *Tree) Member(object int, key string) (found int, ok bool) {
	for i := object + 1; i < t.Nodes[object].End; i = t.Nodes[i].End {
		if t.Nodes[i].Key == key {
			return i, true
		}
	}
	return 0, false
}

// Raw is a value as it is written.
func (t *Tree) Raw(n int) []byte { return t.text[t.Nodes[n].from:t.Nodes[n].to] }

// Offset is where a value begins.
func (t *Tree) Offset(n int) int { return t.Nodes[n].from }
