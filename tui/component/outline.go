package component

import (
	"slices"
	"strconv"
	"strings"

	"backchannel/storage/jsontext"
)

// An outline finds values in the lines of a text. If the text is JSON as PrettyJSON indents it, the
// indentation shows the nesting, so that a body of a mebibyte need not be parsed again.
type outline struct {
	lines    []string // as received, not escaped
	indented bool
}

// indentStep is the number of spaces by which PrettyJSON indents.
const indentStep = 2

// indentOf returns how many spaces a line begins with.
func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// opens reports whether an array or object begins on a line and ends on a later one.
func (o *outline) opens(line int) bool {
	text := o.lines[line]
	return o.indented && len(text) > 0 && (text[len(text)-1] == '{' || text[len(text)-1] == '[')
}

// isObject reports whether what opens on a line is an object.
func (o *outline) isObject(line int) bool { return strings.HasSuffix(o.lines[line], "{") }

// closes reports whether a line is the closing bracket of an array or object.
func (o *outline) closes(line int) bool {
	text := strings.TrimLeft(o.lines[line], " ")
	return o.indented && text != "" && (text[0] == '}' || text[0] == ']')
}

// endOf returns the last line of the value that begins on a line.
func (o *outline) endOf(line int) int {
	if !o.opens(line) {
		return line
	}
	indent := indentOf(o.lines[line])
	for end := line + 1; end < len(o.lines); end++ {
		if indentOf(o.lines[end]) == indent {
			return end
		}
	}
	return len(o.lines) - 1
}

// parentOf returns the line on which the array or object around a line begins.
func (o *outline) parentOf(line int) (int, bool) {
	indent := indentOf(o.lines[line])
	for at := line - 1; at >= 0 && indent > 0; at-- {
		if indentOf(o.lines[at]) < indent {
			return at, true
		}
	}
	return 0, false
}

// valueOf returns the line on which the value of a line begins, which for a closing bracket is
// that of the opening one.
func (o *outline) valueOf(line int) int {
	if !o.closes(line) {
		return line
	}
	indent := indentOf(o.lines[line])
	for at := line - 1; at >= 0; at-- {
		if indentOf(o.lines[at]) == indent {
			return at
		}
	}
	return line
}

// lineOf returns the line of the value to which a JSON Pointer leads, or of its nearest parent if that
// is missing.
func (o *outline) lineOf(pointer string) int {
	line := 0
	if !o.indented || !strings.HasPrefix(pointer, "/") {
		return line
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		child, ok := o.child(line, jsontext.UnescapeToken(token))
		if !ok {
			break
		}
		line = child
	}
	return line
}

// child returns the line of a member or an element of the value that begins on a line.
func (o *outline) child(parent int, token string) (int, bool) {
	if !o.opens(parent) {
		return 0, false
	}
	indent, index, object := indentOf(o.lines[parent])+indentStep, 0, o.isObject(parent)
	for line := parent + 1; line < len(o.lines) && indentOf(o.lines[line]) >= indent; line++ {
		if indentOf(o.lines[line]) != indent || o.closes(line) {
			continue
		}
		name := strconv.Itoa(index)
		if object {
			name = keyText(o.lines[line])
		}
		if name == token {
			return line, true
		}
		index++
	}
	return 0, false
}

// token returns the key of a line, or its index within the array that begins at parent.
func (o *outline) token(line, parent int) string {
	if o.isObject(parent) {
		return keyText(o.lines[line])
	}
	index, indent := 0, indentOf(o.lines[line])
	for at := parent + 1; at < line; at++ {
		if indentOf(o.lines[at]) == indent && !o.closes(at) {
			index++
		}
	}
	return strconv.Itoa(index)
}

// keyOf returns the key that a line of an object begins with, in quotes.
func keyOf(line string) string {
	text := strings.TrimLeft(line, " ")
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1]
		}
	}
	return `""`
}

func keyText(line string) string { return jsontext.Show(jsontext.Unquote([]byte(keyOf(line)))) }

// A Spot is a position in a document: a value of indented JSON, or a line of another text.
type Spot struct {
	Flaw    Flaw // what is wrong there; the zero Flaw: nothing
	outline *outline
	line    int
}

// Pointer returns the JSON Pointer (RFC 6901) to the value. It returns false if the text is not
// indented JSON.
func (s Spot) Pointer() (string, bool) {
	if !s.outline.indented {
		return "", false
	}
	var tokens []string
	line := s.line
	for parent, ok := s.outline.parentOf(line); ok; parent, ok = s.outline.parentOf(line) {
		tokens = append(tokens, s.outline.token(line, parent))
		line = parent
	}
	slices.Reverse(tokens)
	var pointer strings.Builder
	for _, token := range tokens {
		pointer.WriteString("/" + jsontext.EscapeToken(token))
	}
	return pointer.String(), true
}

// Subtree returns the value as indented JSON, or the line of another text.
func (s Spot) Subtree() string {
	o := s.outline
	if !o.indented {
		return o.lines[s.line]
	}
	indent, end := indentOf(o.lines[s.line]), o.endOf(s.line)
	lines := make([]string, 0, end-s.line+1)
	for at := s.line; at <= end; at++ {
		lines = append(lines, o.lines[at][indent:])
	}
	if parent, ok := o.parentOf(s.line); ok && o.isObject(parent) {
		lines[0] = lines[0][len(keyOf(lines[0]))+len(": "):]
	}
	return strings.TrimSuffix(strings.Join(lines, "\n"), ",")
}

// Value returns the text of a JSON string without quotes and escapes, and any other value as it is
// written.
func (s Spot) Value() string {
	raw := s.Subtree()
	if s.outline.indented && len(raw) > 1 && raw[0] == '"' {
		return jsontext.Show(jsontext.Unquote([]byte(raw)))
	}
	return raw
}
