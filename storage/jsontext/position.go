package jsontext

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// A Position is a place in a text.
type Position struct {
	Byte   int `json:"byte"`             // from 0
	Line   int `json:"line,omitempty"`   // from 1, of the indented text unless there is a column; 0: it is no text
	Column int `json:"column,omitempty"` // from 1, in characters, of the text as it is, which is not JSON
}

// String returns the position in a form that can follow a description of what was found.
func (p Position) String() string {
	switch {
	case p.Column > 0:
		return fmt.Sprintf(" at %s (byte %d)", p.short(), p.Byte)
	case p.Line > 0:
		return fmt.Sprintf(", on line %d, byte %d", p.Line, p.Byte)
	}
	return " at " + p.short()
}

// short returns the position in a text that is not JSON, and the offset only if there is nothing better.
func (p Position) short() string {
	if p.Line == 0 {
		return fmt.Sprintf("byte %d", p.Byte)
	}
	return fmt.Sprintf("line %d, column %d", p.Line, p.Column)
}

// LineAndColumn returns the line and column of an offset, both from 1 and the column in characters.
func LineAndColumn(text []byte, at int) (line, column int) {
	before := text[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}
