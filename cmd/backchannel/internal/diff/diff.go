// Package diff compares JSON documents value by value. Start with [Compare].
//
// The order of keys and the space between values are no difference, though a changed order
// is told apart. Numbers are compared as they are written: 1 and 1.0 differ. The package
// guesses nothing about what a document means.
package diff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A Leaf is a value that holds no others, and where it stands (RFC 6901).
type Leaf struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// A Change is a place with another value than before.
type Change struct {
	Path string          `json:"path"`
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

// A Result is how one document differs from another. Each list is in the order of the
// document that it is of, changes in that of the first.
type Result struct {
	Same      bool     `json:"same"`      // all lists are empty
	Reordered bool     `json:"reordered"` // the keys that both have stand in another order
	Changed   []Change `json:"changed"`
	Added     []Leaf   `json:"added"`
	Removed   []Leaf   `json:"removed"`
}

// Compare says how to differs from from. Two values at one place are the same if equal
// says so; nil means the same text.
func Compare(from, to []Leaf, equal func(path string, from, to json.RawMessage) bool) Result {
	if equal == nil {
		equal = func(_ string, a, b json.RawMessage) bool { return bytes.Equal(a, b) }
	}
	before, after := byPath(from), byPath(to)
	r := Result{Changed: []Change{}, Added: []Leaf{}, Removed: []Leaf{}}
	var kept []string
	for _, leaf := range from {
		value, there := after[leaf.Path]
		switch {
		case !there:
			r.Removed = append(r.Removed, leaf)
			continue
		case !equal(leaf.Path, leaf.Value, value):
			r.Changed = append(r.Changed, Change{leaf.Path, leaf.Value, value})
		}
		kept = append(kept, leaf.Path)
	}
	var stands []string
	for _, leaf := range to {
		if _, there := before[leaf.Path]; there {
			stands = append(stands, leaf.Path)
		} else {
			r.Added = append(r.Added, leaf)
		}
	}
	r.Reordered = !slices.Equal(kept, stands)
	r.Same = len(r.Changed)+len(r.Added)+len(r.Removed) == 0
	return r
}

func byPath(leaves []Leaf) map[string]json.RawMessage {
	values := make(map[string]json.RawMessage, len(leaves))
	for _, leaf := range leaves {
		values[leaf.Path] = leaf.Value
	}
	return values
}

// Leaves are all of a document, in its order. Empty objects and arrays are among them.
func Leaves(document []byte) ([]Leaf, error) {
	in := json.NewDecoder(bytes.NewReader(document))
	in.UseNumber()
	all, err := walk(in, "", nil)
	if err != nil {
		return nil, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value")
	}
	return all, nil
}

func walk(in *json.Decoder, path string, into []Leaf) ([]Leaf, error) {
	token, err := in.Token()
	if err != nil {
		return into, err
	}
	opening, container := token.(json.Delim)
	if !container {
		value, err := json.Marshal(token)
		return append(into, Leaf{path, value}), err
	}
	n := 0
	for ; in.More(); n++ {
		key := strconv.Itoa(n)
		if opening == '{' {
			name, err := in.Token()
			if err != nil {
				return into, err
			}
			key = strings.NewReplacer("~", "~0", "/", "~1").Replace(fmt.Sprint(name))
		}
		if into, err = walk(in, path+"/"+key, into); err != nil {
			return into, err
		}
	}
	if n == 0 {
		into = append(into, Leaf{path, json.RawMessage(map[json.Delim]string{'{': "{}", '[': "[]"}[opening])})
	}
	_, err = in.Token() // the closing bracket
	return into, err
}
