package tui

import (
	"slices"
	"strconv"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// A headerForm is a layout of the header: the tabs on the left, the status on the right. Each item
// has a slot of a fixed width, so that nothing moves when a number or a state changes.
type headerForm struct {
	from     int // the minimum width of a screen for this form
	tabs     tabForm
	gap      int // between the items of the status
	engine   int // the width of the engine's slot, in cells
	receiver int // the width of the receiver's slot
	counts   countForm
	number   int  // the width of each count
	receipts bool // show the number of receipts too
}

// headerForms returns the forms, widest first. From 80 columns on, the names of the views are more
// important than the host of the receiver, and than all counts except that of the worst state.
func headerForms() []headerForm {
	return []headerForm{
		{190, tabsBranded, 3, 16, 21, countWords, 5, true},
		{168, tabsBranded, 2, 11, 14, countWords, 4, true},
		{150, tabsApart, 2, 11, 14, countWords, 4, true},
		{134, tabsApart, 2, 11, 14, countWords, 4, false},
		{124, tabsClose, 1, 11, 14, countWords, 4, false},
		{120, tabsClose, 1, 11, 14, countWords, 3, false},
		{104, tabsClose, 1, 11, 14, countGlyphs, 4, false},
		{96, tabsClose, 1, 11, 6, countGlyphs, 4, false},
		{80, tabsClose, 1, 9, 6, countWorst, 3, false},
		{67, tabsNumbers, 1, 11, 14, countGlyphs, 4, false},
		{screen.MinWidth, tabsNumbers, 1, 9, 14, countSum, 4, false},
	}
}

// headerFormAt returns the form for the width of a screen. It depends on nothing else.
func headerFormAt(width int) headerForm {
	forms := headerForms()
	i := slices.IndexFunc(forms, func(f headerForm) bool { return f.from <= width })
	if i < 0 {
		return forms[len(forms)-1]
	}
	return forms[i]
}

// header draws the tabs, or the title of a screen that was opened, on the left, and the status on the
// right. A title that is too long covers the slot of the engine.
func (c *chrome) header() string {
	form := headerFormAt(c.width)
	left, items := form.tabs.draw(c.env.Theme, c.views), form.status(c.env)
	if c.views.covered() {
		left = " " + c.env.Theme.Strong.Render(style.Escape(c.views.front().Title()))
	}
	status := form.join(items)
	if c.views.covered() && isDelivering(c.env) && !component.Fits(left, status, c.width+1) {
		status = form.join(items[1:])
	}
	return component.Fit(left, c.width-component.Width(status)) + status
}

// join puts the items of the status next to each other.
func (f headerForm) join(items []string) string {
	return strings.Join(items, strings.Repeat(" ", f.gap))
}

// A tabForm is a way to draw the tabs of the views.
type tabForm int

const (
	tabsNumbers tabForm = iota // the numbers, then the name of the present view
	tabsClose                  // numbers and names
	tabsApart
	tabsBranded // after the program's name
)

// draw draws the tabs. The current one is marked by colour, or in a plain theme by a glyph.
func (f tabForm) draw(th *style.Theme, v *views) string {
	switch f {
	case tabsNumbers:
		return numberTabs(th, v)
	case tabsClose:
		return nameTabs(th, v, " ")
	case tabsApart:
		return nameTabs(th, v, "  ")[1:]
	}
	return " " + th.Strong.Render("backchannel") + nameTabs(th, v, "   ")
}

// nameTabs draws the tabs with their numbers and names.
func nameTabs(th *style.Theme, v *views, gap string) string {
	var b strings.Builder
	for view := range v.stacks {
		view := screen.View(view)
		b.WriteString(gap[1:] + tab(th, v, view, tabNumber(view)+" "+v.title(view)))
	}
	return b.String()
}

// numberTabs draws the tabs as numbers and then the name of the current view.
func numberTabs(th *style.Theme, v *views) string {
	var b strings.Builder
	for view := range v.stacks {
		b.WriteString(tab(th, v, screen.View(view), tabNumber(screen.View(view))))
	}
	return b.String() + " " + th.Strong.Render(v.title(v.current))
}

// tab draws one tab after a cell that marks the current one.
func tab(th *style.Theme, v *views, view screen.View, text string) string {
	switch {
	case view != v.current:
		return " " + th.Dim.Render(text)
	case th.Plain:
		return style.Closed + text
	}
	return " " + th.Accent.Render(text)
}

// tabNumber returns the number of a view, which is also its key.
func tabNumber(view screen.View) string { return strconv.Itoa(int(view) + 1) }
