package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// object holds the members of a JSON object by their exact names, each value as it was written.
type object map[string]json.RawMessage

var (
	errNotUTF8   = errors.New("it is not valid UTF-8")
	errNotObject = errors.New("it is JSON, but not an object")
)

// parseObject reads one JSON object and nothing after it. Unlike encoding/json it refuses a name that occurs twice,
// of which readers may take one or the other (RFC 8259 §4), and invalid UTF-8.
func parseObject(raw []byte) (object, error) {
	if !utf8.Valid(raw) {
		return nil, errNotUTF8
	}
	var whole json.RawMessage
	if err := json.Unmarshal(raw, &whole); err != nil {
		return nil, describeSyntax(raw, err)
	}
	if whole = bytes.TrimSpace(whole); whole[0] != '{' {
		return nil, errNotObject
	}
	return members(whole)
}

// members splits an object that is known to be valid JSON.
func members(raw []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil { // the opening brace
		return nil, err
	}
	found := object{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		if _, twice := found[name]; twice {
			return nil, fmt.Errorf("its member %s occurs twice", quote(name))
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		found[name] = value
	}
	return found, nil
}

// uniqueNames looks for a name that occurs twice in an object, at any depth of the next value, which is known to be
// valid JSON.
func uniqueNames(decoder *json.Decoder) error {
	opening, err := decoder.Token()
	if err != nil {
		return err
	}
	if opening != json.Delim('{') && opening != json.Delim('[') {
		return nil
	}
	seen := map[string]bool{}
	for decoder.More() {
		if opening == json.Delim('{') {
			key, _ := decoder.Token()
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("its member %s occurs twice", quote(name))
			}
			seen[name] = true
		}
		if err := uniqueNames(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token() // the closing brace or bracket
	return err
}

func describeSyntax(raw []byte, err error) error {
	var syntax *json.SyntaxError
	if len(raw) == 0 {
		return errors.New("it is empty")
	}
	if !errors.As(err, &syntax) {
		return errors.New("it is not JSON")
	}
	return fmt.Errorf("it is not JSON: at byte %d of %d, %s", syntax.Offset, len(raw), syntax.Error())
}

// text returns the value when it is a JSON string.
func text(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", false
	}
	return s, true
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
