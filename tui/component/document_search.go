package component

import (
	"fmt"
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// search is what a person looks for in a document. It takes effect with every letter.
type search struct {
	line   *Line // nil: nothing
	typing bool
	began  int   // the line of the cursor when it was opened
	found  []int // the lines with a match
	at     int   // the match at which the cursor is
}

// Shown reports whether something is searched for.
func (s *search) Shown() bool { return s.line != nil }

func (s *search) text() string {
	if s.line == nil {
		return ""
	}
	return s.line.Text()
}

// count returns which match the cursor is at: "2 of 5 lines".
func (s *search) count() string {
	switch {
	case s.text() == "":
		return ""
	case len(s.found) == 0:
		return "not found"
	case len(s.found) == 1:
		return "1 of 1 line"
	}
	return fmt.Sprintf("%d of %d lines", s.at+1, len(s.found))
}

// Search begins to take keys as what to search for.
func (d *Document) Search() {
	if d.search.line == nil {
		d.search.line = NewLine("")
		d.search.began = d.line(d.at)
	}
	d.search.typing = true
}

// Typing reports whether keys are text to search for.
func (d *Document) Typing() bool { return d.search.typing }

// Searching reports whether there is something to search for.
func (d *Document) Searching() bool { return d.search.Shown() }

// EndSearch forgets what was searched for, and reports whether there was anything.
func (d *Document) EndSearch() bool {
	had := d.search.Shown()
	d.search = search{}
	return had
}

// Type handles a key while what to search for is typed. Enter keeps it.
func (d *Document) Type(msg tea.KeyMsg) {
	if msg.Type == tea.KeyEnter {
		d.search.typing = false
		if d.search.text() == "" {
			d.EndSearch()
		}
		return
	}
	if d.search.line.Key(msg) {
		d.find()
	}
}

// find looks for the text, and goes to the first match from where the search began.
func (d *Document) find() {
	s := &d.search
	s.found = nil
	wanted := needle(s.text())
	for line := range d.lines {
		if wanted != "" && len(matches(d.text(line), wanted)) > 0 {
			s.found = append(s.found, line)
		}
	}
	if len(s.found) == 0 {
		return
	}
	s.at = sort.SearchInts(s.found, s.began) % len(s.found)
	d.reveal(s.found[s.at], d.height/3)
}

// Next goes to the next match or back, after the last to the first.
func (d *Document) Next(by int) {
	s := &d.search
	if len(s.found) == 0 {
		return
	}
	at := sort.SearchInts(s.found, d.line(d.at)) // the match at the cursor, or the one below
	if on := at < len(s.found) && s.found[at] == d.line(d.at); by > 0 && !on {
		by--
	}
	s.at = (at + by + len(s.found)) % len(s.found)
	d.reveal(s.found[s.at], d.height/3)
}

// needle returns a text as matches compares it.
func needle(text string) string { return strings.ToLower(text) }

// matches returns where a text, which needle returned, occurs in a line, in any letter case.
func matches(line, wanted string) (all []extent) {
	lower := strings.ToLower(line)
	if len(lower) != len(line) {
		lower = line // else the places were not the same
	}
	for from := 0; wanted != ""; {
		i := strings.Index(lower[from:], wanted)
		if i < 0 {
			break
		}
		all = append(all, extent{from + i, from + i + len(wanted)})
		from += i + len(wanted)
	}
	return all
}

// searchView draws the line in which a person types what to search for.
func (d *Document) searchView(th *style.Theme) string {
	right := th.Dim.Render(d.search.count()) + " "
	room := max(1, d.width-4-Width(right))
	return Spread(" "+th.Accent.Render("/")+" "+d.search.line.View(th, room, d.search.typing), right, d.width)
}
