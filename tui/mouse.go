package tui

import (
	"backchannel/tui/component"
	"backchannel/tui/config"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// mouse lets the wheel and clicks do what keys do. It is off by default, because
// a terminal that reports the mouse no longer selects text with it.
type mouse struct {
	on  bool
	set func(on bool) // has the terminal report the mouse; nil: it cannot
}

// A pointer does the actions of the mouse.
type pointer struct{ *Model }

// mouseBinding returns the key that turns the mouse on or off.
func (p pointer) mouseBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"M"}, Word: "mouse", Help: "Let the mouse work: wheel, rows, tabs and footer", Do: p.toggleMouse}
	if p.mouse.on {
		b.Help = "Leave the mouse to the terminal, which selects text with it"
	}
	return b
}

// toggleMouse turns the mouse on or off, and keeps that in the settings.
func (p pointer) toggleMouse() tea.Cmd {
	p.turnMouse(!p.mouse.on)
	said := screen.Good("the mouse works here; the terminal still selects text while shift is held, in most terminals")
	if !p.mouse.on {
		said = screen.Good("the mouse is the terminal's again")
	}
	return tea.Batch(screen.Say(said), p.keep.keep(config.Mouse(), p.mouse.on))
}

// turnMouse turns the mouse on or off. While it is on, the terminal does not select text, so
// the user must be able to turn it off.
func (p pointer) turnMouse(on bool) {
	p.mouse.on = on
	if p.mouse.set != nil {
		p.mouse.set(on)
	}
}

// point does the action of a mouse event, after the keys that wait.
func (p pointer) point(msg tea.MouseMsg) tea.Cmd {
	event := tea.MouseEvent(msg)
	click := event.Action == tea.MouseActionPress && event.Button == tea.MouseButtonLeft
	if !p.mouse.on || !click && !event.IsWheel() {
		return nil
	}
	return p.keys.afterKeys(func() tea.Cmd {
		switch {
		case p.chrome.tooSmall():
			return nil
		case event.IsWheel():
			return p.wheel(event)
		}
		return p.click(event.X, event.Y)
	})
}

// wheel moves in what is below the pointer. Menus, texts and forms move as by the arrow keys.
func (p pointer) wheel(event tea.MouseEvent) tea.Cmd {
	by := 1
	switch event.Button {
	case tea.MouseButtonWheelUp:
		by = -1
	case tea.MouseButtonWheelDown:
	default:
		return nil // sideways
	}
	front, pointed := p.views.front().(screen.Pointed)
	if pointed && !p.covered() {
		return front.Wheel(event.X, event.Y-p.chrome.above(), by)
	}
	keys := screen.WheelKeys(by)
	if p.typing() {
		keys = keys[:1] // the next field
	}
	var cmds []tea.Cmd
	for _, key := range keys {
		cmds = append(cmds, p.key(key))
	}
	return tea.Batch(cmds...)
}

// click does what is at a position: a view's tab, a key of the footer, or what the screen shows.
// While an overlay has the keys, clicks outside it do nothing.
func (p pointer) click(x, y int) tea.Cmd {
	above := p.chrome.above()
	switch {
	case p.covered():
		return nil
	case y == 0:
		return p.clickTab(x)
	case y == p.chrome.height-1:
		return p.clickFooter(x)
	case y < above || y >= p.chrome.height-p.chrome.below():
		return nil
	}
	if front, ok := p.views.front().(screen.Pointed); ok {
		return front.Click(x, y-above)
	}
	return nil
}

// clickTab goes to the view whose tab is in a column of the header.
func (p pointer) clickTab(x int) tea.Cmd {
	if p.views.covered() {
		return nil
	}
	for view, end := range headerFormAt(p.chrome.width).tabs.ends(p.env.Theme, p.views) {
		if x < end {
			return p.views.goTo(screen.View(view))
		}
	}
	return nil
}

// clickFooter presses the key that the footer shows in a column.
func (p pointer) clickFooter(x int) tea.Cmd {
	if msg, ok := keyOf(keyName(p.chrome.footerAt(p.chrome.keys(p.fireBindings()), x))); ok {
		return p.key(msg)
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
