package component

import (
	"slices"
	"strconv"
	"strings"

	"backchannel/storage/jsontext"
)

// indentStep is by how much PrettyJSON indents.
const indentStep = 2

// indentOf returns how many spaces a line begins with.
func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// opens reports whether an array or object begins on a line and ends on a later one.
func (d *Document) opens(line int) bool {
	text := d.lines[line]
	return d.indent && len(text) > 0 && (text[len(text)-1] == '{' || text[len(text)-1] == '[')
}

// endOf returns the last line of the value that begins on a line.
func (d *Document) endOf(line int) int {
	if !d.opens(line) {
		return line
	}
	indent := indentOf(d.lines[line])
	for end := line + 1; end < len(d.lines); end++ {
		if indentOf(d.lines[end]) == indent {
			return end
		}
	}
	return len(d.lines) - 1
}

// parentOf returns the line on which the array or object around a line begins.
func (d *Document) parentOf(line int) (int, bool) {
	indent := indentOf(d.lines[line])
	for at := line - 1; at >= 0 && indent > 0; at-- {
		if indentOf(d.lines[at]) < indent {
			return at, true
		}
	}
	return 0, false
}

// valueAt returns the line on which the value of the cursor begins, which for a closing bracket
// is that of the opening one.
func (d *Document) valueAt() int {
	line := d.line(d.at)
	if text := strings.TrimLeft(d.lines[line], " "); d.indent && text != "" && (text[0] == '}' || text[0] == ']') {
		indent := len(d.lines[line]) - len(text)
		for at := line - 1; at >= 0; at-- {
			if indentOf(d.lines[at]) == indent {
				return at
			}
		}
	}
	return line
}

// CanFold reports whether there is anything to fold.
func (d *Document) CanFold() bool { return d.indent && len(d.lines) > 1 }

// Fold folds the array or object that begins at the cursor, or that is around it, or unfolds it.
func (d *Document) Fold() {
	line := d.valueAt()
	if _, folded := d.folded[line]; folded {
		delete(d.folded, line)
		d.refold(line)
		return
	}
	if !d.opens(line) {
		parent, ok := d.parentOf(line)
		if !ok {
			return
		}
		line = parent
	}
	d.fold(line)
	d.refold(line)
}

func (d *Document) fold(line int) {
	if !d.opens(line) {
		return
	}
	if d.folded == nil {
		d.folded = map[int]int{}
	}
	d.folded[line] = d.endOf(line)
}

// FoldAll folds every array and object within the outermost one, or unfolds all.
func (d *Document) FoldAll() {
	line := d.line(d.at)
	if len(d.folded) > 0 {
		d.folded = nil
		d.refold(line)
		return
	}
	for at := 1; at < len(d.lines); at++ {
		if indentOf(d.lines[at]) == indentStep && d.opens(at) {
			d.fold(at)
			at = d.folded[at]
		}
	}
	d.refold(line)
}

// refold applies the folds, with the cursor on a line or on the fold that hides it.
func (d *Document) refold(line int) {
	d.laid = nil
	d.arrange()
	d.at, d.row = max(0, d.position(line)), 0
	d.keepVisible()
}

// arrange lists the lines that no fold hides.
func (d *Document) arrange() {
	if len(d.folded) == 0 {
		d.shown = nil
		return
	}
	d.shown = d.shown[:0:0]
	for line := 0; line < len(d.lines); line++ {
		d.shown = append(d.shown, line)
		if end, folded := d.folded[line]; folded {
			line = end
		}
	}
}

// lineOf returns the line of the value that a JSON Pointer leads to, or of what is there of the
// way to it.
func (d *Document) lineOf(pointer string) int {
	line := 0
	if !d.indent || !strings.HasPrefix(pointer, "/") {
		return line
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		child, ok := d.child(line, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		if !ok {
			break
		}
		line = child
	}
	return line
}

// child returns the line of a member or an element of the value that begins on a line.
func (d *Document) child(parent int, token string) (int, bool) {
	if !d.opens(parent) {
		return 0, false
	}
	indent, index := indentOf(d.lines[parent])+indentStep, 0
	for line := parent + 1; line < len(d.lines) && indentOf(d.lines[line]) >= indent; line++ {
		text := d.lines[line]
		if indentOf(text) != indent || text[indent] == '}' || text[indent] == ']' {
			continue
		}
		name := strconv.Itoa(index)
		if key, ok := keyOf(text); ok && strings.HasSuffix(d.lines[parent], "{") {
			name = jsontext.Show(jsontext.Unquote([]byte(key)))
		}
		if name == token {
			return line, true
		}
		index++
	}
	return 0, false
}

// Pointer returns the JSON Pointer (RFC 6901) to the value at the cursor. It returns false if
// the text is not indented JSON.
func (d *Document) Pointer() (string, bool) {
	if !d.indent {
		return "", false
	}
	var tokens []string
	for line := d.valueAt(); ; {
		parent, ok := d.parentOf(line)
		if !ok {
			break
		}
		tokens = append(tokens, d.token(line, parent))
		line = parent
	}
	slices.Reverse(tokens)
	var pointer strings.Builder
	for _, token := range tokens {
		pointer.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return pointer.String(), true
}

// token returns the key of a line, or its index within the array that begins at parent.
func (d *Document) token(line, parent int) string {
	if key, ok := keyOf(d.lines[line]); ok && strings.HasSuffix(d.lines[parent], "{") {
		return jsontext.Show(jsontext.Unquote([]byte(key)))
	}
	index, indent := 0, indentOf(d.lines[line])
	for at := parent + 1; at < line; at++ {
		if text := d.lines[at]; indentOf(text) == indent && text[indent] != '}' && text[indent] != ']' {
			index++
		}
	}
	return strconv.Itoa(index)
}

// keyOf returns the key that a line of an object begins with, in quotes.
func keyOf(line string) (string, bool) {
	text := strings.TrimLeft(line, " ")
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1], strings.HasPrefix(text[i+1:], ": ")
		}
	}
	return "", false
}

// Subtree returns the value at the cursor as indented JSON, or the cursor's line of another text.
func (d *Document) Subtree() string {
	line := d.valueAt()
	if !d.indent {
		return d.lines[line]
	}
	indent, end := indentOf(d.lines[line]), d.endOf(line)
	lines := make([]string, 0, end-line+1)
	for at := line; at <= end; at++ {
		lines = append(lines, d.lines[at][indent:])
	}
	if parent, ok := d.parentOf(line); ok && strings.HasSuffix(d.lines[parent], "{") {
		if key, ok := keyOf(lines[0]); ok {
			lines[0] = lines[0][len(key)+len(": "):]
		}
	}
	return strings.TrimSuffix(strings.Join(lines, "\n"), ",")
}

// Value returns the value at the cursor: the text of a string, another value as it is written.
func (d *Document) Value() string {
	raw := d.Subtree()
	if d.indent && len(raw) > 1 && raw[0] == '"' {
		return jsontext.Show(jsontext.Unquote([]byte(raw)))
	}
	return raw
}
