package component

// Column is the specification of a column of a [Table]. Widths come from the
// specifications and the width of the pane alone, never from the rows, so that
// columns do not jump while rows arrive.
type Column struct {
	Title    string
	Width    int  // exact, or the least when Flex is set
	Flex     int  // share of the space that is left over
	Right    bool // numbers
	Priority int  // columns of a higher number go first when it gets narrow; 0 stays
}

const (
	gutter    = 3 // cursor, mark, space
	columnGap = 2
	margin    = 1 // at the right, before the line between panes
)

// columnWidths says how wide each column is in a pane of width cells; 0 is a
// column that has no room.
func columnWidths(cols []Column, width int) []int {
	widths := make([]int, len(cols))
	for i, c := range cols {
		widths[i] = max(1, c.Width)
	}
	for needed(widths) > width && dropLeastImportant(cols, widths) {
	}
	spare, weights := width-needed(widths), 0
	for i, c := range cols {
		if widths[i] > 0 {
			weights += c.Flex
		}
	}
	for i, c := range cols {
		if widths[i] == 0 || c.Flex == 0 || spare <= 0 {
			continue
		}
		share := spare * c.Flex / weights
		widths[i] += share
		spare -= share
		weights -= c.Flex
	}
	return widths
}

func needed(widths []int) int {
	sum := gutter + margin - columnGap
	for _, w := range widths {
		if w > 0 {
			sum += w + columnGap
		}
	}
	return sum
}

// dropLeastImportant takes away the column of the highest priority number, the
// rightmost of equals, and reports whether there was one to take.
func dropLeastImportant(cols []Column, widths []int) bool {
	worst := -1
	for i, c := range cols {
		if widths[i] > 0 && c.Priority > 0 && (worst < 0 || c.Priority >= cols[worst].Priority) {
			worst = i
		}
	}
	if worst < 0 {
		return false
	}
	widths[worst] = 0
	return true
}
