package storage

import (
	"regexp"
	"strconv"
	"strings"
)

// A Place is where in the body a check of the schema verdict failed.
type Place struct {
	Pointer string // a JSON Pointer (RFC 6901), perhaps to what is missing; empty: the whole, or not JSON
	Line    int    // of the indented body, from 1; 0: the body is not JSON
	Byte    int    // of the body as it came, from 0
	What    string // what was expected, and what was there
}

var (
	placeIndented = regexp.MustCompile(`(?s)^(.*), on line (\d+), byte (\d+)$`)
	placeBroken   = regexp.MustCompile(`(?s)^(.*) at (?:line \d+, column \d+ \()?byte (\d+)\)?$`)
)

// Places returns where the checks of a verdict failed, in their order. They are known only of a
// receipt that was read whole, because lists are read without the checks.
func (v Verdict) Places() (all []Place) {
	for _, c := range v.Checks {
		if c.Result != Fail {
			continue
		}
		p := Place{What: "expected " + c.Expected + ", got "}
		if _, pointer, ok := strings.Cut(c.Name, " "); ok && strings.HasPrefix(pointer, "/") {
			p.Pointer = pointer
		}
		if m := placeIndented.FindStringSubmatch(c.Actual); m != nil {
			p.What, p.Line, p.Byte = p.What+m[1], number(m[2]), number(m[3])
		} else if m := placeBroken.FindStringSubmatch(c.Actual); m != nil {
			p.What, p.Byte = p.What+m[1], number(m[2])
		} else {
			continue
		}
		all = append(all, p)
	}
	return all
}

// number returns the value of digits, or 0 if they are too many.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
