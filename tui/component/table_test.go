package component

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

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
	t := &Table{Columns: NewColumns(Column{Title: "Name", Width: 5, Flex: 1}, Column{Title: "Code", Width: 4, Right: true}), Focused: true}
	t.SetSize(21, 6)
	t.SetSource(rows)
	return t
}

func press(t *Table, keys ...string) {
	for _, k := range keys {
		t.Key(key(k))
	}
}

func checkSelected(t *testing.T, table *Table, want string) {
	t.Helper()
	if got, _ := table.selected(); got != want {
		t.Fatalf("got %q selected, want %q", got, want)
	}
}

func TestTableView(t *testing.T) {
	t.Parallel()
	table := newTable(list{keys: []string{"one", "a name that is long", "three"}})
	table.Marking = true
	press(table, "j", " ")
	checkEqual(t, text(table.View(plainTheme())), strings.Join([]string{
		"   Name         Code", "   one            42", "▌* a name tha…    42", "   three          42", "", "",
	}, "\n"))
}

func TestTableMoves(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ keys, want string }{
		{"j", "1"}, {"down down", "2"}, {"j k", "0"}, {"k", "0"}, {"G", "99"}, {"end up", "98"}, {"G g", "0"}, {"end home", "0"},
		{"ctrl+d", "2"}, {"ctrl+d ctrl+u", "0"}, {"pgdown", "5"}, {"pgdown pgup", "0"}, {"G pgdown", "99"},
	} {
		table := newTable(numbers(0, 100))
		press(table, strings.Fields(test.keys)...)
		if got, _ := table.selected(); got != test.want {
			t.Errorf("got %s selected after %s, want %s", got, test.keys, test.want)
		}
	}
	if newTable(numbers(0, 3)).Key(key("x")) {
		t.Error("an unknown key is handled")
	}
}

func TestTableSelectionSticksToItsItem(t *testing.T) {
	t.Parallel()
	table := newTable(numbers(10, 60))
	press(table, "pgdown", "j")
	checkSelected(t, table, "16")
	line := table.cursor - table.top
	table.SetSource(numbers(0, 80))
	checkSelected(t, table, "16")
	if table.cursor-table.top != line {
		t.Error("the selected item moved on the screen")
	}
	table.SetSource(numbers(14, 80))
	checkSelected(t, table, "16")
	table.SetSource(list{keys: []string{"1", "2", "99"}})
	checkSelected(t, table, "99")
	table.SetSource(list{})
	if _, ok := table.selected(); ok {
		t.Error("got a selected row in an empty table, want none")
	}
}

func TestTableSurvivesResize(t *testing.T) {
	t.Parallel()
	table := newTable(numbers(0, 1000))
	table.Select("500")
	for _, size := range sizes {
		table.SetSize(size[0], size[1])
		checkSelected(t, table, "500")
		if size[0] >= 20 && size[1] >= 2 {
			checkContains(t, table.View(plainTheme()), "▌  500")
		}
	}
}

func TestTableFollows(t *testing.T) {
	t.Parallel()
	table := newTable(numbers(0, 10))
	table.Tail = true
	press(table, "G")
	table.SetSource(numbers(0, 20))
	checkSelected(t, table, "19")
	press(table, "k")
	table.SetSource(numbers(0, 30))
	checkSelected(t, table, "18")
	if table.Following() {
		t.Error("moving up does not stop following")
	}
	table.Follow(true)
	checkSelected(t, table, "29")
}

func TestTableMarksStayWithTheirItems(t *testing.T) {
	t.Parallel()
	table := newTable(numbers(0, 9))
	table.Marking = true
	press(table, "j", " ", "j", "j", " ", "j", " ", " ")
	if got := table.Marks.Keys(); !slices.Equal(got, []string{"1", "3"}) {
		t.Fatalf("got marks %v, want 1 and 3", got)
	}
	table.SetSource(numbers(2, 9)) // the marks outlast what is shown
	table.Marks.Remove("1")
	if got := table.Marks.Keys(); !slices.Equal(got, []string{"3"}) {
		t.Fatalf("got marks %v, want 3", got)
	}
	table.Marks = Marks{}
	if got := table.Marks.Keys(); len(got) > 0 || table.Marks.Any() {
		t.Fatalf("got marks %v, want none", got)
	}
}

func TestColumnsFitTheWidth(t *testing.T) {
	t.Parallel()
	cols := []Column{{Width: 12, Min: 8}, {Width: 10, Min: 6, Flex: 1}, {Width: 6, Priority: 1}, {Width: 8, Flex: 2, Priority: 2}}
	for _, test := range []struct {
		name  string
		width int
		gap   int
		want  []int
	}{
		{"all have their wish", 4 + 36 + 6, 2, []int{12, 10, 6, 8}},
		{"what is left over is shared", 4 + 36 + 6 + 9, 2, []int{12, 13, 6, 14}},
		{"free text is widened first", 4 + 28 + 3 + 5, 1, []int{8, 10, 6, 9}},
		{"the gaps go before anything is cut", 4 + 36 + 6 - 1, 1, []int{12, 10, 6, 10}},
		{"half a wish is of use to free text alone", 4 + 28 + 3 + 3, 1, []int{8, 9, 6, 8}},
		{"the gaps go before a column", 4 + 28 + 3, 1, []int{8, 6, 6, 8}},
		{"the least important goes first", 4 + 28 + 2, 1, []int{12, 10, 6, 0}},
		{"then the next", 4 + 14 + 2, 1, []int{8, 7, 0, 0}},
		{"the others stay", 10, 1, []int{8, 6, 0, 0}},
	} {
		line := layOut(cols, test.width)
		if line.gap != test.gap || !slices.Equal(line.widths, test.want) {
			t.Errorf("%s: got %v at %d columns, want %v with gaps of %d", test.name, line, test.width, test.want, test.gap)
		}
	}
}

func TestExtraColumnsComeLast(t *testing.T) {
	t.Parallel()
	cols := []Column{{Width: 12, Min: 8}, {Width: 5, Extra: true}}
	for width, want := range map[int][]int{4 + 12 + 2 + 5: {12, 5}, 4 + 12 + 2 + 4: {12, 0}, 4 + 11: {8, 0}} {
		if got := layOut(cols, width).widths; !slices.Equal(got, want) {
			t.Errorf("got widths %v at %d columns, want %v", got, width, want)
		}
	}
}

func TestCellsHaveShorterForms(t *testing.T) {
	t.Parallel()
	cell := Cell{Text: "12:04:31.220", Shorter: []string{"12:04:31", "12:04"}}
	for width, want := range map[int]string{13: "12:04:31.220 ", 11: "12:04:31   ", 5: "12:04", 4: "12:…"} {
		if got := cell.fit(Column{}, width); got != want {
			t.Errorf("got %q in %d cells, want %q", got, width, want)
		}
	}
}

func TestCutMiddleStaysWithinItsWidth(t *testing.T) {
	t.Parallel()
	for _, s := range append([]string{"https://hooks.example.com/a"}, sampleTexts...) {
		for width := range 30 {
			if got := (Cell{Text: s}).fit(Column{Middle: true}, width); ansi.StringWidth(got) != width {
				t.Errorf("got %q for %q in %d cells, want that width", got, s, width)
			}
		}
	}
}

func TestTableEmpty(t *testing.T) {
	t.Parallel()
	table := newTable(list{})
	table.Empty = []string{"Nothing yet.", "", "n creates one"}
	table.SetSize(20, 6)
	checkContains(t, table.View(plainTheme()), "   Nothing yet.\n\n   n creates one")
	if table.Marking = true; table.Key(key(" ")) {
		t.Error("space marks a row of an empty table")
	}
}

func TestTableDrawsVisibleRowsOnly(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	for _, th := range []*style.Theme{plainTheme(), colourTheme()} {
		for _, size := range sizes {
			table := newTable(list{keys: sampleTexts})
			table.Empty = sampleTexts
			table.SetSize(size[0], size[1])
			for range sampleTexts {
				checkFits(t, table.View(th), size[0], size[1])
				press(table, "j")
			}
			table.SetSource(list{})
			checkFits(t, table.View(th), size[0], size[1])
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

// A column with Shrink keeps its width until more important space is needed, and is dropped
// later than it is reduced.
func TestAColumnShrinksBeforeMoreImportantOnesAreDropped(t *testing.T) {
	t.Parallel()
	cols := []Column{{Width: 12, Min: 8, Priority: 2, Shrink: 4}, {Width: 16}, {Width: 5, Priority: 3}, {Width: 14, Min: 8, Priority: 5}}
	for width, want := range map[int][]int{
		60: {12, 16, 5, 14}, 48: {12, 16, 5, 8}, 47: {12, 16, 5, 0}, 39: {12, 16, 5, 0}, 38: {8, 16, 5, 0}, 35: {8, 16, 5, 0}, 34: {12, 16, 0, 0}, 32: {8, 16, 0, 0}, 28: {0, 16, 0, 0}, 5: {0, 16, 0, 0},
	} {
		if got := layOut(cols, width).widths; !slices.Equal(got, want) {
			t.Errorf("got widths %v at %d columns, want %v", got, width, want)
		}
	}
}

// A cell's glyph can have another style than its words, also under the cursor.
func TestTheGlyphOfACellHasAStyleOfItsOwn(t *testing.T) {
	t.Parallel()
	th := colourTheme()
	cell := Cell{Text: "✗ exp", Style: th.Strong, Glyph: th.Bad}
	if got, want := cell.render("✗ exp"), th.Bad.Render("✗")+th.Strong.Render(" exp"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := cell.on(th.Row).render("✗ exp"); got == cell.render("✗ exp") {
		t.Error("the cell is drawn without the background of its row")
	}
	if plain := (Cell{Text: "x", Style: th.Text}).on(th.Row); plain.Glyph != (style.Style{}) {
		t.Errorf("got glyph style %v for a cell without a glyph, want none", plain.Glyph)
	}
}
