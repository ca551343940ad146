package export

import (
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"

	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// Time is a moment, null when it never was.
type Time time.Time

// timeLayout is RFC 3339 with milliseconds.
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

// Text is a text as it was received, which need not be valid Unicode: a surrogate without
// its other half stays the escape that it came as.
type Text string

// MarshalJSON writes a string.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(jsontext.Quote(string(t))), nil }

// Millis is a duration in milliseconds, down to the microsecond.
type Millis time.Duration

// MarshalJSON writes a number.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// UnmarshalJSON reads a number.
func (m *Millis) UnmarshalJSON(text []byte) error {
	var number float64
	if err := json.Unmarshal(text, &number); err != nil {
		return err
	}
	*m = Millis(number * float64(time.Millisecond))
	return nil
}

// known is nil, null in JSON, for a zero value.
func known[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// pairs are header lines as [name, value].
func pairs(headers []storage.HeaderField) [][2]string {
	list := make([][2]string, len(headers))
	for i, h := range headers {
		list[i] = [2]string{h.Name, shown(h)}
	}
	return list
}

// shown is a header's value, masked when it is secret.
func shown(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return headerText(h.Value)
}

// headerText takes a value that is not UTF-8 for ISO 8859-1, as HTTP once did (RFC 9110
// §5.5): JSON can hold no bytes, and every one of them can be told from its character.
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

// body is a message's body as text, else in base64. A text that was cut within a character
// is both, without that character.
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

// An Answer is the body of an answer: as it came, and if that differs as it can be read.
type Answer struct {
	Body       *string          `json:"responseBody,omitempty"`
	BodyBase64 *string          `json:"responseBodyBase64,omitempty"`
	Decoded    *string          `json:"responseBodyDecoded,omitempty"`
	Note       string           `json:"responseBodyNote,omitempty"`
	Flaw       storage.BodyFlaw `json:"responseFlaw,omitempty"`
}

func answer(kept []byte, flaw storage.BodyFlaw, shown storage.ShownBody) Answer {
	a := Answer{Note: shown.Note(), Flaw: flaw}
	a.Body, a.BodyBase64 = body(kept, flaw)
	if a.Body == nil && utf8.ValidString(shown.Text) {
		a.Decoded = &shown.Text
	}
	return a
}

// object is a payload as the JSON that it is, or as text when it is none.
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
