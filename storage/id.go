package storage

import (
	"fmt"
	"strings"
)

// An ID names a record. The store hands them out inside the writing transaction:
// microseconds since 1970, or the last one plus one where that is greater. So they
// are unique among all processes, and their order is the order of the commits: a
// reader that remembers the last one it saw misses nothing.
//
// As text an ID is 11 characters of Crockford's base 32 in lower case, whose
// alphabetical order is the same again.
type ID int64

const (
	idDigits = "0123456789abcdefghjkmnpqrstvwxyz"
	idLength = 11
	idBits   = 5
)

func (id ID) String() string {
	var text [idLength]byte
	rest := uint64(id)
	for i := idLength - 1; i >= 0; i-- {
		text[i] = idDigits[rest&(1<<idBits-1)]
		rest >>= idBits
	}
	return string(text[:])
}

// ParseID reads what String wrote, in either letter case.
func ParseID(text string) (ID, error) {
	if len(text) != idLength {
		return 0, fmt.Errorf("%q is no ID: an ID has %d characters, this has %d", text, idLength, len(text))
	}
	var id uint64
	for _, c := range strings.ToLower(text) {
		digit := strings.IndexRune(idDigits, c)
		if digit < 0 {
			return 0, fmt.Errorf("%q is no ID: %q never occurs in one", text, c)
		}
		id = id<<idBits | uint64(digit)
	}
	return ID(id), nil
}

// MarshalText makes an ID a string in JSON: numbers beyond 2^53 do not survive there.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseID(string(text))
	return err
}
