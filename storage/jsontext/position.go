package jsontext

import (
	"bytes"
	"unicode/utf8"
)

// Position is where a byte of a text stands, as a message tells it: line and column from 1,
// columns in characters.
func Position(text []byte, at int) (line, column int) {
	before := text[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}
