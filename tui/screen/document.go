package screen

import (
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// A searchable is a text in which a person can search.
type searchable interface {
	Type(tea.KeyMsg)
	Next(by int)
}

// A focusedText is the text that has the focus, with its search. The zero value stands for none: the
// list has the focus.
type focusedText struct {
	searchable
	search *component.Search
}

// text returns the text that has the focus: the body, or the tab in front.
func (p *Panes) text() focusedText {
	switch {
	case p.bodyFocused():
		return focusedText{&p.doc, &p.doc.Search}
	case p.Focused == PaneDetail:
		page := p.Tabs.viewer()
		return focusedText{page, &page.Search}
	}
	return focusedText{}
}

// typing reports whether keys are text to search for.
func (t focusedText) typing() bool { return t.search != nil && t.search.Typing() }

// searched reports whether there is a search in the text.
func (t focusedText) searched() bool { return t.search != nil && t.search.Shown() }

// end ends the search, and reports whether there was one.
func (t focusedText) end() bool { return t.search != nil && t.search.End() }

// opener returns the key that opens a search in the text, or if there is none the one that opens the
// filter. During a search the key is among those of the search.
func (t focusedText) opener(filter Binding) Binding {
	switch {
	case t.search == nil:
		return filter
	case t.searched():
		return Binding{}
	default:
		return t.openBinding()
	}
}

// typingBindings explains the keys while a person types a search, or else the filter.
func (t focusedText) typingBindings(filter []Binding) []Binding {
	if t.typing() {
		return searchBindings()
	}
	return filter
}

// textBindings returns the keys of the text that has the focus, except the one that opens a search in
// a tab, which takes the place of the one that opens the filter.
func (p *Panes) textBindings() []Binding {
	text := p.text()
	if !p.bodyFocused() && !text.searched() {
		return nil
	}
	all := text.bindings()
	if p.bodyFocused() && p.doc.CanFold() {
		all = append(all,
			Binding{Keys: []string{"enter"}, Label: "fold", Help: "Fold the object or array at the cursor, or unfold it", Do: do(p.doc.Fold)},
			Binding{Keys: []string{"-"}, Word: "fold all", Help: "Fold everything but the outermost object, or unfold all", Do: do(p.doc.FoldAll)})
	}
	return all
}

// do returns the action that only changes what is shown.
func do(act func()) func() tea.Cmd {
	return func() tea.Cmd {
		act()
		return nil
	}
}

// openBinding returns the key that opens the search.
func (t focusedText) openBinding() Binding {
	return Binding{Keys: []string{"/"}, Label: "search", Help: "Search in this text", Do: do(t.search.Open)}
}

// bindings returns the keys that search in the text.
func (t focusedText) bindings() []Binding {
	all := []Binding{t.openBinding()}
	if t.searched() {
		all = append(all,
			Binding{Keys: []string{"n"}, Label: "next", Help: "Next line with a match", Do: do(func() { t.Next(1) })},
			Binding{Keys: []string{"N"}, Label: "back", Help: "Previous line with a match", Do: do(func() { t.Next(-1) })})
	}
	return all
}

// endSearch is what esc does during a search.
const endSearch = "end the search"

// searchBindings explains the keys while a person types what to search for.
func searchBindings() []Binding {
	return []Binding{
		{Shown: "enter", Label: "keep", Help: "Keep the search; n and N go to the next match and back"},
		{Shown: "esc", Label: endSearch, Help: "End the search"},
	}
}

// BodyCopies returns what can be copied of the body at its cursor, while it has the focus.
func (p *Panes) BodyCopies() []CopyItem {
	if !p.bodyFocused() {
		return nil
	}
	here := p.doc.At()
	pointer, indented := here.Pointer()
	if !indented {
		return []CopyItem{{Label: "line at the cursor", Text: here.Value()}}
	}
	items := []CopyItem{{Label: "value at the cursor", Text: here.Value()}}
	if pointer != "" {
		items = append(items, CopyItem{Label: "JSON Pointer to it", Text: pointer})
	}
	return append(items, CopyItem{Label: "subtree at the cursor, as JSON", Text: here.Subtree()})
}

// drawBody draws the body below a head. Until the body has been read, it draws the head alone.
func (p *Panes) drawBody(th *style.Theme, size component.Size, read bool, head func(BodyPlace) []string) string {
	place := BodyPlace{Width: size.Width, Apart: p.wide(), Focused: p.Focused == PaneBody}
	above := head(place)
	if !read {
		return strings.Join(above, "\n")
	}
	p.doc.Focused = p.bodyFocused()
	pointer := p.pointerLines(th, size.Width)
	p.doc.SetSize(size.Width, max(0, size.Height-len(above)-len(pointer)))
	if p.doc.Partial() || p.doc.Focused {
		place.Position = p.doc.Position()
		above = head(place)
	}
	return strings.Join(slices.Concat(above, pointer, []string{p.doc.View(th)}), "\n")
}

// pointerLines draws the JSON Pointer (RFC 6901) to the value at the cursor of the body, and what is
// wrong with that value.
func (p *Panes) pointerLines(th *style.Theme, width int) []string {
	if flaw := p.doc.At().Flaw; flaw.Line > 0 {
		return append(signed(th, flaw.Pointer, th.Strong, width), signed(th, flaw.What, th.Text, width)...)
	}
	pointer, indented := p.doc.At().Pointer()
	if !p.doc.Focused || !indented {
		return nil
	}
	text := style.Escape(pointer)
	if over := component.Width(text) - (width - 4); over > 0 { // keep its end, which names the value
		text = ansi.TruncateLeft(text, over+1, style.More)
	}
	return []string{component.Fit("   "+th.Dim.Render(text), width)}
}

// signed draws a text about a failure, wrapped, after the glyph of a failure.
func signed(th *style.Theme, text string, ink style.Style, width int) (lines []string) {
	if text == "" {
		return nil
	}
	lead := " " + th.Bad.Render(style.Cross) + " "
	for _, row := range component.Wrap(style.Escape(text), max(8, width-4)) {
		lines = append(lines, component.Fit(lead+ink.Render(row), width))
		lead = "   "
	}
	return lines
}
