// Package jsontext parses JSON (RFC 8259) strictly and explains why a text is not JSON: the
// position, what was found there and what to do. Start with [Check] if an error suffices, or
// with [Inspect] for the details.
//
// Every JSON text from outside is checked here, so that the same mistake always gets the
// same explanation. The package repairs nothing and does not interpret a text.
package jsontext

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may nest. The deepest event is 4 deep.
const maxDepth = 1000

// Space is what may stand around every token (RFC 8259 §2), and no more than that.
const Space = " \t\r\n"

// maxNoted bounds how many findings of a kind are told.
const maxNoted = 20

// A Flaw is something about a text that a reader of JSON would stumble over.
type Flaw struct {
	Offset int    // in bytes
	Where  string // a JSON Pointer, or line and column where the JSON is broken
	What   string
	Remedy string
}

// Place tells where a flaw is in the text as it came.
func (f *Flaw) Place() string {
	if strings.HasPrefix(f.Where, "byte ") {
		return f.Where
	}
	return fmt.Sprintf("%s (byte %d)", f.Where, f.Offset)
}

// Name is the last part of the JSON Pointer to what occurs twice, or is odd.
func (f *Flaw) Name() string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(f.Where[strings.LastIndexByte(f.Where, '/')+1:])
}

// Error tells a person of the flaw, in words that follow what the text is.
func (f *Flaw) Error() string {
	return "is not JSON: " + f.What + " at " + f.Where + "; " + f.Remedy
}

// An Inspection is what can be said of a text before any schema.
type Inspection struct {
	Broken *Flaw  // why it is not one JSON text in UTF-8
	Twice  []Flaw // keys that occur twice in their object
	Large  []Flaw // numbers that many readers round
	Odd    []Flaw // strings that many readers cannot keep: a lone surrogate, or NUL
	Tree   Tree   // if it was asked for
}

// Check says why a text is not one JSON text. What it returns is a *Flaw.
func Check(text []byte) error {
	if found := Inspect(text, Typed(), false); found.Broken != nil {
		return found.Broken
	}
	return nil
}

// Inspect reads a text as JSON, strictly, and takes it apart if asked to.
func Inspect(text []byte, words Words, withTree bool) Inspection {
	r := NewReader(text, words)
	if withTree {
		r.p.Tree = Tree{text: text, Nodes: make([]Node, 0, mostNodes(text))}
	}
	found, _, _ := r.Next()
	if found.Broken != nil {
		return found
	}
	if err := r.p.end(); err != nil {
		return Inspection{Broken: err}
	}
	return found
}

// A Reader goes through a text that may hold several values, one after the other.
type Reader struct{ p parser }

// NewReader begins with the first value of a text.
func NewReader(text []byte, words Words) *Reader {
	return &Reader{parser{
		text: text, said: string(text), words: words, path: make([]step, 0, usualDepth), keys: make([]string, 0, usualKeys),
	}}
}

// More reports whether there is anything left but space.
func (r *Reader) More() bool {
	r.p.space()
	return !r.p.ended()
}

// Next inspects the next value, and says where it begins and ends. Behind a broken one
// nobody knows where another begins.
func (r *Reader) Next() (found Inspection, from, to int) {
	p := &r.p
	if p.at == 0 {
		if broken := p.words.inspectBytes(p.text); broken != nil {
			return Inspection{Broken: broken}, 0, 0
		}
	}
	p.path, p.keys, p.twice, p.large, p.odd = p.path[:0], p.keys[:0], nil, nil, nil
	p.space()
	from = p.at
	if err := p.value(""); err != nil {
		return Inspection{Broken: err}, from, p.at
	}
	return Inspection{Twice: p.twice, Large: p.large, Odd: p.odd, Tree: p.Tree}, from, p.at
}

// usualKeys and usualDepth are more than an event has at a time.
const (
	usualKeys  = 32
	usualDepth = 8
)

// mostNodes is how many values a text has at most: each but the first follows a comma, or
// is the first in its array or object.
func mostNodes(text []byte) int {
	return 1 + bytes.Count(text, []byte{','}) + bytes.Count(text, []byte{'{'}) + bytes.Count(text, []byte{'['})
}

// parser goes through a JSON text once.
type parser struct {
	text  []byte
	said  string // text again: what strings say is cut out of it
	at    int
	Tree  Tree // filled if it has room
	words Words
	path  []step
	keys  []string // those seen of every object that is open
	twice []Flaw
	large []Flaw
	odd   []Flaw
}

// A step is one token of a JSON Pointer; key is empty and index counts in an array.
type step struct {
	key   string
	index int
	array bool
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\n' || p.text[p.at] == '\t' || p.text[p.at] == '\r') {
		p.at++
	}
}

// peek is the next byte, 0 at the end. A NUL in the text is no more welcome than its end.
func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) ended() bool { return p.at >= len(p.text) }

func (p *parser) end() *Flaw {
	if p.space(); p.at < len(p.text) {
		return p.broken("more behind the JSON value: "+p.next(), p.restRemedy())
	}
	return nil
}

// value takes a value, which is a member if it has a key.
func (p *parser) value(key string) *Flaw {
	if cap(p.Tree.Nodes) == 0 {
		return p.anyValue()
	}
	n := len(p.Tree.Nodes)
	p.Tree.Nodes = append(p.Tree.Nodes, Node{from: p.at, Kind: kindOf(p.peek()), Key: key})
	err := p.anyValue()
	p.Tree.Nodes[n].to, p.Tree.Nodes[n].End = p.at, len(p.Tree.Nodes)
	return err
}

func (p *parser) anyValue() *Flaw {
	switch c := p.peek(); {
	case c == '{' || c == '[':
		return p.nested(c)
	case c == '"':
		_, err := p.str()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	default:
		return p.literal()
	}
}

func (p *parser) nested(opening byte) *Flaw {
	if len(p.path) >= maxDepth {
		return p.broken(fmt.Sprintf("arrays and objects more than %d deep", maxDepth), p.words.Deep)
	}
	p.at++ // the opening bracket
	p.space()
	if opening == '[' {
		return p.array()
	}
	first := len(p.keys)
	err := p.object(first)
	p.keys = p.keys[:first]
	return err
}

// object takes the members. Their keys are those from first on.
func (p *parser) object(first int) *Flaw {
	if p.peek() == '}' {
		p.at++
		return nil
	}
	var many map[string]bool // once there are too many to compare with each
	for {
		if p.peek() != '"' {
			return p.unexpected("a key in double quotes", p.keyRemedy())
		}
		start := p.at
		key, err := p.str()
		if err != nil {
			return err
		}
		p.path = append(p.path, step{key: key})
		many = p.remember(first, many, start, key)
		if p.space(); p.peek() != ':' {
			return p.unexpected("the colon behind the key", p.colonRemedy())
		}
		p.at++
		p.space()
		if err := p.value(key); err != nil {
			return err
		}
		p.path = p.path[:len(p.path)-1]
		if more, err := p.more('}'); err != nil || !more {
			return err
		}
	}
}

// few is how many keys are compared one by one.
const few = 16

// remember keeps a key of the object whose keys begin at first, and notes one that is
// there already.
func (p *parser) remember(first int, many map[string]bool, start int, key string) map[string]bool {
	seen := p.keys[first:]
	var again bool
	if many != nil {
		again = many[key]
	} else {
		for _, earlier := range seen {
			again = again || earlier == key
		}
	}
	if again {
		p.note(&p.twice, start, "the key "+quoted(key)+" a second time in its object",
			"write each key once: of two, each reader may take another (RFC 8259 §4)")
		return many
	}
	p.keys = append(p.keys, key)
	if many == nil && len(seen) == few {
		many = map[string]bool{}
		for _, earlier := range seen {
			many[earlier] = true
		}
	}
	if many != nil {
		many[key] = true
	}
	return many
}

func (p *parser) array() *Flaw {
	if p.peek() == ']' {
		p.at++
		return nil
	}
	for i := 0; ; i++ {
		p.path = append(p.path, step{index: i, array: true})
		if err := p.value(""); err != nil {
			return err
		}
		p.path = p.path[:len(p.path)-1]
		if more, err := p.more(']'); err != nil || !more {
			return err
		}
	}
}

// more takes the comma before another member, or the bracket that ends them.
func (p *parser) more(closing byte) (bool, *Flaw) {
	p.space()
	switch p.peek() {
	case closing:
		p.at++
		return false, nil
	case ',':
		p.at++
		p.space()
		if p.peek() == closing {
			return false, p.broken("a comma with nothing behind it", "leave out the comma before "+string(closing))
		}
		return true, nil
	}
	return false, p.unexpected("a comma or "+string(closing), p.commaRemedy(closing))
}

func (p *parser) note(into *[]Flaw, at int, what, remedy string) {
	if len(*into) < maxNoted {
		*into = append(*into, Flaw{at, pointer(p.path), what, remedy})
	}
}

// broken says where the JSON ends to be JSON.
func (p *parser) broken(what, remedy string) *Flaw {
	line, column := Position(p.text, p.at)
	return &Flaw{p.at, fmt.Sprintf("line %d, column %d", line, column), what, remedy}
}

// unexpected says what stands where something else should.
func (p *parser) unexpected(wanted, remedy string) *Flaw {
	return p.broken(p.next()+" where "+wanted+" should be", remedy)
}

// next shows the character that stands where another was expected.
func (p *parser) next() string {
	if p.ended() {
		return "the end of the " + p.words.Text
	}
	r, _ := utf8.DecodeRune(p.text[p.at:])
	if r >= utf8.RuneSelf {
		return fmt.Sprintf("%s (%U)", strconv.QuoteRune(r), r)
	}
	return strconv.QuoteRune(r)
}

// pointer writes a path as a JSON Pointer (RFC 6901).
func pointer(path []step) string {
	var text strings.Builder
	for _, s := range path {
		text.WriteByte('/')
		if s.array {
			text.WriteString(strconv.Itoa(s.index))
		} else {
			text.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(Show(s.key)))
		}
	}
	return text.String()
}
