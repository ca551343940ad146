package receiver

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"backchannel/storage"
)

// maxDepth is how deep arrays and objects may nest. The deepest event is 4 deep.
const maxDepth = 1000

// maxNoted bounds how many findings of a kind are told.
const maxNoted = 20

// A flaw is something about a body that a reader of JSON would stumble over.
type flaw struct {
	Offset int    // in bytes
	Where  string // a JSON Pointer, or line and column where the JSON is broken
	What   string
	Remedy string
}

// inspection is what can be said of a body before any schema.
type inspection struct {
	Broken *flaw  // why it is not one JSON text in UTF-8
	Twice  []flaw // keys that occur twice in their object
	Large  []flaw // numbers that many readers round
	tree   tree   // of a small body
}

// inspect reads a body as JSON (RFC 8259), strictly.
func inspect(body []byte) inspection {
	if broken := inspectBytes(body); broken != nil {
		return inspection{Broken: broken}
	}
	p := parser{
		text: body, said: string(body), tree: tree{text: body},
		path: make([]step, 0, usualDepth), keys: make([]string, 0, usualKeys),
	}
	if len(body) <= smallBody {
		p.tree.nodes = make([]node, 0, mostNodes(body))
	}
	p.space()
	err := p.value("")
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return inspection{Broken: err}
	}
	return inspection{Twice: p.twice, Large: p.large, tree: p.tree}
}

// inspectBytes looks for what makes bytes no text at all.
func inspectBytes(body []byte) *flaw {
	text := string(body[:min(3, len(body))])
	switch {
	case len(body) == 0:
		return &flaw{0, "byte 0", "an empty body", "send the event as the body, with its Content-Length or chunked"}
	case len(bytes.Trim(body, " \t\r\n")) == 0:
		return &flaw{0, "byte 0", "a body of nothing but space", "send the event as the body"}
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		return &flaw{0, "byte 0", "a byte order mark (EF BB BF)", "write UTF-8 without a BOM (RFC 8259 §8.1)"}
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return &flaw{0, "byte 0", "a byte order mark of UTF-16", "write UTF-8 without a BOM (RFC 8259 §8.1)"}
	case strings.HasPrefix(text, "{\x00"), strings.HasPrefix(text, "\x00{"):
		return &flaw{0, "byte 0", "what looks like UTF-16", "write UTF-8 (RFC 8259 §8.1)"}
	case utf8.Valid(body):
		return nil
	}
	if coding := compressed(body); coding != "" {
		return &flaw{0, "byte 0", "a body that looks compressed by " + coding, "send the JSON uncompressed; the body is kept as it came"}
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && size == 1 {
			line, column := storage.Position(body, at)
			return &flaw{at, fmt.Sprintf("line %d, column %d", line, column), fmt.Sprintf("a byte 0x%02X that is not UTF-8", body[at]),
				"write UTF-8 (RFC 8259 §8.1); this looks like Latin-1, or like a text cut within a character"}
		}
		at += size
	}
}

// compressed names the coding that a body begins like, if any.
func compressed(body []byte) string {
	for _, coding := range []struct{ magic, name string }{{"\x1f\x8b", "gzip"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"\x78\x9c", "deflate"}, {"\x78\xda", "deflate"}} {
		if strings.HasPrefix(string(body[:min(4, len(body))]), coding.magic) {
			return coding.name
		}
	}
	return ""
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
	tree  tree // filled if it has room
	path  []step
	keys  []string // those seen of every object that is open
	twice []flaw
	large []flaw
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

func (p *parser) end() *flaw {
	if p.space(); p.at < len(p.text) {
		return p.broken("more behind the JSON value: "+p.next(), "send one event per request, and nothing behind it")
	}
	return nil
}

// value takes a value, which is a member if it has a key.
func (p *parser) value(key string) *flaw {
	if cap(p.tree.nodes) == 0 {
		return p.anyValue()
	}
	n := len(p.tree.nodes)
	p.tree.nodes = append(p.tree.nodes, node{from: p.at, kind: kindOf(p.peek()), key: key})
	err := p.anyValue()
	p.tree.nodes[n].to, p.tree.nodes[n].end = p.at, len(p.tree.nodes)
	return err
}

func (p *parser) anyValue() *flaw {
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

func (p *parser) nested(opening byte) *flaw {
	if len(p.path) >= maxDepth {
		return p.broken(fmt.Sprintf("arrays and objects more than %d deep", maxDepth), "nest less: an event is 4 deep")
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
func (p *parser) object(first int) *flaw {
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
		p.note(&p.twice, start, "the key "+quote(key)+" a second time in its object",
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

func (p *parser) array() *flaw {
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
func (p *parser) more(closing byte) (bool, *flaw) {
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

func (p *parser) note(into *[]flaw, at int, what, remedy string) {
	if len(*into) < maxNoted {
		*into = append(*into, flaw{at, pointer(p.path), what, remedy})
	}
}

// broken says where the JSON ends to be JSON.
func (p *parser) broken(what, remedy string) *flaw {
	line, column := storage.Position(p.text, p.at)
	return &flaw{p.at, fmt.Sprintf("line %d, column %d", line, column), what, remedy}
}

// unexpected says what stands where something else should.
func (p *parser) unexpected(wanted, remedy string) *flaw {
	return p.broken(p.next()+" where "+wanted+" should be", remedy)
}

// next shows the character that stands where another was expected.
func (p *parser) next() string {
	if p.ended() {
		return "the end of the body"
	}
	r, _ := utf8.DecodeRune(p.text[p.at:])
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
			text.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(s.key))
		}
	}
	return text.String()
}
