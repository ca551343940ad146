package component

import (
	"fmt"
	"sort"
	"strings"

	"backchannel/tui/style"
)

// folds are the folded arrays and objects of an outline, of which only the first line is shown.
type folds struct {
	outline
	ends  map[int]int // the last line of each by its first, from 0
	shown []int       // the lines that no fold hides; nil: all
}

// len returns the number of lines that no fold hides.
func (f *folds) len() int {
	if f.shown == nil {
		return len(f.lines)
	}
	return len(f.shown)
}

// line returns the line at a position among those that no fold hides.
func (f *folds) line(at int) int {
	if f.shown == nil {
		return max(0, min(at, len(f.lines)-1))
	}
	return f.shown[max(0, min(at, len(f.shown)-1))]
}

// position returns where a line is, or the fold that hides it.
func (f *folds) position(line int) int {
	if f.shown == nil {
		return line
	}
	return max(0, sort.Search(len(f.shown), func(i int) bool { return f.shown[i] > line })-1)
}

// toggle folds or unfolds the array or object that begins at a line or, if none does, is around it.
// It returns the line at which that begins.
func (f *folds) toggle(line int) int {
	line = f.valueOf(line)
	if _, folded := f.ends[line]; folded {
		delete(f.ends, line)
		f.arrange()
		return line
	}
	if parent, ok := f.parentOf(line); ok && !f.opens(line) {
		line = parent
	}
	f.fold(line)
	f.arrange()
	return line
}

// toggleAll folds every array and object within the outermost one, or unfolds all.
func (f *folds) toggleAll() {
	if len(f.ends) > 0 {
		f.ends = nil
		f.arrange()
		return
	}
	for line := 1; line < len(f.lines); line++ {
		if indentOf(f.lines[line]) == indentStep && f.fold(line) {
			line = f.ends[line]
		}
	}
	f.arrange()
}

// fold folds the array or object that begins on a line. It returns false if none does.
func (f *folds) fold(line int) bool {
	if !f.opens(line) {
		return false
	}
	if f.ends == nil {
		f.ends = map[int]int{}
	}
	f.ends[line] = f.endOf(line)
	return true
}

// show unfolds the folds that hide a line.
func (f *folds) show(line int) {
	for from, to := range f.ends {
		if from < line && line <= to {
			delete(f.ends, from)
		}
	}
	f.arrange()
}

// arrange lists the lines that no fold hides.
func (f *folds) arrange() {
	if len(f.ends) == 0 {
		f.shown = nil
		return
	}
	f.shown = f.shown[:0:0]
	for line := 0; line < len(f.lines); line++ {
		f.shown = append(f.shown, line)
		if end, folded := f.ends[line]; folded {
			line = end
		}
	}
}

// text returns a line as it is drawn. The first line of a fold says how many lines it hides.
func (f *folds) text(line int) string {
	text := style.Escape(f.lines[line])
	end, folded := f.ends[line]
	if !folded {
		return text
	}
	return fmt.Sprintf("%s%s%s  %d lines", text, style.More, strings.Trim(f.lines[end], " ,"), end-line-1)
}
