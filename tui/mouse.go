package tui

import (
	"backchannel/tui/component"
	"backchannel/tui/config"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// mouse lets the wheel and clicks do what keys do. It is off unless a person wants it, because
// a terminal that reports the mouse no longer selects text with it.
type mouse struct {
	on  bool
	set func(on bool) // has the terminal report the mouse; nil: it cannot
}

// mouseBinding returns the key that turns the mouse on or off.
func (m *Model) mouseBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"M"}, Word: "mouse", Help: "Let the mouse work: wheel, rows, tabs and footer", Do: m.toggleMouse}
	if m.mouse.on {
		b.Help = "Leave the mouse to the terminal, which selects text with it"
	}
	return b
}

func (m *Model) toggleMouse() tea.Cmd {
	m.turnMouse(!m.mouse.on)
	said := screen.Good("the mouse works here; the terminal still selects text while shift is held, in most terminals")
	if !m.mouse.on {
		said = screen.Good("the mouse is the terminal's again")
	}
	return tea.Batch(screen.Say(said), m.keep.keep(config.Mouse(), m.mouse.on))
}

func (m *Model) turnMouse(on bool) {
	m.mouse.on = on
	if m.mouse.set != nil {
		m.mouse.set(on)
	}
}

// point does what the mouse asks for, after the keys that wait.
func (m *Model) point(msg tea.MouseMsg) tea.Cmd {
	event := tea.MouseEvent(msg)
	click := event.Action == tea.MouseActionPress && event.Button == tea.MouseButtonLeft
	if !m.mouse.on || !click && !event.IsWheel() {
		return nil
	}
	return m.keys.afterKeys(func() tea.Cmd {
		switch {
		case m.chrome.tooSmall():
			return nil
		case event.IsWheel():
			return m.wheel(event)
		}
		return m.click(event.X, event.Y)
	})
}

// wheel moves in what is below the pointer. Menus, texts and forms move as by the arrow keys.
func (m *Model) wheel(event tea.MouseEvent) tea.Cmd {
	by := 1
	switch event.Button {
	case tea.MouseButtonWheelUp:
		by = -1
	case tea.MouseButtonWheelDown:
	default:
		return nil // sideways
	}
	front, pointed := m.views.front().(screen.Pointed)
	if pointed && !m.covered() {
		return front.Wheel(event.X, event.Y-m.chrome.above(), by)
	}
	keys := screen.WheelKeys(by)
	if m.typing() {
		keys = keys[:1] // the next field
	}
	var cmds []tea.Cmd
	for _, key := range keys {
		cmds = append(cmds, m.key(key))
	}
	return tea.Batch(cmds...)
}

// click does what is at a place: a view's tab, a key of the footer, or what the screen shows.
// While a box has the keys, nothing outside of it counts.
func (m *Model) click(x, y int) tea.Cmd {
	above := m.chrome.above()
	switch {
	case m.covered():
		return nil
	case y == 0:
		return m.clickTab(x)
	case y == m.chrome.height-1:
		return m.clickFooter(x)
	case y < above || y >= m.chrome.height-m.chrome.below():
		return nil
	}
	if front, ok := m.views.front().(screen.Pointed); ok {
		return front.Click(x, y-above)
	}
	return nil
}

// clickTab goes to the view whose tab is in a column of the header.
func (m *Model) clickTab(x int) tea.Cmd {
	if m.views.covered() {
		return nil
	}
	for view, end := range headerFormAt(m.chrome.width).tabs.ends(m.env.Theme, m.views) {
		if x < end {
			return m.views.goTo(screen.View(view))
		}
	}
	return nil
}

// clickFooter presses the key that the footer shows in a column.
func (m *Model) clickFooter(x int) tea.Cmd {
	if msg, ok := keyOf(keyName(m.chrome.footerAt(m.chrome.keys(m.fireBindings()), x))); ok {
		return m.key(msg)
	}
	return nil
}

// ends returns for each view the column after its tab.
func (f tabForm) ends(th *style.Theme, v *views) []int {
	ends := make([]int, len(v.stacks))
	for view := range v.stacks {
		if f == tabsNumbers {
			ends[view] = (view + 1) * len(" 1")
			continue
		}
		upTo := *v
		upTo.stacks = v.stacks[:view+1]
		ends[view] = component.Width(f.draw(th, &upTo))
	}
	return ends
}
