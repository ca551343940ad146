package receiver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// The schema library takes 50 µs to accept an event, most of what a receipt costs. So
// the same schemas are also compiled into rules that take a tenth of that, but only know
// the keywords which our schemas use, and cannot explain anything. They answer yes only
// where the library finds no violation; whatever else they answer, the library is asked.
// Without them a receipt takes 433 µs of processor time in place of 355 (bench h).

// An opinion is what a rule has of a value.
type opinion uint8

const (
	unsure opinion = iota
	no
	yes
)

// A rule is a compiled schema. All of its parts must hold.
type rule []part

// A part is one keyword.
type part func(t *jsontext.Tree, n int) opinion

func (r rule) of(t *jsontext.Tree, n int) opinion {
	for _, p := range r {
		if o := p(t, n); o != yes {
			return o
		}
	}
	return yes
}

// schemas holds the rules of every payload revision.
type schemas struct {
	rules map[storage.Revision]rule
	small chan struct{} // full while a small body is explained
	large chan struct{} // likewise for others
}

// accept reports whether a body is sure to be as the schema of a revision has it.
func (s *schemas) accept(revision storage.Revision, t *jsontext.Tree) bool {
	r, known := s.rules[revision]
	return known && len(t.Nodes) > 0 && r.of(t, 0) == yes
}

func newSchemas() *schemas {
	rules := map[storage.Revision]rule{}
	for _, revision := range storage.Revisions() {
		text, err := fixtures.Schema(revision)
		if err != nil {
			continue // the library decides alone
		}
		c := compiler{documents: map[string]any{}}
		c.add("", text)
		c.add("base.json", fixtures.BaseSchema())
		rules[revision] = c.compile("", c.documents[""])
	}
	return &schemas{rules: rules, small: make(chan struct{}, 1), large: make(chan struct{}, 1)}
}

// A compiler turns schemas into rules.
type compiler struct{ documents map[string]any }

func (c compiler) add(name string, text []byte) {
	var document any
	if json.Unmarshal(text, &document) == nil {
		c.documents[name] = document
	}
}

// dunno is the part for what is not understood.
func dunno(*jsontext.Tree, int) opinion { return unsure }

// compile makes a rule of a schema in a document.
func (c compiler) compile(document string, schema any) rule {
	keywords, ok := schema.(map[string]any)
	if !ok {
		return rule{dunno}
	}
	var r rule
	for name, value := range keywords {
		switch name {
		case "$schema", "$id", "$defs", "title", "description":
		case "if":
			r = append(r, c.condition(document, keywords))
		case "additionalProperties":
			if keywords["properties"] != nil {
				return rule{dunno} // of those that are not among them
			}
			r = append(r, c.keyword(document, name, value))
		case "then", "else": // part of the condition
		default:
			r = append(r, c.keyword(document, name, value))
		}
	}
	return r
}

func (c compiler) keyword(document, name string, value any) part {
	switch name {
	case "$ref":
		return c.reference(document, fmt.Sprint(value))
	case "allOf":
		return c.all(document, value)
	case "properties":
		return c.properties(document, value)
	case "additionalProperties":
		return members(c.compile(document, value))
	case "maxProperties":
		return atMostNone(value)
	case "items":
		return items(c.compile(document, value))
	case "required":
		return required(texts(value))
	case "type":
		return types(texts(value))
	case "const":
		return oneOf([]any{value})
	case "enum":
		values, _ := value.([]any)
		return oneOf(values)
	case "minLength", "minItems", "minimum":
		return atLeast(name, value)
	case "maximum":
		return atMost(value)
	case "pattern":
		return pattern(fmt.Sprint(value))
	}
	return dunno
}

// reference follows "base.json#/$defs/text", say.
func (c compiler) reference(from, to string) part {
	document, pointer, _ := strings.Cut(to, "#")
	if document == "" {
		document = from
	}
	schema, ok := c.documents[document]
	for _, token := range strings.Split(pointer, "/")[1:] {
		within, _ := schema.(map[string]any)
		schema, ok = within[token]
	}
	if !ok {
		return dunno
	}
	return c.compile(document, schema).of
}

func (c compiler) all(document string, value any) part {
	schemas, _ := value.([]any)
	var r rule
	for _, schema := range schemas {
		r = append(r, c.compile(document, schema).of)
	}
	return r.of
}

func (c compiler) condition(document string, keywords map[string]any) part {
	branch := func(name string) rule {
		if schema, ok := keywords[name]; ok {
			return c.compile(document, schema)
		}
		return nil // anything goes
	}
	condition, then, otherwise := branch("if"), branch("then"), branch("else")
	return func(t *jsontext.Tree, n int) opinion {
		switch condition.of(t, n) {
		case yes:
			return then.of(t, n)
		case no:
			return otherwise.of(t, n)
		}
		return unsure
	}
}

func (c compiler) properties(document string, value any) part {
	schemas, ok := value.(map[string]any)
	if !ok {
		return dunno
	}
	rules := map[string]rule{}
	for key, schema := range schemas {
		rules[key] = c.compile(document, schema)
	}
	return func(t *jsontext.Tree, n int) opinion {
		return each(t, n, jsontext.Object, func(child int) opinion { return rules[t.Nodes[child].Key].of(t, child) })
	}
}

func members(r rule) part {
	return func(t *jsontext.Tree, n int) opinion {
		return each(t, n, jsontext.Object, func(child int) opinion { return r.of(t, child) })
	}
}

func items(r rule) part {
	return func(t *jsontext.Tree, n int) opinion {
		return each(t, n, jsontext.Array, func(child int) opinion { return r.of(t, child) })
	}
}

// each asks about every child of a value of a kind; of others it approves.
func each(t *jsontext.Tree, n int, k jsontext.Kind, about func(child int) opinion) opinion {
	result := yes
	if t.Nodes[n].Kind == k {
		t.Children(n, func(child int) bool {
			result = about(child)
			return result == yes
		})
	}
	return result
}

func required(keys []string) part {
	return func(t *jsontext.Tree, n int) opinion {
		if t.Nodes[n].Kind != jsontext.Object {
			return yes
		}
		for _, key := range keys {
			if _, ok := t.Member(n, key); !ok {
				return no
			}
		}
		return yes
	}
}

func types(names []string) part {
	kinds := map[string]jsontext.Kind{
		"null": jsontext.Null, "boolean": jsontext.Bool, "number": jsontext.Number, "integer": jsontext.Number, "string": jsontext.String, "array": jsontext.Array, "object": jsontext.Object,
	}
	var allowed jsontext.Kind
	for _, name := range names {
		allowed |= kinds[name]
	}
	integers := slices.Contains(names, "integer")
	return func(t *jsontext.Tree, n int) opinion {
		k := t.Nodes[n].Kind
		switch {
		case k&allowed == 0:
			return no
		case k == jsontext.Number && integers && bytes.ContainsAny(t.Raw(n), ".eE"):
			return unsure // 1.0 is an integer
		}
		return yes
	}
}

// oneOf compares values as they are written, which is enough for strings without escapes
// and for null.
func oneOf(values []any) part {
	var written []string
	for _, value := range values {
		text, err := json.Marshal(value)
		if err != nil || text[0] != '"' && text[0] != 'n' || bytes.IndexByte(text, '\\') >= 0 {
			return dunno
		}
		written = append(written, string(text))
	}
	return func(t *jsontext.Tree, n int) opinion {
		raw := t.Raw(n)
		switch {
		case slices.Contains(written, string(raw)):
			return yes
		case bytes.IndexByte(raw, '\\') >= 0:
			return unsure
		}
		return no
	}
}

// atLeast knows a length of 1 and a number of 0.
func atLeast(name string, value any) part {
	switch {
	case name == "minimum" && value == 0.0:
		return func(t *jsontext.Tree, n int) opinion {
			return sure(t.Nodes[n].Kind != jsontext.Number || t.Raw(n)[0] != '-')
		}
	case name == "minLength" && value == 1.0:
		return func(t *jsontext.Tree, n int) opinion {
			return sure(t.Nodes[n].Kind != jsontext.String || len(t.Raw(n)) > len(`""`))
		}
	case name == "minItems" && value == 1.0:
		return func(t *jsontext.Tree, n int) opinion {
			return sure(t.Nodes[n].Kind != jsontext.Array || t.Nodes[n].End > n+1)
		}
	}
	return dunno
}

// atMostNone knows that an object is empty.
func atMostNone(value any) part {
	if value != 0.0 {
		return dunno
	}
	return func(t *jsontext.Tree, n int) opinion {
		if t.Nodes[n].Kind == jsontext.Object && t.Nodes[n].End > n+1 {
			return no
		}
		return yes
	}
}

// atMost knows numbers of so few digits that they are below any greatest one of ours.
func atMost(value any) part {
	const fewDigits, great = 15, 1e15
	if greatest, ok := value.(float64); !ok || greatest < great {
		return dunno
	}
	return func(t *jsontext.Tree, n int) opinion {
		raw := t.Raw(n)
		return sure(t.Nodes[n].Kind != jsontext.Number || len(raw) <= fewDigits && !bytes.ContainsAny(raw, "eE"))
	}
}

// sure answers yes or, since these parts are no condition, unsure.
func sure(holds bool) opinion {
	if holds {
		return yes
	}
	return unsure
}

func pattern(text string) part {
	expression, err := regexp.Compile(text)
	if err != nil {
		return dunno
	}
	return func(t *jsontext.Tree, n int) opinion {
		raw := t.Raw(n)
		if t.Nodes[n].Kind != jsontext.String {
			return yes
		}
		return sure(bytes.IndexByte(raw, '\\') < 0 && expression.Match(raw[1:len(raw)-1]))
	}
}

// texts is a list of strings, or a single one.
func texts(value any) []string {
	if one, ok := value.(string); ok {
		return []string{one}
	}
	var all []string
	values, _ := value.([]any)
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return all
}
