package screen

import (
	"fmt"
	"strconv"
)

// Position returns the position of the selection, and whether the list moves. total is how many
// records there are, or -1 if that is unknown.
func (t *Timeline[T]) Position(total int64) string {
	text := ""
	if t.Paused {
		total = t.total
	}
	if t.before >= 0 && !t.Span.newer && !t.Paused && total >= 0 {
		total = t.before + int64(t.Len()) // which is newer
	}
	switch at := t.Table.Index() + 1; {
	case t.Len() == 0:
	case !t.Span.older && !t.Span.newer:
		text = fmt.Sprintf("%d of %d", at, t.Len())
	case t.before >= 0:
		text = fmt.Sprintf("%s of %s", Thousands(t.before+int64(at)), Thousands(total))
	case !t.Span.newer && total >= int64(t.Len()):
		text = fmt.Sprintf("%s of %s", Thousands(total-int64(t.Len()-at)), Thousands(total))
	case total >= 0:
		text = "of " + Thousands(total)
	}
	return text + t.newText()
}

// Thousands formats a number with its digits in groups of three.
func Thousands(n int64) string {
	if n < 0 {
		return "many"
	}
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
