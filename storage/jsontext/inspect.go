// Package jsontext parses JSON (RFC 8259) strictly and explains why a text is not JSON: the
// position, what was found there and what to do. Start with [Check] if an error suffices, or
// with [Inspect] for the details. [Values] reads even a text that was cut short.
//
// Every JSON text from outside is checked here, so that the same mistake always gets the
// same explanation. The package repairs nothing and does not interpret a text. It adds to
// the tokenizer of go-json-experiment what that lacks: an explanation and a remedy for each error,
// every duplicate name instead of only the first, and values that many readers change.
package jsontext

import "strings"

// maxDepth limits how deep arrays and objects may nest. The deepest event is 4 deep.
const maxDepth = 1000

// Space lists the characters that may be around a token (RFC 8259 §2).
const Space = " \t\r\n"

// maxNoted bounds how many findings of a kind are reported.
const maxNoted = 20

// A Flaw is a part of a text that a reader of JSON may reject or change.
type Flaw struct {
	Offset       int    // in bytes
	Where        string // a JSON Pointer; empty where the JSON is broken
	Line, Column int    // where the JSON is broken, from 1, the column in characters; 0: the input is not text
	What         string
	Remedy       string
}

// Place returns where the JSON is broken.
func (f *Flaw) Place() Position { return Position{f.Offset, f.Line, f.Column} }

// Name returns the last part of the JSON Pointer.
func (f *Flaw) Name() string {
	return UnescapeToken(f.Where[strings.LastIndexByte(f.Where, '/')+1:])
}

// Error describes the flaw in words that follow the name of the text.
func (f *Flaw) Error() string {
	return "is not JSON: " + f.What + " at " + f.Place().short() + "; " + f.Remedy
}

// An Inspection is what is known of a text without a schema.
type Inspection struct {
	Broken *Flaw  // why it is not one JSON text in UTF-8
	Twice  []Flaw // keys that occur twice in their object
	Large  []Flaw // numbers that many readers round
	Odd    []Flaw // strings that many readers cannot represent: a lone surrogate, or NUL
	Tree   Tree   // if requested
}

// Check returns a *Flaw if the text is not one JSON text.
func Check(text []byte) error {
	if found := Inspect(text, InputWording(), false); found.Broken != nil {
		return found.Broken
	}
	return nil
}

// Inspect parses a text that consists of one value, into a tree if withTree is true.
func Inspect(text []byte, wording Wording, withTree bool) Inspection {
	r := NewReader(text, wording)
	if withTree {
		r.startTree()
	}
	found, _, _ := r.Next()
	if found.Broken == nil && r.More() {
		return Inspection{Broken: r.diagnosis().more()}
	}
	return found
}
