package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// minHeight is the minimum height of a screen on which the console works.
const minHeight = 20

// View draws the whole console in exactly the size of the terminal. Bubbletea would cut a view that is
// too high at the top.
func (m *Model) View() string {
	c := &m.chrome
	if c.width <= 0 || c.height <= 0 {
		return ""
	}
	m.env.Drawing()
	if c.tooSmall() {
		return c.tooSmallMessage()
	}
	var keys []screen.Binding // none while an overlay has them
	if !m.covered() {
		keys = c.keys(m.fireBindings())
	}
	return fixWidths(m.overlays.draw(c.frame(keys, m.covered()), c.width, c.height))
}

// chrome draws what surrounds the front screen: header, banner, toasts and footer.
type chrome struct {
	env    *screen.Env
	views  *views
	toasts *toaster
	panel  func(width, height int) []string
	banner string
	fault  string                                  // an error in the saved settings, until esc hides it
	shown  func([]screen.Binding) []screen.Binding // with the keys that a person chose
	width  int
	height int
}

// frame draws the header, a rule, the banner if there is one, the front screen, a rule with the toasts,
// the panel of a burst, and the footer.
func (c *chrome) frame(keys []screen.Binding, covered bool) string {
	th := c.env.Theme
	lines := append([]string{c.header(), component.Rule(th, c.width)}, c.bannerLines()...)
	foot := slices.Concat(c.toasts.shown.View(th, c.width), c.panel(c.width, c.height), []string{c.footer(keys, covered)})
	height := c.height - len(lines) - len(foot)
	body := component.Lines(strings.Split(c.views.front().View(c.width, height), "\n"), c.width, height)
	return strings.Join(slices.Concat(lines, body, foot), "\n")
}

// above returns how many lines are above the front screen.
func (c *chrome) above() int { return 2 + len(c.bannerLines()) }

// below returns how many lines are below the front screen.
func (c *chrome) below() int { return 2 + len(c.panel(c.width, c.height)) }

// maxBanner is how many lines a banner takes at most.
const maxBanner = 3

// bannerLines draws the problems that a person should see as long as they last.
func (c *chrome) bannerLines() []string {
	return append(c.bannerOf(cmp.Or(c.banner, c.env.Status.Problem())), c.bannerOf(c.fault)...)
}

// bannerOf draws a warning, in as many lines as it needs up to maxBanner.
func (c *chrome) bannerOf(text string) []string {
	if text == "" {
		return nil
	}
	text = style.Warning + " " + style.Escape(strings.ReplaceAll(text, "\n", "; "))
	lines := component.WrapCut(text, c.width-2, maxBanner)
	for i, line := range lines {
		lines[i] = " " + c.env.Theme.Warn.Render(component.Fit(line, c.width-1))
	}
	return lines
}

// tooSmall reports whether the terminal is too small for any screen.
func (c *chrome) tooSmall() bool { return c.width < screen.MinWidth || c.height < minHeight }

// tooSmallMessage draws why nothing else is shown.
func (c *chrome) tooSmallMessage() string {
	lines := component.Wrap(fmt.Sprintf("%d×%d is too small: the console needs %d×%d. Deliveries continue.",
		c.width, c.height, screen.MinWidth, minHeight), c.width)
	lines = component.Lines(lines, c.width, min(len(lines), c.height))
	above := make([]string, (c.height-len(lines))/2)
	return strings.Join(component.Lines(append(above, lines...), c.width, c.height), "\n")
}

// footer draws keys on the left, and on the right the position in the front screen.
func (c *chrome) footer(keys []screen.Binding, covered bool) string {
	return screen.KeyTable("", c.shown(keys)).Footer(c.env.Theme, c.footerEnd(covered), c.width)
}

// footerEnd draws the right end of the footer.
func (c *chrome) footerEnd(covered bool) string {
	th, front := c.env.Theme, c.views.front()
	right := th.Text.Render("?") + " " + th.Dim.Render("help")
	if typing(front) || covered {
		right = ""
	}
	if p, ok := front.(screen.Positioner); ok && p.Position() != "" {
		right = th.Dim.Render(p.Position()) + "   " + right
	}
	return "  " + right
}

// footerAt returns the name of the key that the footer shows in a column, or "".
func (c *chrome) footerAt(keys []screen.Binding, column int) string {
	th, end := c.env.Theme, c.footerEnd(false)
	if help := len(" ? help "); column >= c.width-help && !typing(c.views.front()) {
		return "?"
	}
	b, ok := screen.KeyTable("", c.shown(keys)).FooterAt(th, end, c.width, column)
	switch {
	case !ok:
		return ""
	case len(b.Keys) > 0:
		return b.Keys[0]
	}
	name, _, _ := strings.Cut(b.Show, " ")
	return name
}

// keys returns the keys for the footer: those of the front screen, esc, and the given ones that fire.
func (c *chrome) keys(fire []screen.Binding) []screen.Binding {
	v := c.views
	keys := v.front().Bindings()
	if typing(v.front()) {
		return keys
	}
	keys = slices.Insert(slices.Clone(keys), v.backAt(len(keys)), v.backBinding()...)
	if len(c.env.Targets.Webhooks) > 0 {
		keys = append(fire, keys...)
	}
	if open := c.toasts.opens(); len(open) > 0 {
		keys = slices.DeleteFunc(keys, func(b screen.Binding) bool { return slices.Contains(b.Keys, "enter") })
		keys = slices.Concat(open, keys)
	}
	return keys
}
