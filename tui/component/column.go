package component

import (
	"slices"
)

// Column is the specification of a column of a [Table]. Widths, in cells, depend only on the
// specifications and the width of the pane, never on the rows, so that columns do not jump while
// rows arrive.
type Column struct {
	Title    string
	Short    string // the title while the column is narrower than that
	Min      int    // the minimum useful width; 0: Width
	Width    int    // the preferred width
	Flex     int    // the share of the space that remains
	Right    bool   // right-aligned, for numbers
	Middle   bool   // truncated in the middle, because both ends are informative
	Priority int    // columns with higher numbers are dropped first; 0: never dropped
	Shrink   int    // the Priority at which Width is reduced to Min; 0: before any column is dropped
	Extra    bool   // shown only if all others have their preferred width
}

const (
	gutter    = 3 // cursor, mark, space
	columnGap = 2 // reduced to 1 before a column is dropped or text is cut
	margin    = 1 // at the right, before the line between panes
)

// A tableLine is how the columns are laid out in a row.
type tableLine struct {
	widths []int // by the number of the column; 0: dropped
	gap    int
}

// layOut fits the columns into a pane of width cells. It begins with all columns at their minimum,
// dropping some if needed, then widens the gaps if that truncates nothing, and then widens the
// columns as far as there is space.
func layOut(cols []Column, width int) tableLine {
	line := tableLine{make([]int, len(cols)), columnGap}
	for i, c := range cols {
		if !c.Extra {
			line.widths[i] = c.first()
		}
	}
	line.gap = 1
	for line.needs() > width && line.reduce(cols) {
	}
	if roomy := (tableLine{line.widths, columnGap}); roomy.needs()+line.cut(cols) <= width {
		line = roomy
	}
	grown := line.widen(cols, width)
	for i, c := range cols {
		if grown && c.Extra && line.needs()+line.gap+c.Width <= width {
			line.widths[i] = c.Width
		}
	}
	line.share(cols, width)
	return line
}

// least returns the minimum width, which is at least 1: a width of 0 means a dropped column.
func (c Column) least() int {
	if c.Min > 0 {
		return c.Min
	}
	return max(1, c.Width)
}

// first returns the width with which layOut begins.
func (c Column) first() int {
	if c.Shrink > 0 {
		return c.Width
	}
	return c.least()
}

// needs returns how many cells the line takes.
func (l tableLine) needs() int {
	sum := gutter + margin - l.gap
	for _, w := range l.widths {
		if w > 0 {
			sum += w + l.gap
		}
	}
	return sum
}

// cut returns how many cells the columns lack to show their text in full. Columns with a Short title
// do not count, because only their titles need the full width.
func (l tableLine) cut(cols []Column) int {
	sum := 0
	for i, c := range cols {
		if l.widths[i] > 0 && c.Short == "" {
			sum += max(0, c.Width-l.widths[i])
		}
	}
	return sum
}

// reduce reduces or drops the column with the highest priority for that, the rightmost of equals.
// It returns false if all that are left must stay.
func (l tableLine) reduce(cols []Column) bool {
	worst, number := -1, 1
	for i, c := range cols {
		if l.widths[i] > 0 && l.priority(c, i) >= number {
			worst, number = i, l.priority(c, i)
		}
	}
	switch {
	case worst < 0:
		return false
	case l.widths[worst] > cols[worst].least():
		l.widths[worst] = cols[worst].least()
	default:
		l.widths[worst] = 0
	}
	return true
}

// priority returns the priority with which a column is reduced or dropped next.
func (l tableLine) priority(c Column, i int) int {
	if l.widths[i] > c.least() {
		return c.Shrink
	}
	return c.Priority
}

// widen widens columns to their preferred widths: those with free text first, then the more
// important ones, and last those of which only the title needs it. It reports whether all got their
// width. A column without free text is widened fully or not at all, because a part of the width
// shows no more than the minimum.
func (l tableLine) widen(cols []Column, width int) bool {
	order := make([]int, len(cols))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if free := min(1, cols[b].Flex) - min(1, cols[a].Flex); free != 0 {
			return free
		}
		return cols[a].rank() - cols[b].rank()
	})
	all := true
	for _, i := range order {
		c, spare := cols[i], width-l.needs()
		lacks := c.Width - l.widths[i]
		if l.widths[i] == 0 || lacks <= 0 {
			continue
		}
		if lacks > spare {
			all = false
			if c.Flex == 0 || spare <= 0 {
				continue
			}
		}
		l.widths[i] += min(lacks, spare)
	}
	return all
}

// share distributes the remaining space among the columns with Flex.
func (l tableLine) share(cols []Column, width int) {
	spare, weights := width-l.needs(), 0
	for i, c := range cols {
		if l.widths[i] > 0 {
			weights += c.Flex
		}
	}
	for i, c := range cols {
		if l.widths[i] == 0 || c.Flex == 0 || spare <= 0 {
			continue
		}
		part := spare * c.Flex / weights
		l.widths[i] += part
		spare -= part
		weights -= c.Flex
	}
}

// short is added to the rank of columns whose title has a short form. It is greater than every
// priority.
const short = 100

// rank returns the order in which columns are widened; lower comes first.
func (c Column) rank() int {
	if c.Short != "" {
		return short + c.Priority
	}
	return c.Priority
}

// title returns the column's title at a width.
func (c Column) title(width int) string {
	if c.Short != "" && Width(c.Title) > width {
		return c.Short
	}
	return c.Title
}
