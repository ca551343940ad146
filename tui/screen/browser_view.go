package screen

import (
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/x/ansi"
)

// View draws the list, the detail and the body, or the welcome if there are no records. A list
// that is empty because of a filter, or because it is paused, says so instead.
func (b *Browser[R, D]) View(width, height int) string {
	switch {
	case b.list.Err != nil && !b.list.Read:
		return ReadFailure(b.env.Theme, b.list.Err)
	case !b.list.Read:
		return ""
	case b.list.Len() == 0 && !b.filter.Shown() && !b.list.Paused:
		return b.spec.Welcome(width, height)
	}
	b.arrange(width, b.env.Zoomed)
	layout := b.Layout(width, height)
	b.drawn = layout
	views := []string{b.listView(layout.Sizes[PaneList]), b.detailView(layout.Sizes[PaneDetail])}
	if b.wide() {
		views = append(views, b.bodyView(layout.Sizes[PaneBody]))
	}
	return layout.Join(b.env.Theme, views...)
}

// ReadFailure draws an error in the place of what could not be read.
func ReadFailure(th *style.Theme, err error) string {
	return " " + th.Bad.Render(style.Cross+" "+style.Escape(err.Error()))
}

func (b *Browser[R, D]) listView(size component.Size) string {
	if total := b.spec.Total(); total >= 0 { // it may have been read later than the count
		b.filter.Total = total
	}
	return b.view(b.env.Theme, size)
}

func (b *Browser[R, D]) detailView(size component.Size) string {
	detail, _, ok := b.Current()
	if !ok || !size.Shown() {
		return ""
	}
	th := b.env.Theme
	head := append(b.spec.Head(detail, size.Width), "", b.Tabs.Head(th, b.Focused == PaneDetail))
	b.head = len(head) - 1
	if b.Tabs.At == b.spec.Body.Tab {
		body := b.bodyView(component.Size{Width: size.Width, Height: size.Height - len(head)})
		return strings.Join(append(head, body), "\n")
	}
	page := Detail{Theme: th, Width: size.Width}
	b.spec.Tabs[b.Tabs.At].Draw(&page, detail)
	return b.Tabs.Show(th, append(head, ""), page.Lines, size)
}

func (b *Browser[R, D]) bodyView(size component.Size) string {
	detail, read, ok := b.Current()
	if !ok || !size.Shown() {
		return ""
	}
	place := BodyPlace{Width: size.Width, Apart: b.wide(), Focused: b.Focused == PaneBody}
	head := b.spec.Body.Head(detail, read, place)
	if !read {
		return strings.Join(head, "\n")
	}
	b.doc.Focused = b.bodyFocused()
	pointer := b.pointerLines(size.Width)
	b.doc.SetSize(size.Width, max(0, size.Height-len(head)-len(pointer)))
	if b.doc.Partial() || b.doc.Focused {
		place.Position = b.doc.Position()
		head = b.spec.Body.Head(detail, read, place)
	}
	return strings.Join(slices.Concat(head, pointer, []string{b.doc.View(b.env.Theme)}), "\n")
}

// pointerLines draws the JSON Pointer to the value at the cursor of the body, and what is wrong
// with it.
func (b *Browser[R, D]) pointerLines(width int) []string {
	th := b.env.Theme
	if flaw := b.doc.At().Flaw; flaw.Line > 0 {
		return append(signed(th, flaw.Pointer, th.Strong, width), signed(th, flaw.What, th.Text, width)...)
	}
	pointer, indented := b.doc.At().Pointer()
	if !b.doc.Focused || !indented {
		return nil
	}
	text := style.Escape(pointer)
	if over := component.Width(text) - (width - 4); over > 0 { // its end says more than its beginning
		text = ansi.TruncateLeft(text, over+1, style.More)
	}
	return []string{component.Fit("   "+th.Dim.Render(text), width)}
}

// signed draws a text about a failure, wrapped, with the sign of one before it.
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

// ResetBody shows the body of the selected record from its first flaw, or from its beginning.
func (b *Browser[R, D]) ResetBody() { b.doc.SetContent(b.spec.Body.Content(b.selection.loaded.detail)) }
