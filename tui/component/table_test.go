package component

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"backchannel/tui/style"
)

// list is a Source of one key per row, which counts how many rows it rendered.
type list struct {
	keys []string
	drew *int
}

func (l list) Len() int         { return len(l.keys) }
func (l list) Key(i int) string { return l.keys[i] }
func (l list) Row(i int) []Cell {
	if l.drew != nil {
		*l.drew++
	}
	return []Cell{{Text: l.keys[i]}, {Text: "42"}}
}

func numbers(from, to int) list {
	var l list
	for i := from; i < to; i++ {
		l.keys = append(l.keys, fmt.Sprint(i))
	}
	return l
}

func newTable(rows list) *Table {
	t := &Table{Columns: []Column{{Title: "Name", Width: 5, Flex: 1}, {Title: "Code", Width: 4, Right: true}}, Focused: true}
	t.SetSize(21, 6)
	t.SetSource(rows)
	return t
}

func press(t *Table, keys ...string) {
	for _, k := range keys {
		t.Key(key(k))
	}
}

func selected(t *testing.T, table *Table, want string) {
	t.Helper()
	if got, _ := table.Selected(); got != want {
		t.Fatalf("selected %q, want %q", got, want)
	}
}

func TestTableView(t *testing.T) {
	table := newTable(list{keys: []string{"one", "a name that is long", "three"}})
	table.Marking = true
	press(table, "j", " ")
	same(t, text(table.View(plainTheme())), strings.Join([]string{
		"   Name         Code", "   one            42", "▌* a name tha…    42", "   three          42", "", "",
	}, "\n"))
}

func TestTableMoves(t *testing.T) {
	for _, test := range []struct{ keys, want string }{
		{"j", "1"}, {"down down", "2"}, {"j k", "0"}, {"k", "0"}, {"G", "99"}, {"end up", "98"}, {"G g", "0"}, {"end home", "0"},
		{"ctrl+d", "2"}, {"ctrl+d ctrl+u", "0"}, {"pgdown", "5"}, {"pgdown pgup", "0"}, {"G pgdown", "99"},
	} {
		table := newTable(numbers(0, 100))
		press(table, strings.Fields(test.keys)...)
		if got, _ := table.Selected(); got != test.want {
			t.Errorf("%s selects %s, want %s", test.keys, got, test.want)
		}
	}
	if newTable(numbers(0, 3)).Key(key("x")) {
		t.Error("an unknown key counts as handled")
	}
}

func TestTableSelectionSticksToItsItem(t *testing.T) {
	table := newTable(numbers(10, 60))
	press(table, "pgdown", "j")
	selected(t, table, "16")
	line := table.cursor - table.top
	table.SetSource(numbers(0, 80))
	selected(t, table, "16")
	if table.cursor-table.top != line {
		t.Error("the selected item moved on the screen")
	}
	table.SetSource(numbers(14, 80))
	selected(t, table, "16")
	table.SetSource(list{keys: []string{"1", "2", "99"}})
	selected(t, table, "99")
	table.SetSource(list{})
	if _, ok := table.Selected(); ok {
		t.Error("an empty table has a selection")
	}
}

func TestTableSurvivesResize(t *testing.T) {
	table := newTable(numbers(0, 1000))
	table.Select("500")
	for _, size := range sizes {
		table.SetSize(size[0], size[1])
		selected(t, table, "500")
		if size[0] >= 20 && size[1] >= 2 {
			has(t, table.View(plainTheme()), "▌  500")
		}
	}
}

func TestTableFollows(t *testing.T) {
	table := newTable(numbers(0, 10))
	table.Tail = true
	press(table, "G")
	table.SetSource(numbers(0, 20))
	selected(t, table, "19")
	press(table, "k")
	table.SetSource(numbers(0, 30))
	selected(t, table, "18")
	if table.Following() {
		t.Error("moving up does not stop following")
	}
	table.Follow(true)
	selected(t, table, "29")
}

func TestTableMarksStayWithTheirItems(t *testing.T) {
	table := newTable(numbers(0, 9))
	table.Marking = true
	press(table, "j", " ", "j", "j", " ", "j", " ", " ")
	if got := table.Marked(); !slices.Equal(got, []string{"1", "3"}) {
		t.Fatalf("marked %v", got)
	}
	table.SetSource(numbers(2, 9))
	if got := table.Marked(); !slices.Equal(got, []string{"3"}) {
		t.Fatalf("marked %v", got)
	}
	table.ClearMarks()
	if got := table.Marked(); got != nil {
		t.Fatalf("marked %v", got)
	}
}

func TestColumnWidths(t *testing.T) {
	cols := []Column{{Width: 12}, {Width: 10, Flex: 1}, {Width: 6, Priority: 1}, {Width: 8, Flex: 2, Priority: 2}}
	for _, test := range []struct {
		width int
		want  []int
	}{
		{3 + 36 + 6 + 1, []int{12, 10, 6, 8}},
		{3 + 36 + 6 + 1 + 9, []int{12, 13, 6, 14}},
		{3 + 36 + 6, []int{12, 10 + 9, 6, 0}},
		{3 + 28 + 4, []int{12, 10 + 7, 0, 0}},
		{10, []int{12, 10, 0, 0}},
	} {
		if got := columnWidths(cols, test.width); !slices.Equal(got, test.want) {
			t.Errorf("width %d gives %v, want %v", test.width, got, test.want)
		}
	}
}

func TestTableEmpty(t *testing.T) {
	table := newTable(list{})
	table.Empty = []string{"Nothing yet.", "", "n creates one"}
	table.SetSize(20, 6)
	has(t, table.View(plainTheme()), "   Nothing yet.\n\n   n creates one")
	if table.Marking = true; table.Key(key(" ")) {
		t.Error("marked a row that is not there")
	}
}

func TestTableDrawsVisibleRowsOnly(t *testing.T) {
	rows, drew := numbers(0, 100_000), 0
	rows.drew = &drew
	table := newTable(rows)
	press(table, "G")
	table.View(plainTheme())
	if drew != 5 {
		t.Errorf("drew %d rows, want 5", drew)
	}
}

func TestTableStaysInItsPane(t *testing.T) {
	for _, th := range []*style.Theme{plainTheme(), colourTheme()} {
		for _, size := range sizes {
			table := newTable(list{keys: awkward})
			table.Empty = awkward
			table.SetSize(size[0], size[1])
			for range awkward {
				inBounds(t, table.View(th), size[0], size[1])
				press(table, "j")
			}
			table.SetSource(list{})
			inBounds(t, table.View(th), size[0], size[1])
		}
	}
}

func BenchmarkTableRefresh100k(b *testing.B) {
	table := newTable(numbers(0, 100_000))
	press(table, "G")
	th := colourTheme()
	for b.Loop() {
		table.SetSource(table.source)
		table.View(th)
	}
}
