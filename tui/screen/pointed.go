package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// wheelLines is how many lines one step of the wheel scrolls, as in less and most editors.
const wheelLines = 3

// WheelKeys returns the key presses to which a step of the wheel is equivalent.
func WheelKeys(by int) []tea.KeyMsg {
	key := tea.KeyMsg{Type: tea.KeyDown}
	if by < 0 {
		key.Type = tea.KeyUp
	}
	keys := make([]tea.KeyMsg, wheelLines)
	for i := range keys {
		keys[i] = key
	}
	return keys
}

// Click selects a row, turns to a tab, or moves the focus to a pane.
func (b *Browser[R, D]) Click(x, y int) tea.Cmd {
	pane, x, y, ok := b.drawn.At(x, y)
	if !ok || b.list.Len() == 0 {
		return nil
	}
	b.filter.typing = b.filter.typing && b.filter.wrong != ""
	b.Focused = pane
	switch {
	case pane == PaneDetail && y == b.head:
		b.Tabs.click(x)
	case pane == paneList && b.list.Table.Click(y):
		return tea.Batch(b.list.moved(), b.follow())
	}
	return nil
}

// Wheel scrolls the pane below the pointer, which need not have the focus.
func (b *Browser[R, D]) Wheel(x, y, by int) tea.Cmd {
	pane, _, _, ok := b.drawn.At(x, y)
	if !ok {
		return nil
	}
	var cmds []tea.Cmd
	for _, key := range WheelKeys(by) {
		switch {
		case pane == PaneBody, pane == PaneDetail && b.Tabs.At == b.spec.Body.Tab:
			b.doc.Key(key)
		case pane == PaneDetail:
			b.Tabs.scroll(key)
		default:
			cmd, _ := b.list.press(key)
			cmds = append(cmds, cmd)
		}
	}
	return tea.Batch(append(cmds, b.follow())...)
}

// Click selects a row, or moves the focus to a pane.
func (i *Inventory[R]) Click(x, y int) tea.Cmd {
	pane, _, y, ok := i.drawn.At(x, y)
	if !ok || len(i.all) == 0 {
		return nil
	}
	i.filter.typing = false
	i.panes.Focused = pane
	if pane == paneList && i.table.Click(y-i.titleLines()) {
		i.detail = component.Viewer{}
	}
	return i.spec.Moved()
}

// Wheel scrolls the pane below the pointer, which need not have the focus.
func (i *Inventory[R]) Wheel(x, y, by int) tea.Cmd {
	pane, _, _, ok := i.drawn.At(x, y)
	for _, key := range WheelKeys(by) {
		switch {
		case !ok:
		case pane == PaneDetail:
			i.detail.Key(key)
		case i.table.Key(key):
			i.detail = component.Viewer{}
		}
	}
	return i.spec.Moved()
}

// titleLines returns how many lines are above the list.
func (i *Inventory[R]) titleLines() int {
	if i.spec.Title != "" || i.err != nil {
		return 1
	}
	return 0
}
