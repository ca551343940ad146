package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"backchannel/storage/jsontext"
)

// object holds the members of a JSON object by their exact names, each value as it was written.
type object map[string]json.RawMessage

var errNotObject = errors.New("it is JSON, but not an object")

// notJSON explains a text that is not JSON.
func notJSON(raw []byte) error {
	if err := jsontext.Check(raw); err != nil {
		return fmt.Errorf("it %w", err)
	}
	return errors.New("it is not JSON")
}

// parseObject reads one JSON object and nothing after it. Unlike encoding/json it refuses a name that occurs twice,
// of which readers may take one or the other (RFC 8259 §4), and invalid UTF-8.
func parseObject(raw []byte) (object, error) {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return nil, notJSON(raw)
	}
	if raw = bytes.TrimSpace(raw); raw[0] != '{' {
		return nil, errNotObject
	}
	return members(raw)
}

// members splits an object that is known to be valid JSON, for a fraction of what a json.Decoder takes.
func members(raw []byte) (object, error) {
	found := object{}
	rest := skipSpace(raw[1:]) // behind the opening brace
	for rest[0] != '}' {
		end := valueEnd(rest)
		name, _ := text(rest[:end])
		if _, twice := found[name]; twice {
			return nil, fmt.Errorf("its member %s occurs twice", quote(name))
		}
		rest = skipSpace(skipSpace(rest[end:])[1:]) // behind the colon
		end = valueEnd(rest)
		found[name] = rest[:end:end]
		if rest = skipSpace(rest[end:]); rest[0] == ',' {
			rest = skipSpace(rest[1:])
		}
	}
	return found, nil
}

func skipSpace(raw []byte) []byte {
	for len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t' || raw[0] == '\r' || raw[0] == '\n') {
		raw = raw[1:]
	}
	return raw
}

// valueEnd is the length of the value that valid JSON begins with, within an object or an array.
func valueEnd(raw []byte) int {
	switch raw[0] {
	case '"':
		return stringEnd(raw)
	case '{', '[':
		return nestedEnd(raw)
	}
	return bytes.IndexAny(raw, ",}] \t\r\n")
}

func stringEnd(raw []byte) int {
	at := 1
	for raw[at] != '"' {
		if raw[at] == '\\' {
			at++
		}
		at++
	}
	return at + 1
}

func nestedEnd(raw []byte) int {
	for at, depth := 0, 0; ; at++ {
		switch raw[at] {
		case '"':
			at += stringEnd(raw[at:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
}

// text returns the value when it is a JSON string. It is known to be valid JSON and UTF-8.
func text(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), true
	}
	return jsontext.Unquote(raw), true
}

// texts returns the values when they are a JSON array of strings.
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
