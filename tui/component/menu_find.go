package component

import (
	"slices"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// A menu in which one finds by typing shows what is typed above its items, and narrows
// them to those that match. Its items have digits for keys, or none; a digit picks as long
// as nothing was typed.

// find takes a key as part of what is looked for. False: it is none.
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
	default:
		m.narrow(m.typed + strings.Join(strings.Fields(pasted(key)), " ") + trailing(key))
	}
	return true
}

// trailing is the space that a key types.
func trailing(key tea.KeyMsg) string {
	if key.Type == tea.KeySpace {
		return " "
	}
	return ""
}

// moves reports whether a letter moves about or closes instead of being looked for: in
// menus of our own words it may, where none of them begins with it.
func (m *Menu) moves(letter string) bool {
	if m.Names || !slices.Contains([]string{"j", "k", "q"}, letter) {
		return false
	}
	return !slices.ContainsFunc(m.Details, func(item MenuItem) bool {
		return allIn([]string{letter}, wordsOf(strings.ToLower(item.Label)), strings.HasPrefix)
	})
}

// narrow looks for something else. The best match has the cursor, or where nothing is
// looked for any longer, the item that had it in the beginning.
func (m *Menu) narrow(typed string) {
	if m.typed == "" {
		m.began = m.At
	}
	m.typed, m.At = typed, 0
	if typed == "" {
		m.At = m.began
	}
}

// matching are the details that match what is typed, the best first.
func (m *Menu) matching() []MenuItem {
	if strings.TrimSpace(m.typed) == "" {
		return m.Details
	}
	place := func(item MenuItem) int { return rank(m.typed, item.Label, item.Label+" "+item.Detail) }
	found := slices.DeleteFunc(slices.Clone(m.Details), func(item MenuItem) bool { return place(item) > titleHolds })
	slices.SortStableFunc(found, func(a, b MenuItem) int { return place(a) - place(b) })
	for i := range found {
		found[i].Key = "" // a digit is text now
	}
	return found
}

const findHint = "type to find"

// sought is the line with what is typed.
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

// Number gives the first items digits for keys, but for those that a name holds: there
// they may be meant as text.
func Number(items []MenuItem) []MenuItem {
	var digits strings.Builder
	for _, item := range items {
		digits.WriteString(strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, item.Label))
	}
	for i := range min(len(items), 9) {
		if key := string(rune('1' + i)); !strings.Contains(digits.String(), key) {
			items[i].Key = key
		}
	}
	return items
}
