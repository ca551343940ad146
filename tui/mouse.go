package tui

import (
	"backchannel/tui/component"
	"backchannel/tui/config"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// mouse says whether the wheel and clicks do what keys do. It is off by default, because while a terminal
// reports the mouse to a program, a person cannot select text with it.
type mouse struct {
	on  bool
	set func(on bool) // makes the terminal report the mouse; nil: it cannot
}

// A pointer handles the events of the mouse.
type pointer struct{ *Model }

// mouseBinding returns the key that turns the mouse on or off.
func (p pointer) mouseBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"M"}, Word: "mouse", Help: "Use the mouse: wheel, rows, tabs and footer", Do: p.toggleMouse}
	if p.mouse.on {
		b.Help = "Leave the mouse to the terminal, which selects text with it"
	}
	return b
}

// toggleMouse turns the mouse on or off, and saves the setting.
func (p pointer) toggleMouse() tea.Cmd {
	p.turnMouse(!p.mouse.on)
	toast := screen.Good("the mouse works here; most terminals select text with it while shift is pressed")
	if !p.mouse.on {
		toast = screen.Good("the mouse selects text again")
	}
	return tea.Batch(screen.Say(toast), p.settings.save(config.Mouse(), p.mouse.on))
}

// turnMouse turns the mouse on or off.
func (p pointer) turnMouse(on bool) {
	p.mouse.on = on
	if p.mouse.set != nil {
		p.mouse.set(on)
	}
}

// point handles a mouse event after the keys that wait.
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

// wheel scrolls the pane below the pointer. In menus, texts and forms it acts like the arrow keys.
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

// click handles a click on a view's tab, on a key in the footer, or on the screen. While there is an
// overlay it does nothing, like a key that the overlay does not handle.
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
