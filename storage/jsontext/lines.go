package jsontext

// Lines maps byte offsets in a text to lines of its indented form, in which every member, every
// element and every closing bracket has a line of its own. It only moves forward, so the text
// is read once however many offsets are looked up.
type Lines struct {
	cursor
	line int // of the token that was read, from 1
}

// NewLines returns the lines of a text that is valid JSON.
func NewLines(text []byte) *Lines { return &Lines{newCursor(text), 1} }

// Of returns the line of the value or key that begins at an offset. Offsets must not decrease
// from call to call.
func (l *Lines) Of(offset int) int {
	for l.to <= offset && l.next() == nil {
		within := l.levels
		if l.token == begin {
			within = within[:len(within)-1]
		}
		element := l.token != name && l.token != end && len(within) > 0 && within[len(within)-1].array
		if l.token == name || element || l.token == end && l.ended.index >= 0 { // an empty object stays on its line
			l.line++
		}
	}
	return l.line
}
