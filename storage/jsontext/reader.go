package jsontext

import (
	"bytes"
	"fmt"
)

// A Reader parses a text that may contain several values, one after the other.
type Reader struct {
	cursor
	literal string // the text again, as a string, so that keys can be substrings of it
	wording Wording
	found   Inspection // of the current value
	key     string     // of the current member
}

// NewReader returns a reader of a text.
func NewReader(text []byte, wording Wording) *Reader {
	return &Reader{cursor: newCursor(text), literal: string(text), wording: wording}
}

// More reports whether anything but white space is left.
func (r *Reader) More() bool { return r.diagnosis().at < len(r.text) }

// Next parses the next value and returns its offsets. No value can be read after a broken
// one.
func (r *Reader) Next() (found Inspection, from, to int) {
	if r.offset() == 0 {
		if broken := r.wording.inspectEncoding(r.text); broken != nil {
			return Inspection{Broken: broken}, 0, 0
		}
	}
	from = r.diagnosis().at
	r.found = Inspection{Tree: r.found.Tree}
	broken, err := r.value()
	if err != nil {
		broken = r.diagnosis().explain()
	}
	if d := r.diagnosis(); broken == nil && d.leadingZero() { // to the tokenizer these are two values
		broken = d.zero()
	}
	if broken != nil {
		return Inspection{Broken: broken}, from, r.offset()
	}
	return r.found, from, r.to
}

// value reads one value and everything nested in it. The error is the tokenizer's.
func (r *Reader) value() (*Flaw, error) {
	for first := true; first || len(r.levels) > 0; first = false {
		if err := r.next(); err != nil {
			return nil, err
		}
		if broken := r.inspect(); broken != nil {
			return broken, nil
		}
	}
	return nil, nil
}

// inspect checks the token that was read and adds it to the tree.
func (r *Reader) inspect() *Flaw {
	switch r.token {
	case name:
		r.key = unescape(r.literal[r.from+1 : r.to-1])
		r.noteOdd(r.levels[:len(r.levels)-1])
		r.addKey(r.key, r.top())
	case scalar:
		r.addNode()
		if r.text[r.from] == '"' {
			r.noteOdd(r.levels)
		} else {
			r.noteLarge()
		}
	case begin:
		if len(r.levels) > maxDepth {
			d := r.diagnosis()
			d.at = r.from
			return d.broken(fmt.Sprintf("arrays and objects more than %d deep", maxDepth), r.wording.DeepRemedy)
		}
		r.top().node = r.addNode()
	case end:
		r.endNode(r.ended.node)
	}
	return nil
}

// startTree makes a tree with capacity for the maximum number of values in the text: each except the
// first follows a comma, or is the first in its array or object.
func (r *Reader) startTree() {
	capacity := 1
	for _, c := range []byte(",[{") {
		capacity += bytes.Count(r.text, []byte{c})
	}
	r.found.Tree = Tree{text: r.text, Nodes: make([]Node, 0, capacity)}
}

// addNode adds the value that was read, or begins, to the tree.
func (r *Reader) addNode() int {
	t := &r.found.Tree
	if cap(t.Nodes) == 0 {
		return 0
	}
	n := len(t.Nodes)
	t.Nodes = append(t.Nodes, Node{from: r.from, to: r.to, End: n + 1, Kind: kindOf(r.text[r.from])})
	within := r.levels
	if r.token == begin {
		within = within[:len(within)-1]
	}
	if len(within) > 0 && !within[len(within)-1].array {
		t.Nodes[n].Key = r.key
	}
	return n
}

// endNode ends the node of a value, if there is a tree.
func (r *Reader) endNode(n int) {
	if t := &r.found.Tree; cap(t.Nodes) > 0 {
		t.Nodes[n].to, t.Nodes[n].End = r.to, len(t.Nodes)
	}
}
