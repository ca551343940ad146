package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"backchannel/storage/jsontext"
)

// object maps the names of a JSON object's members to their values as written.
type object map[string]json.RawMessage

var errNotObject = errors.New("it is JSON, but not an object")

// parseObject parses a text that consists of one JSON object. Unlike encoding/json it rejects invalid UTF-8 and a name
// that occurs twice, because parsers differ in which of the two members they use (RFC 8259 §4).
func parseObject(raw []byte) (object, error) {
	read := jsontext.Inspect(raw, jsontext.InputWording(), true)
	if read.Broken != nil {
		return nil, fmt.Errorf("it %w", read.Broken)
	}
	if read.Tree.Nodes[0].Kind != jsontext.Object {
		return nil, errNotObject
	}
	found, twice := object{}, ""
	read.Tree.Children(0, func(child int) bool {
		name := read.Tree.Nodes[child].Key
		if _, exists := found[name]; exists {
			twice = quote(name)
		}
		found[name] = read.Tree.Raw(child)
		return twice == ""
	})
	if twice != "" {
		return nil, fmt.Errorf("its member %s occurs twice", twice)
	}
	return found, nil
}

// text returns the value if it is a JSON string. The value must be valid JSON and UTF-8.
func text(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), true
	}
	return jsontext.Unquote(raw), true
}

// texts returns the elements if the value is a JSON array of strings.
func texts(raw json.RawMessage) ([]string, bool) {
	var elements []json.RawMessage
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &elements) != nil {
		return nil, false
	}
	all := make([]string, len(elements))
	for i, element := range elements {
		s, ok := text(element)
		if !ok {
			return nil, false
		}
		all[i] = s
	}
	return all, true
}
