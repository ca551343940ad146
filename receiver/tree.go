package receiver

// A tree is a JSON text taken apart: every value in the order in which it begins.
type tree struct {
	text  []byte
	nodes []node
}

// A node is a value. What is nested in it stands behind it, up to end.
type node struct {
	kind     kind
	end      int // the first node behind it and all that is nested in it
	from, to int // its bytes
	key      string
}

// A kind is a JSON type, as a bit.
type kind uint8

const (
	isNull kind = 1 << iota
	isBool
	isNumber
	isString
	isArray
	isObject
)

func kindOf(first byte) kind {
	switch first {
	case 'n':
		return isNull
	case 't', 'f':
		return isBool
	case '"':
		return isString
	case '[':
		return isArray
	case '{':
		return isObject
	}
	return isNumber
}

// children calls visit for each member or element of a node, until it answers false.
func (t *tree) children(parent int, visit func(child int) bool) {
	for i := parent + 1; i < t.nodes[parent].end; i = t.nodes[i].end {
		if !visit(i) {
			return
		}
	}
}

// member finds the member of an object with a key.
func (t *tree) member(object int, key string) (found int, ok bool) {
	for i := object + 1; i < t.nodes[object].end; i = t.nodes[i].end {
		if t.nodes[i].key == key {
			return i, true
		}
	}
	return 0, false
}

// raw is a value as it is written.
func (t *tree) raw(n int) []byte { return t.text[t.nodes[n].from:t.nodes[n].to] }
