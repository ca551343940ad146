package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEncodeEscapesHazardousCharacters(t *testing.T) {
	for _, text := range []string{"plain", "<a&b>", "C1 \u009b31m", "DEL \x7f", "bidi \u202e", "tag \U000e0041", "emoji 👍", "zwsp \u200b", "new\nline", "\u2028"} {
		t.Run(text, func(t *testing.T) { encodesTo(t, text) })
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("\u009b31m\u202e\U000e0041\x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		encodesTo(t, strings.ToValidUTF8(text, "?"))
	})
}

func encodesTo(t *testing.T, text string) {
	t.Helper()
	line, err := Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsFunc(line, hazardous) {
		t.Errorf("%q: got %q", text, line)
	}
	var got string
	if err := json.Unmarshal(line, &got); err != nil || got != text {
		t.Errorf("%q: got %q, %v after decoding", text, got, err)
	}
	if !utf8.Valid(line) {
		t.Errorf("%q is not valid UTF-8", line)
	}
}
