package engine

import (
	"bytes"
	"encoding/json"
)

// harmless is the name of a value that no receiver uses to identify the message. Changing it
// spoils the digest of the body and leaves every other verdict as it was.
const harmless = "messageExecutionID"

// tamper changes one value of a JSON document, which remains valid.
func tamper(payload []byte) []byte {
	for _, name := range []string{harmless, ""} {
		if changed, ok := alterValue(payload, name); ok {
			return changed
		}
	}
	return append(bytes.Clone(payload), ' ')
}

// alterValue alters the first string or number that can be altered, of the given name if
// name is not empty.
func alterValue(payload []byte, name string) ([]byte, bool) {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	last, from := "", 0
	for {
		read, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		to := int(decoder.InputOffset())
		isName := bytes.HasPrefix(bytes.TrimLeft(payload[to:], " \t\r\n"), []byte(":"))
		text, isText := read.(string)
		_, isNumber := read.(json.Number)
		switch {
		case isName:
			last = text
		case isText || isNumber:
			changed := bytes.Clone(payload)
			if (name == "" || name == last) && alter(changed[from:to]) {
				return changed, true
			}
		}
		from = to
	}
}

// alter replaces the last letter or digit of a value by its neighbour. It does not alter a
// text with escapes, which could become invalid, and never creates a leading zero.
func alter(value []byte) bool {
	if bytes.IndexByte(value, '\\') >= 0 {
		return false
	}
	for i := len(value) - 1; i >= 0; i-- {
		switch b := value[i]; {
		case b >= '0' && b <= '8', b >= 'a' && b <= 'y', b >= 'A' && b <= 'Y':
			value[i]++
			return true
		case b == '9', b == 'z', b == 'Z':
			value[i]--
			return true
		}
	}
	return false
}
