package jsontext

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	for _, body := range []string{
		`{"a":1,"b":[1,2,{"c":"x,]}\"y"}],"d":{},"e":[],"f":[[],[ ]],"g":"z"}`,
		"{ \"a\" : [ 1 ,\n 2 ] , \"b\" : { } }",
		`[]`, `"x"`, `[[[1]]]`,
	} {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(body), "", "  "); err != nil {
			t.Fatal(err)
		}
		// The n-th byte that is not white space is the same in both.
		var lines []int
		line := 1
		for _, c := range pretty.Bytes() {
			if c == '\n' {
				line++
			} else if c != ' ' {
				lines = append(lines, line)
			}
		}
		p, n := NewLines([]byte(body)), 0
		for at, c := range []byte(body) {
			if c == ' ' || c == '\n' {
				continue
			}
			if startsToken(body, at) {
				if got := p.Of(at); got != lines[n] {
					t.Errorf("%s: byte %d (%c): got line %d, want %d", body, at, c, got, lines[n])
				}
			}
			n++
		}
	}
}

// startsToken reports whether a value, a key or an opening bracket begins at a byte.
func startsToken(body string, at int) bool {
	decoder := json.NewDecoder(strings.NewReader(body))
	for {
		from := int(decoder.InputOffset())
		if _, err := decoder.Token(); err != nil {
			return false
		}
		end := int(decoder.InputOffset())
		if end <= at {
			continue
		}
		start := end - len(strings.TrimLeft(body[from:end], " \n,:"))
		return start == at && body[at] != '}' && body[at] != ']'
	}
}
