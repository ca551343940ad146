package jsontext

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// note records a finding that is not an error: a value that is valid, but that many readers change.
func (r *Reader) note(into *[]Flaw, path []level, what, remedy string) {
	if len(*into) < maxNoted {
		*into = append(*into, Flaw{Offset: r.from, Where: pointer(path), What: what, Remedy: remedy})
	}
}

// addKey adds a key to those of its object, or notes that the object already has it.
func (r *Reader) addKey(key string, object *level) {
	if object.keys[key] {
		r.note(&r.found.Twice, r.levels, "the key "+quoted(key)+" a second time in its object",
			"write each key once: readers differ in which of the two they take (RFC 8259 §4)")
		return
	}
	if object.keys == nil {
		object.keys = map[string]bool{}
	}
	object.keys[key] = true
}

// maxSafe is the largest integer up to which a float64 represents every integer (RFC 8259 §6).
const maxSafe = 1 << 53

// noteLarge notes a number that a reader with float64 numbers, such as JavaScript, rounds.
func (r *Reader) noteLarge() {
	raw := r.text[r.from:r.to]
	if kindOf(raw[0]) != Number {
		return
	}
	number, _ := strconv.ParseFloat(string(raw), 64) // infinite when out of range
	if math.Abs(number) > maxSafe || math.Abs(number) == maxSafe && !isSafe(raw) {
		r.note(&r.found.Large, r.levels, "the number "+quoted(string(raw))+" is beyond 2^53, where many readers round", r.wording.Verb+" it as a string")
	}
}

// isSafe reports whether a number whose float64 is ±2^53 was not rounded to it from beyond.
func isSafe(raw []byte) bool {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(string(raw), "-"), ".")
	return whole == strconv.Itoa(maxSafe-1) || whole == strconv.Itoa(maxSafe) && strings.Trim(fraction, "0") == ""
}

// noteOdd notes a string with a character that many readers cannot represent.
func (r *Reader) noteOdd(path []level) {
	if odd := oddEscape(r.literal[r.from:r.to]); odd != "" {
		r.note(&r.found.Odd, path, odd, r.wording.OddRemedy)
	}
}

// oddEscape describes the first escape in a string that many readers cannot represent.
func oddEscape(raw string) string {
	for at := 0; at < len(raw); at++ {
		if raw[at] != '\\' {
			continue
		}
		switch unit, ok := codeUnit(raw[at:]); {
		case !ok:
			at++ // the escaped character may be a backslash
		case unit == 0:
			return `a string with NUL (\u0000)`
		case utf16.IsSurrogate(unit):
			if half, ok := codeUnit(raw[at+unitLength:]); !ok || utf16.DecodeRune(unit, half) == utf8.RuneError {
				return `a string with a lone surrogate (\u` + strconv.FormatInt(int64(unit), 16) + `), which is not a character`
			}
			at += 2*unitLength - 1
		}
	}
	return ""
}
