package component

import (
	"strings"
	"testing"
)

func keys() KeyTable {
	return KeyTable{
		{Keys: []string{"f"}, Short: "fire", Long: "fire an event", Group: "Anywhere"},
		{Keys: []string{"enter", "right"}, Short: "open", Group: "List"},
		{Keys: []string{" "}, Short: "mark", Group: "List"},
		{Keys: []string{"j", "k"}, Show: "j k", Long: "up and down", Group: "List"},
	}
}

func TestKeyTableFooter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		width int
		want  string
	}{
		{50, " f fire   enter open   space mark          ? help "},
		{40, " f fire   enter open             ? help "},
		{20, " f fire      ? help "},
		{8, " ? help "},
	} {
		if got := keys().Footer(plainTheme(), "? help", test.width); got != test.want {
			t.Errorf("got footer %q at %d columns, want %q", got, test.width, test.want)
		}
	}
}

func TestKeyTableHelp(t *testing.T) {
	t.Parallel()
	checkEqual(t, text(join(keys().Help(plainTheme(), 30))), strings.Trim(`
Anywhere
    f  fire an event

List
enter  open
space  mark
  j k  up and down`, "\n"))
	wide := text(join(keys().Help(plainTheme(), 60)))
	checkContains(t, wide, "Anywhere                List\n    f  fire an event    enter  open")
}

func TestKeyTableStaysInItsWidth(t *testing.T) {
	t.Parallel()
	var table KeyTable
	for _, s := range sampleTexts {
		table = append(table, Binding{Keys: []string{"x"}, Short: strings.ReplaceAll(s, "\n", " "), Group: s})
	}
	for w := 0; w < 230; w += stride {
		checkFits(t, table.Footer(colourTheme(), "right", w), w, 1)
		checkFits(t, join(table.Help(colourTheme(), w)), w, 1000)
	}
}
