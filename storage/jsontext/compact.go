package jsontext

import (
	"bytes"
	"encoding/json"
)

// Compact returns a value as JSON on one line. Unlike json.Marshal it does not escape <, > and &,
// because the text is not for HTML. It is for values that can always be encoded, and for raw JSON that has been
// checked; of others it returns nothing.
func Compact(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
