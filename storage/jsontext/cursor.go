package jsontext

import (
	"bytes"
	"iter"
	"strconv"
	"strings"

	syntax "github.com/go-json-experiment/json/jsontext"
)

// A cursor reads a text token by token and keeps the path to the current value. The library has
// such a path too, but replaces lone surrogates in it.
type cursor struct {
	text     []byte
	decoder  *syntax.Decoder
	levels   []level
	ended    level // the array or object that the token ended
	token    token
	from, to int // the bytes of the token; at the end of an array or object all of its bytes
}

// A token is the kind of what the cursor read last.
type token uint8

const (
	scalar token = iota
	name
	begin // of an array or object
	end
)

// A level is an array or object that the cursor is in.
type level struct {
	from  int
	array bool
	index int    // of the current element, -1 before the first
	name  []byte // of the current member, in quotes
	named bool   // the name has been read, but not yet its value

	node int             // in the tree
	keys map[string]bool // of the members so far
}

// newCursor returns a cursor before the first token.
func newCursor(text []byte) cursor {
	return cursor{
		text: text,
		// The decoder reads the buffer in place. Names that occur twice and lone surrogates
		// are valid JSON (RFC 8259 §4, §8.2), which it rejects by default.
		decoder: syntax.NewDecoder(bytes.NewBuffer(text), syntax.AllowDuplicateNames(true), syntax.AllowInvalidUTF8(true)),
	}
}

// offset returns the index after the token that was read last.
func (c *cursor) offset() int { return int(c.decoder.InputOffset()) }

// top returns the innermost object or array.
func (c *cursor) top() *level { return &c.levels[len(c.levels)-1] }

// next reads a token. Its error is io.EOF at the end of the text.
func (c *cursor) next() error {
	kind := c.decoder.PeekKind()
	if kind == '}' || kind == ']' || kind == '{' || kind == '[' {
		if _, err := c.decoder.ReadToken(); err != nil {
			return err
		}
		c.to = c.offset()
		c.from = c.to - 1
	} else {
		raw, err := c.decoder.ReadValue()
		if err != nil {
			return err
		}
		c.to = c.offset()
		c.from = c.to - len(raw)
	}
	c.move(kind)
	return nil
}

// move advances to a token of the given kind, which is between c.from and c.to, and updates the levels.
func (c *cursor) move(kind syntax.Kind) {
	if kind == '}' || kind == ']' {
		c.token, c.ended, c.from = end, *c.top(), c.top().from
		c.levels = c.levels[:len(c.levels)-1]
		return
	}
	if len(c.levels) > 0 {
		top := c.top()
		if top.index++; !top.array && !top.named {
			c.token, top.named, top.name = name, true, c.text[c.from:c.to]
			return
		}
		top.named = false
	}
	if c.token = scalar; kind == '{' || kind == '[' {
		c.token = begin
		c.levels = append(c.levels, level{from: c.from, array: kind == '[', index: -1})
	}
}

// pointer returns the path as a JSON Pointer (RFC 6901), for people to read.
func pointer(path []level) string {
	var text strings.Builder
	for _, l := range path {
		text.WriteByte('/')
		if l.array {
			text.WriteString(strconv.Itoa(l.index))
		} else {
			text.WriteString(EscapeToken(Show(Unquote(l.name))))
		}
	}
	return text.String()
}

// A Value is a part of a text and the path to it.
type Value struct {
	From, To int // its bytes
	path     []level
}

// Values returns the values of a text in the order in which they end. If the text is broken,
// these are the values that are complete before the break. A Value must not be used after
// the next one has been returned.
func Values(text []byte) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		c := newCursor(text)
		for c.next() == nil {
			if c.token == begin || c.token == name || c.cutShort() {
				continue
			}
			if !yield(Value{From: c.from, To: c.to, path: c.levels}) {
				return
			}
		}
	}
}

// cutShort reports whether the token is a number that may have had more digits.
func (c *cursor) cutShort() bool {
	last := c.text[c.to-1]
	return c.token == scalar && c.to == len(c.text) && len(c.levels) > 0 && last >= '0' && last <= '9'
}

// Depth returns the number of arrays and objects that the value is in.
func (v Value) Depth() int { return len(v.path) }

// Is reports whether the path to the value consists of these names and indexes.
func (v Value) Is(tokens ...string) bool {
	if len(tokens) != len(v.path) {
		return false
	}
	for i, token := range tokens {
		if !v.path[i].is(token) {
			return false
		}
	}
	return true
}

// Matches is like Is, but * stands for any name or index.
func (v Value) Matches(tokens ...string) bool {
	if len(tokens) != len(v.path) {
		return false
	}
	for i, token := range tokens {
		if token != "*" && !v.path[i].is(token) {
			return false
		}
	}
	return true
}

// is reports whether the current member or element is the one with this name or index.
func (l *level) is(token string) bool {
	if l.array {
		return strconv.Itoa(l.index) == token
	}
	return Unquote(l.name) == token
}
