package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A document is the text of a file, and what is where in it.
type document struct {
	text     []byte
	parser   *unstable.Parser
	entries  []entry
	headings []heading
}

// An entry is a key with its value.
type entry struct {
	path       []string
	line       int
	start, end int  // of the value's bytes
	inline     bool // it is in a table in braces
}

// A heading begins a table.
type heading struct {
	table string
	start int // of its name
}

// key returns what the entry is called, unless it is deeper than the file goes.
func (e entry) key() (Key, bool) {
	switch len(e.path) {
	case 1:
		return Key{Name: e.path[0]}, true
	case 2:
		return Key{e.path[0], e.path[1]}, true
	}
	return Key{}, false
}

// name returns the key with its table.
func (e entry) name() string { return strings.Join(e.path, ".") }

// read finds what is where in a text. It uses the library's parser of single expressions,
// because decoding tells no lines, and places alone let a value be replaced where it stands.
func read(text []byte) (*document, error) {
	d := &document{text: text, parser: new(unstable.Parser)}
	d.parser.Reset(text)
	var table []string
	for d.parser.NextExpression() {
		switch e := d.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = names(e.Key())
			keys := e.Key()
			keys.Next()
			d.headings = append(d.headings, heading{strings.Join(table, "."), int(keys.Node().Raw.Offset)})
		case unstable.KeyValue:
			d.add(table, e, false)
		}
	}
	if err := d.parser.Error(); err != nil {
		return nil, asDecodeError(text, err)
	}
	return d, nil
}

// asDecodeError returns the error of the decoder for a text, because that of the parser of
// single expressions tells no line.
func asDecodeError(text []byte, err error) error {
	if decoding := toml.Unmarshal(text, &map[string]any{}); decoding != nil {
		return decoding
	}
	return err
}

// add adds an entry, and those of an inline table.
func (d *document) add(table []string, e *unstable.Node, inline bool) {
	keys := e.Key()
	keys.Next()
	first, value, start := keys.Node().Raw, e.Value(), d.valueStart(e)
	path := slices.Concat(table, names(e.Key()))
	d.entries = append(d.entries, entry{path, d.parser.Shape(first).Start.Line, start, d.valueEnd(value, start), inline})
	if value.Kind != unstable.InlineTable {
		return
	}
	for inner := value.Children(); inner.Next(); {
		d.add(path, inner.Node(), true)
	}
}

// names returns the parts of a dotted key.
func names(keys unstable.Iterator) (all []string) {
	for keys.Next() {
		all = append(all, string(keys.Node().Data))
	}
	return all
}

// valueStart returns where the value of an entry begins: after the equals sign that follows the
// last part of its key.
func (d *document) valueStart(e *unstable.Node) int {
	end := 0
	for keys := e.Key(); keys.Next(); {
		raw := keys.Node().Raw
		end = int(raw.Offset + raw.Length)
	}
	end += bytes.IndexByte(d.text[end:], '=') + 1
	return end + len(d.text[end:]) - len(bytes.TrimLeft(d.text[end:], " \t"))
}

// valueEnd returns where a value ends. Lists have no range of their own: theirs is the bracket
// after the last item.
func (d *document) valueEnd(value *unstable.Node, start int) int {
	if value.Kind != unstable.Array && value.Kind != unstable.InlineTable {
		return int(value.Raw.Offset + value.Raw.Length)
	}
	end, closing := start+1, byte(']')
	if value.Kind == unstable.InlineTable {
		closing = '}'
	}
	for inner := value.Children(); inner.Next(); {
		item := inner.Node()
		if item.Kind == unstable.KeyValue {
			end = d.valueEnd(item.Value(), d.valueStart(item))
		} else {
			end = d.valueEnd(item, d.itemStart(item, end))
		}
	}
	for end < len(d.text) && d.text[end] != closing {
		end = d.skip(end)
	}
	return min(end+1, len(d.text))
}

// itemStart returns where an item of a list begins that has no range of its own.
func (d *document) itemStart(item *unstable.Node, from int) int {
	open := byte('[')
	if item.Kind == unstable.InlineTable {
		open = '{'
	}
	for from < len(d.text) && d.text[from] != open {
		from = d.skip(from)
	}
	return from
}

// skip passes a character between values, or a comment.
func (d *document) skip(at int) int {
	if d.text[at] != '#' {
		return at + 1
	}
	if end := bytes.IndexByte(d.text[at:], '\n'); end >= 0 {
		return at + end
	}
	return len(d.text)
}

// find returns the entry of a key.
func (d *document) find(key Key) (entry, bool) {
	at := slices.IndexFunc(d.entries, func(e entry) bool { k, ok := e.key(); return ok && k == key })
	if at < 0 {
		return entry{}, false
	}
	return d.entries[at], true
}

// under returns the name of the table that a place is in.
func (d *document) under(place int) (table string) {
	for _, h := range d.headings {
		if h.start < place {
			table = h.table
		}
	}
	return table
}

// lineStart returns where the line of a place begins, and lineEnd where the line after it does.
func (d *document) lineStart(place int) int { return bytes.LastIndexByte(d.text[:place], '\n') + 1 }

// lineEnd returns the index after the line that a place is on.
func (d *document) lineEnd(place int) int {
	if n := bytes.IndexByte(d.text[place:], '\n'); n >= 0 {
		return place + n + 1
	}
	return len(d.text)
}
