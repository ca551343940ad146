package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"backchannel/storage/script"
)

// Encode returns a value as one line of JSON, with a newline and without characters that control a
// terminal.
func Encode(value any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return Harmless(line.Bytes()), err
}

// Harmless spells out what JSON allows in strings but a terminal may obey or hide: DEL,
// C1 controls, bidirectional overrides. The JSON means the same.
func Harmless(line []byte) []byte {
	if !bytes.ContainsFunc(line, hazardous) {
		return line
	}
	var safe bytes.Buffer
	before, text := rune(0), string(line)
	for i, r := range text {
		switch high, low := utf16.EncodeRune(r); {
		case !hazardous(r), script.Joins(before, r, script.After(text[i:])):
			safe.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&safe, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&safe, `\u%04x`, r)
		}
		before = r
	}
	return safe.Bytes()
}

// hazardous reports whether a terminal may obey or hide a character. U+FFFD is among these
// because it also stands for bytes that are not UTF-8, which must not be in JSON.
func hazardous(r rune) bool {
	return r != '\n' && (!unicode.IsGraphic(r) || r == utf8.RuneError || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r))
}
