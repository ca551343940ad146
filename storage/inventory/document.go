package inventory

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// A document is one value of a file.
type document struct {
	raw    json.RawMessage
	number int // in the file, from 1
	line   int // where it begins
}

// A group is the documents of one value of the text: the value itself, or the elements of an
// array. Duplicates are found for the value as a whole.
type group struct {
	documents  []document
	duplicates storage.FieldErrors
}

// A splitter divides a text into documents.
type splitter struct {
	text    []byte
	counted int // bytes whose lines have been counted
	lines   int // line breaks in those bytes
}

// split returns the documents of a text up to the first syntax error, and that error. Where
// the next document begins after a syntax error cannot be known.
func split(text []byte) (groups []group, broken storage.FieldErrors) {
	s := splitter{text: text}
	values := jsontext.NewReader(text, jsontext.InputWording())
	for number := 1; values.More(); {
		found, from, to := values.Next()
		if found.Broken != nil {
			return groups, storage.FieldErrors{{Field: "file", Reason: fmt.Sprintf("object %d %v", number, found.Broken)}}
		}
		g := group{s.documents(from, to, number), s.duplicates(found.Twice, number, text[from] == '[')}
		groups = append(groups, g)
		number += len(g.documents)
	}
	return groups, nil
}

// documents returns the elements of an array, because `jq -s` makes one of an export. Any
// other value is a single document.
func (s *splitter) documents(from, to, number int) (all []document) {
	text := s.text[from:to]
	if text[0] != '[' {
		return []document{{raw: text, number: number, line: s.line(from)}}
	}
	for v := range jsontext.Values(text) {
		if v.Depth() == 1 {
			all = append(all, document{raw: text[v.From:v.To], number: number + len(all), line: s.line(from + v.From)})
		}
	}
	return all
}

// line returns the line of an offset, which must not be smaller than in the previous call. It
// counts from there, because counting from the start for each of many webhooks takes quadratic
// time.
func (s *splitter) line(offset int) int {
	more, _ := jsontext.LineAndColumn(s.text[s.counted:], offset-s.counted)
	s.lines, s.counted = s.lines+more-1, offset
	return s.lines + 1
}

// duplicates reports the names that occur twice in one object, because the decoder would silently
// keep the last of their values. number is that of the object or, if array is set, of the array's
// first element.
func (s *splitter) duplicates(twice []jsontext.Flaw, number int, array bool) (bad storage.FieldErrors) {
	for _, flaw := range twice {
		line, column := jsontext.LineAndColumn(s.text, flaw.Offset)
		n, where := number, flaw.Where
		if array {
			index, rest, _ := strings.Cut(where[1:], "/")
			if i, err := strconv.Atoi(index); err == nil {
				n, where = number+i, "/"+rest
			}
		}
		bad = append(bad, storage.FieldError{Field: strconv.Itoa(n) + fieldPath(where),
			Reason: fmt.Sprintf("%q occurs twice in its object; keep one of them (line %d, column %d)", flaw.Name(), line, column)})
	}
	return bad
}

// fieldPath converts a JSON Pointer to the path of a field, such as .headers[0].name.
func fieldPath(pointer string) string {
	var path strings.Builder
	for _, token := range strings.Split(pointer, "/")[1:] {
		if strings.Trim(token, "0123456789") == "" && token != "" {
			path.WriteString("[" + token + "]")
		} else {
			path.WriteString("." + jsontext.UnescapeToken(token))
		}
	}
	return path.String()
}
