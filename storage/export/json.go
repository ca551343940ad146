package export

import (
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"

	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// Time is a time in JSON: RFC 3339 in UTC with milliseconds, or null for the zero time.
type Time time.Time

// timeLayout is RFC 3339 with milliseconds, always three digits.
const timeLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes RFC 3339 in UTC with milliseconds.
func (t Time) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Time(t).UTC().Format(timeLayout))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Time) UnmarshalJSON(text []byte) error { return (*time.Time)(t).UnmarshalJSON(text) }

// Text is a string as it was received, which need not be valid Unicode: a surrogate without its
// other half stays the escape that it came as. encoding/json would replace it by U+FFFD.
type Text string

// MarshalJSON writes a JSON string.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(jsontext.Quote(string(t))), nil }

// Millis is a duration in JSON: a number of milliseconds with up to three decimal places.
type Millis time.Duration

// MarshalJSON writes a JSON number.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// UnmarshalJSON reads a JSON number.
func (m *Millis) UnmarshalJSON(text []byte) error {
	var number float64
	if err := json.Unmarshal(text, &number); err != nil {
		return err
	}
	*m = Millis(number * float64(time.Millisecond))
	return nil
}

// nonZero returns a pointer to a value, or nil, null in JSON, if it is the zero value.
func nonZero[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// pairs returns header lines as [name, value], which keeps their order and those of the same
// name.
func pairs(headers []storage.HeaderField) [][2]string {
	list := make([][2]string, len(headers))
	for i, h := range headers {
		list[i] = [2]string{h.Name, shown(h)}
	}
	return list
}

// shown returns a header's value, masked if it is secret.
func shown(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return headerText(h.Value)
}

// headerText returns a value as valid UTF-8. It reads a value that is not valid UTF-8 as ISO 8859-1,
// as HTTP once did (RFC 9110 §5.5): JSON strings cannot contain arbitrary bytes, and this way each
// byte can be recovered from its character.
func headerText(value string) string {
	if utf8.ValidString(value) {
		return value
	}
	runes := make([]rune, len(value))
	for i := range len(value) {
		runes[i] = rune(value[i])
	}
	return string(runes)
}

// body returns a body as text, or else in base64. A text that was cut within a character is
// returned as both; the text is without that character.
func body(kept []byte, flaw storage.BodyFlaw) (text, encoded *string) {
	plain := kept
	if flaw != "" {
		plain = storage.WholeCharacters(kept)
	}
	if utf8.Valid(plain) {
		whole := string(plain)
		text = &whole
	}
	if text == nil || len(plain) < len(kept) {
		exact := base64.StdEncoding.EncodeToString(kept)
		encoded = &exact
	}
	return text, encoded
}

// An Answer is the body of an answer: as it came, and decoded if it was compressed.
type Answer struct {
	Body       *string          `json:"responseBody,omitempty"`
	BodyBase64 *string          `json:"responseBodyBase64,omitempty"`
	Decoded    *string          `json:"responseBodyDecoded,omitempty"`
	Note       string           `json:"responseBodyNote,omitempty"`
	Flaw       storage.BodyFlaw `json:"responseFlaw,omitempty"`
}

// answer returns the view of an answer's body. Decoded is left out if the body is text already.
func answer(kept []byte, flaw storage.BodyFlaw, shown storage.ShownBody) Answer {
	a := Answer{Note: shown.Note(), Flaw: flaw}
	a.Body, a.BodyBase64 = body(kept, flaw)
	if a.Body == nil && utf8.ValidString(shown.Text) {
		a.Decoded = &shown.Text
	}
	return a
}

// object returns a payload as the JSON that it is, or as a string if it is not valid, so that the
// file around it stays valid.
func object(payload []byte) json.RawMessage {
	if json.Valid(payload) && utf8.Valid(payload) {
		return payload
	}
	text, err := json.Marshal(string(payload))
	if err != nil {
		return nil
	}
	return text
}
