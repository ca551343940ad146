package component

import (
	"slices"
	"strings"
	"testing"
)

func TestPanesLayout(t *testing.T) {
	t.Parallel()
	two, three := []int{3, 2}, []int{4, 3, 3}
	for _, test := range []struct {
		name  string
		panes Panes
		w, h  int
		want  []Size
	}{
		{"one", Panes{Weights: []int{1}}, 80, 20, []Size{{80, 20}}},
		{"stacked", Panes{Weights: two}, 114, 21, []Size{{114, 8}, {114, 12}}},
		{"stacked, too low", Panes{Weights: two, Focused: 1}, 114, 15, []Size{{}, {114, 15}}},
		{"side by side", Panes{Weights: two}, 116, 15, []Size{{69, 15}, {46, 15}}},
		{"zoomed", Panes{Weights: two, Zoomed: true}, 200, 15, []Size{{200, 15}, {}}},
		{"two of three", Panes{Weights: three}, 120, 30, []Size{{68, 30}, {51, 30}, {}}},
		{"the focused of three", Panes{Weights: three, Focused: 2}, 120, 30, []Size{{68, 30}, {}, {51, 30}}},
		{"three", Panes{Weights: three}, 162, 50, []Size{{64, 50}, {48, 50}, {48, 50}}},
		{"nothing", Panes{Weights: two}, 0, 0, []Size{{}, {}}},
	} {
		if got := test.panes.Layout(test.w, test.h).Sizes; !slices.Equal(got, test.want) {
			t.Errorf("%s: got sizes %v, want %v", test.name, got, test.want)
		}
	}
}

func TestLayoutFillsTheScreenExactly(t *testing.T) {
	t.Parallel()
	for w := 1; w < 230; w += 2 + stride {
		for h := 1; h < 60; h += 7 {
			for focused := range 3 {
				layout := Panes{Weights: []int{5, 3, 4}, Focused: focused}.Layout(w, h)
				if !layout.Sizes[focused].Shown() {
					t.Fatalf("at %dx%d the focused pane is hidden", w, h)
				}
				view := layout.Join(colourTheme(), sampleTexts[3], sampleTexts[6], strings.Join(sampleTexts, "\n"))
				checkFits(t, view, w, h)
				if got := strings.Count(view, "\n") + 1; got != h {
					t.Fatalf("got %d lines at %dx%d, want %d", got, w, h, h)
				}
			}
		}
	}
}
