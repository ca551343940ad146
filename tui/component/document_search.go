package component

import (
	"fmt"
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// A Search is a text that a person looks for in a [Document] or a [Viewer]. It takes effect with every letter.
type Search struct {
	line   *Line // nil: there is no search
	typing bool
	found  []int // the lines with a match
	at     int   // the match at which the cursor is
}

// Open starts typing what to search for.
func (s *Search) Open() {
	if s.line == nil {
		s.line = NewLine("")
	}
	s.typing = true
}

// Shown reports whether there is a search.
func (s *Search) Shown() bool { return s.line != nil }

// Typing reports whether keys are text to search for.
func (s *Search) Typing() bool { return s.typing }

// End ends the search, and reports whether there was one.
func (s *Search) End() bool {
	had := s.Shown()
	*s = Search{}
	return had
}

// key handles a key while text is typed, and reports whether the text changed. The key enter ends
// typing and keeps the search.
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

// wanted returns the text in lower case, as matches compares it.
func (s *Search) wanted() string {
	if s.line == nil {
		return ""
	}
	return strings.ToLower(s.line.Text())
}

// run lists the lines that match.
func (s *Search) run(lines int, text func(line int) string) {
	wanted := s.wanted()
	s.found = nil
	for line := range lines {
		if wanted != "" && len(matches(text(line), wanted)) > 0 {
			s.found = append(s.found, line)
		}
	}
}

// next returns the match that is by matches after a line, or before it if by is negative; 0 means the
// first match from the line on. It wraps around.
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

// count returns the number of the match at the cursor and of all matches: "2 of 5 lines".
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

// view draws the line in which a person types what to search for.
func (s *Search) view(th *style.Theme, width int) string {
	right := th.Dim.Render(s.count()) + " "
	room := max(1, width-4-Width(right))
	return Spread(" "+th.Accent.Render("/")+" "+s.line.View(th, room, s.typing), right, width)
}

// matches returns where a text, which is in lower case, occurs in a line, ignoring case.
func matches(line, wanted string) (all []extent) {
	lower := strings.ToLower(line)
	if len(lower) != len(line) {
		lower = line // a letter has another length in lower case, so the offsets would be wrong
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
