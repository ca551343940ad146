package component

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// A menu with Find shows a search text above its items and lists only those that match. Its items have
// digits as keys, or none. A digit picks an item only while the search text is empty.

// find handles a key that edits the search text. It returns false for other keys.
func (m *Menu) find(key tea.KeyMsg) bool {
	if !m.Find {
		return false
	}
	name := key.String()
	switch {
	case name == "backspace", name == "ctrl+h":
		runes := []rune(m.typed)
		m.narrow(string(runes[:max(0, len(runes)-1)]))
	case name == "ctrl+u":
		m.narrow("")
	case key.Alt || key.Type != tea.KeyRunes && key.Type != tea.KeySpace:
		return false
	case m.typed == "" && m.moves(name):
		return false
	case m.typed == "" && name == "/": // begins a search elsewhere, so people press it here too
	default:
		m.narrow(m.typed + strings.Join(strings.Fields(pasted(key)), " ") + trailing(key))
	}
	return true
}

// trailing returns a space if the key is the space key, which Fields has removed.
func trailing(key tea.KeyMsg) string {
	if key.Type == tea.KeySpace {
		return " "
	}
	return ""
}

// moves reports whether a letter moves the cursor or closes the menu instead of beginning the search
// text: in a menu whose labels are ours, none of which has a word that begins with it.
func (m *Menu) moves(letter string) bool {
	if m.Names || !slices.Contains([]string{"j", "k", "q"}, letter) {
		return false
	}
	return !slices.ContainsFunc(m.Details, func(item MenuItem) bool {
		return allIn([]string{letter}, wordsOf(strings.ToLower(item.Label)), strings.HasPrefix)
	})
}

// narrow changes the search text. It moves the cursor to the best match, or if the text is
// empty, to the item that had it before the search.
func (m *Menu) narrow(typed string) {
	if m.typed == "" {
		m.began = m.At
	}
	m.typed, m.At = typed, 0
	if typed == "" {
		m.At = m.began
	}
}

// matching returns the details that match the search text, the best first.
func (m *Menu) matching() []MenuItem {
	if strings.TrimSpace(m.typed) == "" {
		return m.Details
	}
	place := func(item MenuItem) int { return rank(m.typed, item.Label, item.Label+" "+item.Detail) }
	found := slices.DeleteFunc(slices.Clone(m.Details), func(item MenuItem) bool { return place(item) > titleHolds })
	slices.SortStableFunc(found, func(a, b MenuItem) int { return place(a) - place(b) })
	for i := range found {
		found[i].Key = "" // during a search, digits are text
	}
	return found
}

const findHint = "type to find"

// sought draws the line with the search text.
func (m *Menu) sought(th *style.Theme, width int) []string {
	if !m.Find {
		return nil
	}
	line := th.Accent.Render("/") + " "
	if m.typed == "" {
		return []string{line + lineWithCursor(th, "", "", 1) + th.Dim.Render(findHint)}
	}
	return []string{line + lineWithCursor(th, style.Escape(m.typed), "", max(1, width-2))}
}

// digits is how many items of a menu can have a digit as their key.
const digits = 10

// Digit returns the key of a menu's item i, counted from 0: 1 to 9, then 0. Later items have none.
func Digit(i int) string {
	if i >= digits {
		return ""
	}
	return strconv.Itoa((i + 1) % 10)
}

// Number assigns digits as keys to the first items. It skips digits that occur in a name,
// because there they may be meant as search text.
func Number(items []MenuItem) []MenuItem {
	var taken strings.Builder
	for _, item := range items {
		taken.WriteString(strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, item.Label))
	}
	for i := range min(len(items), digits) {
		if key := Digit(i); !strings.Contains(taken.String(), key) {
			items[i].Key = key
		}
	}
	return items
}
