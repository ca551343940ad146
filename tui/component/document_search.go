package component

import (
	"fmt"
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// A Search is what a person looks for in a document. It takes effect with every letter.
type Search struct {
	line   *Line // nil: nothing
	typing bool
	found  []int // the lines with a match
	at     int   // the match at which the cursor is
}

// Open begins to take keys as what to search for.
func (s *Search) Open() {
	if s.line == nil {
		s.line = NewLine("")
	}
	s.typing = true
}

// Shown reports whether something is searched for.
func (s *Search) Shown() bool { return s.line != nil }

// Typing reports whether keys are text to search for.
func (s *Search) Typing() bool { return s.typing }

// End forgets what was searched for, and reports whether there was anything.
func (s *Search) End() bool {
	had := s.Shown()
	*s = Search{}
	return had
}

// key handles a key while text is typed, and reports whether that changed. Enter keeps it.
func (s *Search) key(msg tea.KeyMsg) bool {
	if msg.Type != tea.KeyEnter {
		return s.line.Key(msg)
	}
	s.typing = false
	if s.line.Text() == "" {
		s.End()
	}
	return false
}

// wanted returns the text as matches compares it.
func (s *Search) wanted() string {
	if s.line == nil {
		return ""
	}
	return strings.ToLower(s.line.Text())
}

// look lists the lines that match.
func (s *Search) look(lines int, text func(line int) string) {
	wanted := s.wanted()
	s.found = nil
	for line := range lines {
		if wanted != "" && len(matches(text(line), wanted)) > 0 {
			s.found = append(s.found, line)
		}
	}
}

// next returns the match so many after a line, or before it; 0 is the first from there. After
// the last match comes the first.
func (s *Search) next(line, by int) (int, bool) {
	if len(s.found) == 0 {
		return 0, false
	}
	at := sort.SearchInts(s.found, line)
	if on := at < len(s.found) && s.found[at] == line; by > 0 && !on {
		by--
	}
	s.at = (at + by + len(s.found)) % len(s.found)
	return s.found[s.at], true
}

// count returns which match the cursor is at: "2 of 5 lines".
func (s *Search) count() string {
	switch {
	case s.wanted() == "":
		return ""
	case len(s.found) == 0:
		return "not found"
	case len(s.found) == 1:
		return "1 of 1 line"
	}
	return fmt.Sprintf("%d of %d lines", s.at+1, len(s.found))
}

// matches returns where a text in lower case occurs in a line, in any letter case.
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
