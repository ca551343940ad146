package storage

import (
	"fmt"
	"strings"
)

// An ID identifies a record. A store assigns it inside the writing transaction as the
// number of microseconds since 1970, or as the previous ID plus one if that is greater.
// IDs are therefore unique among all processes, and their order is that of the commits: a
// reader that remembers the last ID it read misses no record.
//
// The text form of an ID is 11 lower-case characters of Crockford's base 32. It sorts in
// the same order as the number.
type ID int64

const (
	idDigits = "0123456789abcdefghjkmnpqrstvwxyz"
	idLength = 11
	idBits   = 5
)

// String returns the text form of the ID.
func (id ID) String() string {
	var text [idLength]byte
	rest := uint64(id)
	for i := idLength - 1; i >= 0; i-- {
		text[i] = idDigits[rest&(1<<idBits-1)]
		rest >>= idBits
	}
	return string(text[:])
}

// ParseID parses the result of String, in either letter case.
func ParseID(text string) (ID, error) {
	if len(text) != idLength {
		return 0, fmt.Errorf("%q is not a valid ID: an ID has %d characters, this has %d", text, idLength, len(text))
	}
	var id uint64
	for _, c := range strings.ToLower(text) {
		digit := strings.IndexRune(idDigits, c)
		if digit < 0 {
			return 0, fmt.Errorf("%q is not a valid ID: %q never occurs in one", text, c)
		}
		id = id<<idBits | uint64(digit)
	}
	return ID(id), nil
}

// MarshalText encodes an ID as a string in JSON, because many JSON parsers round numbers
// greater than 2^53 (RFC 8259 §6).
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText parses the result of MarshalText.
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseID(string(text))
	return err
}
