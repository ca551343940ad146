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

// The schema library takes 50 µs to accept an event, which is most of the cost of a receipt. So
// the same schemas are also compiled into functions that take a tenth of that, but support only
// the keywords of our schemas and explain nothing. They return valid only if the library would
// find no violation; for any other result, the library decides. Without them a receipt takes
// 433 µs of processor time instead of 355 (bench h).

// A result is the outcome of applying a schema to a value.
type result uint8

const (
	unknown result = iota
	invalid
	valid
)

// A compiledSchema is valid for a value if all of its constraints are.
type compiledSchema []constraint

// A constraint is one keyword of a schema.
type constraint func(t *jsontext.Tree, n int) result

// apply applies the schema to node n of a document.
func (s compiledSchema) apply(t *jsontext.Tree, n int) result {
	for _, constraint := range s {
		if r := constraint(t, n); r != valid {
			return r
		}
	}
	return valid
}

// schemas holds the compiled schema of every payload revision.
type schemas struct {
	compiled map[storage.Revision]compiledSchema
	small    chan struct{} // holds a token while a small body is explained
	large    chan struct{} // holds a token while a large one is
}

// accept reports whether a body is certainly valid by the schema of a revision.
func (s *schemas) accept(revision storage.Revision, t *jsontext.Tree) bool {
	r, known := s.compiled[revision]
	return known && len(t.Nodes) > 0 && r.apply(t, 0) == valid
}

// newSchemas compiles the schemas that are part of the program.
func newSchemas() *schemas {
	compiled := map[storage.Revision]compiledSchema{}
	for _, revision := range storage.Revisions() {
		text, err := fixtures.Schema(revision)
		if err != nil {
			continue // only the library decides
		}
		c := compiler{documents: map[string]any{}}
		c.add("", text)
		c.add("base.json", fixtures.BaseSchema())
		compiled[revision] = c.compile("", c.documents[""])
	}
	return &schemas{compiled: compiled, small: make(chan struct{}, 1), large: make(chan struct{}, 1)}
}

// A compiler compiles schemas. It turns a keyword that it does not support into unsupported, so that
// a schema can be extended without changing the compiler.
type compiler struct{ documents map[string]any }

// add adds a document under the name that a $ref uses.
func (c compiler) add(name string, text []byte) {
	var document any
	if json.Unmarshal(text, &document) == nil {
		c.documents[name] = document
	}
}

// unsupported is the constraint for what the compiler does not support.
func unsupported(*jsontext.Tree, int) result { return unknown }

// compile compiles a schema of a document.
func (c compiler) compile(document string, schema any) compiledSchema {
	keywords, ok := schema.(map[string]any)
	if !ok {
		return compiledSchema{unsupported}
	}
	var r compiledSchema
	for name, value := range keywords {
		switch name {
		case "$schema", "$id", "$defs", "title", "description":
		case "if":
			r = append(r, c.condition(document, keywords))
		case "additionalProperties":
			if keywords["properties"] != nil {
				return compiledSchema{unsupported} // it applies only to properties that are not listed
			}
			r = append(r, c.keyword(document, name, value))
		case "then", "else": // part of the condition
		default:
			r = append(r, c.keyword(document, name, value))
		}
	}
	return r
}

// keyword compiles one keyword. It supports those that our schemas use.
func (c compiler) keyword(document, name string, value any) constraint {
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
	return unsupported
}

// reference compiles the schema that a $ref such as "base.json#/$defs/text" refers to.
func (c compiler) reference(from, to string) constraint {
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
		return unsupported
	}
	return c.compile(document, schema).apply
}

// all compiles allOf. JSON Schema applies each of its schemas by itself, so the first that is not
// valid decides.
func (c compiler) all(document string, value any) constraint {
	schemas, _ := value.([]any)
	var r compiledSchema
	for _, schema := range schemas {
		r = append(r, c.compile(document, schema).apply)
	}
	return r.apply
}

// condition compiles if, then and else, which belong together.
func (c compiler) condition(document string, keywords map[string]any) constraint {
	branch := func(name string) compiledSchema {
		if schema, ok := keywords[name]; ok {
			return c.compile(document, schema)
		}
		return nil // every value is valid
	}
	condition, then, otherwise := branch("if"), branch("then"), branch("else")
	return func(t *jsontext.Tree, n int) result {
		switch condition.apply(t, n) {
		case valid:
			return then.apply(t, n)
		case invalid:
			return otherwise.apply(t, n)
		}
		return unknown
	}
}

// properties compiles the keyword of that name. A member that it does not list is valid.
func (c compiler) properties(document string, value any) constraint {
	schemas, ok := value.(map[string]any)
	if !ok {
		return unsupported
	}
	properties := map[string]compiledSchema{}
	for key, schema := range schemas {
		properties[key] = c.compile(document, schema)
	}
	return func(t *jsontext.Tree, n int) result {
		return each(t, n, jsontext.Object, func(child int) result { return properties[t.Nodes[child].Key].apply(t, child) })
	}
}

// members applies a schema to every member of an object.
func members(r compiledSchema) constraint {
	return func(t *jsontext.Tree, n int) result {
		return each(t, n, jsontext.Object, func(child int) result { return r.apply(t, child) })
	}
}

// items applies a schema to every element of an array.
func items(r compiledSchema) constraint {
	return func(t *jsontext.Tree, n int) result {
		return each(t, n, jsontext.Array, func(child int) result { return r.apply(t, child) })
	}
}

// each applies a schema to every child of a value of one kind. Other values are valid.
func each(t *jsontext.Tree, n int, k jsontext.Kind, apply func(child int) result) result {
	found := valid
	if t.Nodes[n].Kind == k {
		t.Children(n, func(child int) bool {
			found = apply(child)
			return found == valid
		})
	}
	return found
}

// required demands members with the given keys.
func required(keys []string) constraint {
	return func(t *jsontext.Tree, n int) result {
		if t.Nodes[n].Kind != jsontext.Object {
			return valid
		}
		for _, key := range keys {
			if _, ok := t.Member(n, key); !ok {
				return invalid
			}
		}
		return valid
	}
}

// types demands a value of one of the named types.
func types(names []string) constraint {
	kinds := map[string]jsontext.Kind{
		"null": jsontext.Null, "boolean": jsontext.Bool, "number": jsontext.Number, "integer": jsontext.Number, "string": jsontext.String, "array": jsontext.Array, "object": jsontext.Object,
	}
	var allowed jsontext.Kind
	for _, name := range names {
		allowed |= kinds[name]
	}
	integers := slices.Contains(names, "integer")
	return func(t *jsontext.Tree, n int) result {
		k := t.Nodes[n].Kind
		switch {
		case k&allowed == 0:
			return invalid
		case k == jsontext.Number && integers && bytes.ContainsAny(t.Raw(n), ".eE"):
			return unknown // 1.0 is an integer
		}
		return valid
	}
}

// oneOf compares values as they are written, which is correct for strings without escapes
// and for null.
func oneOf(values []any) constraint {
	var written []string
	for _, value := range values {
		text, err := json.Marshal(value)
		if err != nil || text[0] != '"' && text[0] != 'n' || bytes.IndexByte(text, '\\') >= 0 {
			return unsupported
		}
		written = append(written, string(text))
	}
	return func(t *jsontext.Tree, n int) result {
		raw := t.Raw(n)
		switch {
		case slices.Contains(written, string(raw)):
			return valid
		case bytes.IndexByte(raw, '\\') >= 0:
			return unknown
		}
		return invalid
	}
}

// atLeast supports a minimum length of 1 and a minimum of 0.
func atLeast(name string, value any) constraint {
	switch {
	case name == "minimum" && value == 0.0:
		return func(t *jsontext.Tree, n int) result {
			return sure(t.Nodes[n].Kind != jsontext.Number || t.Raw(n)[0] != '-')
		}
	case name == "minLength" && value == 1.0:
		return func(t *jsontext.Tree, n int) result {
			return sure(t.Nodes[n].Kind != jsontext.String || len(t.Raw(n)) > len(`""`))
		}
	case name == "minItems" && value == 1.0:
		return func(t *jsontext.Tree, n int) result {
			return sure(t.Nodes[n].Kind != jsontext.Array || t.Nodes[n].End > n+1)
		}
	}
	return unsupported
}

// atMostNone supports a maximum of 0 properties.
func atMostNone(value any) constraint {
	if value != 0.0 {
		return unsupported
	}
	return func(t *jsontext.Tree, n int) result {
		if t.Nodes[n].Kind == jsontext.Object && t.Nodes[n].End > n+1 {
			return invalid
		}
		return valid
	}
}

// atMost supports maximums of 10^15 and more, which no number of up to 15 digits exceeds.
func atMost(value any) constraint {
	const fewDigits, great = 15, 1e15
	if greatest, ok := value.(float64); !ok || greatest < great {
		return unsupported
	}
	return func(t *jsontext.Tree, n int) result {
		raw := t.Raw(n)
		return sure(t.Nodes[n].Kind != jsontext.Number || len(raw) <= fewDigits && !bytes.ContainsAny(raw, "eE"))
	}
}

// sure returns valid or unknown. It never returns invalid, because our schemas do not use
// these keywords in conditions, where that would be needed.
func sure(holds bool) result {
	if holds {
		return valid
	}
	return unknown
}

// pattern demands a string that matches. A string with escapes is left to the library, because
// the expression is applied to the bytes as they were sent.
func pattern(text string) constraint {
	expression, err := regexp.Compile(text)
	if err != nil {
		return unsupported
	}
	return func(t *jsontext.Tree, n int) result {
		raw := t.Raw(n)
		if t.Nodes[n].Kind != jsontext.String {
			return valid
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
