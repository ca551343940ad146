package component

import (
	"slices"
)

// Column is the specification of a column of a [Table]. Widths come from the
// specifications and the width of the pane alone, never from the rows, so that
// columns do not jump while rows arrive.
type Column struct {
	Title    string
	Short    string // the title while the column is narrower than that
	Least    int    // the minimum useful width; 0: Width
	Width    int    // the preferred width
	Flex     int    // the share of the space that remains
	Right    bool   // right-aligned, for numbers
	Middle   bool   // cut in the middle if too long, because both ends are informative
	Priority int    // columns with higher numbers are dropped first; 0 is never dropped
	Shrink   int    // when Width is reduced to Least, among the Priorities of others; 0: first
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

// layOut fits the columns in a pane of width cells: first all at their minimum, dropping some if
// needed; then with wider gaps if these cut nothing; then with wider columns as far as
// there is space.
func layOut(cols []Column, width int) tableLine {
	line := tableLine{make([]int, len(cols)), columnGap}
	for i, c := range cols {
		if !c.Extra {
			line.widths[i] = c.first()
		}
	}
	line.gap = 1
	for line.needs() > width && line.giveWay(cols) {
	}
	if roomy := (tableLine{line.widths, columnGap}); roomy.needs()+line.cut(cols) <= width {
		line = roomy
	}
	grown := line.grantWishes(cols, width)
	for i, c := range cols {
		if grown && c.Extra && line.needs()+line.gap+c.Width <= width {
			line.widths[i] = c.Width
		}
	}
	line.share(cols, width)
	return line
}

func (c Column) least() int {
	if c.Least > 0 {
		return c.Least
	}
	return max(1, c.Width)
}

// first returns the width from which a column is reduced.
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

// cut returns how many cells the columns lack in which text is cut.
func (l tableLine) cut(cols []Column) int {
	sum := 0
	for i, c := range cols {
		if l.widths[i] > 0 && c.Short == "" {
			sum += max(0, c.Width-l.widths[i])
		}
	}
	return sum
}

// giveWay reduces or drops the column with the highest number for that, the rightmost of
// equals, and reports whether there was one.
func (l tableLine) giveWay(cols []Column) bool {
	worst, number := -1, 1
	for i, c := range cols {
		if l.widths[i] > 0 && l.gives(c, i) >= number {
			worst, number = i, l.gives(c, i)
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

// gives returns the number by which a column is reduced or dropped next.
func (l tableLine) gives(c Column, i int) int {
	if l.widths[i] > c.least() {
		return c.Shrink
	}
	return c.Priority
}

// grantWishes widens columns to their preferred widths: those with free text first, then the
// more important ones, and last those that only their titles make wider. It reports whether
// all got their width. A column without free text is widened fully or not at all, because a
// little more width shows nothing more.
func (l tableLine) grantWishes(cols []Column, width int) bool {
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

const short = 100 // greater than every priority

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
