package storage

import "strings"

// A Place is where in the body a check of the schema verdict failed.
type Place struct {
	Pointer string // a JSON Pointer (RFC 6901), perhaps to a missing member; empty: the whole body, or the body is not JSON
	Line    int    // of the indented body, from 1; 0: the body is not JSON
	Byte    int    // of the body as received, from 0
	What    string // what was expected, and what was there
}

// Places returns where the checks of a verdict failed, in their order. They are known only of a
// receipt that was read whole, because lists are read without the checks.
func (v Verdict) Places() (all []Place) {
	for _, c := range v.Checks {
		if c.Result != Fail || c.At == nil {
			continue
		}
		p := Place{Byte: c.At.Byte, What: "expected " + c.Expected + ", got " + c.Actual}
		if _, pointer, ok := strings.Cut(c.Name, " "); ok && strings.HasPrefix(pointer, "/") {
			p.Pointer = pointer
		}
		if c.At.Column == 0 {
			p.Line = c.At.Line
		}
		all = append(all, p)
	}
	return all
}
