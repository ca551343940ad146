package tui

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// leastHeight is that of the smallest screen that the console works on.
const leastHeight = 20

// View draws the screen, in exactly its size.
func (m *Model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	m.env.Drawing()
	if m.tooSmall() {
		return m.apology()
	}
	whole := strings.Join(m.frame(), "\n")
	for _, o := range m.overlays {
		box := o.View(m.width-2, m.height-2)
		whole = component.Overlay(whole, box, m.width, m.height)
	}
	return fixWidths(whole)
}

// frame is header, rule, banner if there is one, body, the rule with the toasts, footer.
func (m *Model) frame() []string {
	th := m.env.Theme
	lines := []string{m.header(), component.Rule(th, m.width)}
	lines = append(lines, m.bannerLines()...)
	foot := append(m.toasts.View(th, m.width), m.footer())
	height := m.height - len(lines) - len(foot)
	body := component.Lines(strings.Split(m.front().View(m.width, height), "\n"), m.width, height)
	return append(append(lines, body...), foot...)
}

const bannerMost = 3 // lines

// bannerLines say what somebody should know as long as it is so.
func (m *Model) bannerLines() []string {
	text := m.banner
	if text == "" {
		text = m.env.Status.Trouble()
	}
	if text == "" {
		return nil
	}
	text = style.Warning + " " + style.Escape(strings.ReplaceAll(text, "\n", "; "))
	wrapped := component.Wrap(text, m.width-2)
	lines := component.Lines(wrapped, m.width-1, min(len(wrapped), bannerMost))
	for i, line := range lines {
		lines[i] = " " + m.env.Theme.Warn.Render(line)
	}
	return lines
}

func (m *Model) tooSmall() bool { return m.width < screen.LeastWidth || m.height < leastHeight }

// apology says why there is nothing to see.
func (m *Model) apology() string {
	lines := component.Wrap(fmt.Sprintf("%d×%d is too small: the console needs %d×%d. Deliveries go on meanwhile.",
		m.width, m.height, screen.LeastWidth, leastHeight), m.width)
	lines = component.Lines(lines, m.width, min(len(lines), m.height))
	above := make([]string, (m.height-len(lines))/2)
	return strings.Join(component.Lines(append(above, lines...), m.width, m.height), "\n")
}

// header says where one is, and at the right how things stand, as much of that as fits
// beside it: first the receipts are not counted, and so on.
func (m *Model) header() string {
	place, forms := m.place(), statusForms(m.env)
	if len(forms) == 0 {
		return component.Fit(place, m.width)
	}
	for _, form := range forms {
		if component.Fits(place, form+" ", m.width) {
			return component.Spread(place, form+" ", m.width)
		}
	}
	return component.Spread(place, forms[len(forms)-1]+" ", m.width)
}

// place is the longest way to say where one is that leaves room for who delivers and where
// the receiver is, and the longer ones for some counts, too. It does not depend on the
// counts themselves: the tabs stay where they are whatever happens to deliveries.
func (m *Model) place() string {
	if len(m.stacks[m.current]) > 1 {
		return m.heading()
	}
	brand := " " + m.env.Theme.Strong.Render("backchannel")
	stands, short := standing(m.env)
	if m.width < namesFrom {
		short = stands
	}
	for _, try := range []struct{ place, beside string }{
		{brand + m.tabs("   ", true), stands + strings.Repeat(" ", countsRoom)},
		{m.tabs("  ", true)[1:], stands + strings.Repeat(" ", countsRoom)},
		{m.tabs(" ", true), stands},
		{m.tabs(" ", true), short},
	} {
		if component.Fits(try.place, try.beside+" ", m.width) {
			return try.place
		}
	}
	return m.tabs("  ", false)[1:]
}

// namesFrom is the width from which the views' names go before the receiver's host.
const namesFrom = 80

// countsRoom is what the counts take up with their words, as long as they are small.
const countsRoom = 28

func (m *Model) heading() string {
	return " " + m.env.Theme.Strong.Render(style.Escape(m.front().Title()))
}

// tabs are the views, the present one marked by colour and by a glyph for those
// who see no colour.
func (m *Model) tabs(gap string, words bool) string {
	th := m.env.Theme
	var b strings.Builder
	for v, stack := range m.stacks {
		name := strconv.Itoa(v + 1)
		if words || screen.View(v) == m.current {
			name += " " + stack[0].Title()
		}
		switch {
		case screen.View(v) != m.current:
			b.WriteString(gap + th.Dim.Render(name))
		case th.Plain:
			b.WriteString(gap[1:] + style.Closed + name)
		default:
			b.WriteString(gap + th.Accent.Render(name))
		}
	}
	return b.String()
}

// footer names the keys that do something here: none while an overlay has them.
func (m *Model) footer() string {
	th := m.env.Theme
	right := th.Text.Render("?") + " " + th.Dim.Render("help")
	if typing(m.front()) || m.top() != nil {
		right = ""
	}
	if p, ok := m.front().(screen.Positioner); ok && p.Position() != "" {
		right = th.Dim.Render(p.Position()) + "   " + right
	}
	return screen.KeyTable("", m.footerKeys()).Footer(th, "", "  "+right, m.width)
}

func (m *Model) footerKeys() []screen.Binding {
	keys := m.front().Bindings()
	switch {
	case m.top() != nil:
		return nil
	case typing(m.front()):
		return keys
	case len(m.trail) > 0 && len(m.stacks[m.current]) == 1:
		back := m.stacks[m.trail[len(m.trail)-1]][0].Title()
		keys = append([]screen.Binding{{Shown: "esc", Label: "back to " + back}}, keys...)
	}
	if len(m.env.Targets.Webhooks) > 0 {
		return append(m.fireBindings(), keys...)
	}
	return keys
}
