package screen

import (
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"
)

// View draws the list, the detail and the body, or the welcome if there are no records. A list that
// is empty because of a filter or a pause says so.
func (b *Browser[R, D]) View(width, height int) string {
	switch {
	case b.list.err != nil && !b.list.read:
		return ReadFailure(b.env.Theme, b.list.err)
	case !b.list.read:
		return ""
	case b.list.Len() == 0 && !b.filter.shown() && !b.list.paused():
		return b.spec.Welcome(width, height)
	}
	b.arrange(width, b.env.Zoomed)
	layout := b.Layout(width, height)
	b.drawn = layout
	if total := b.spec.Total(); total >= 0 { // it may have been read later than the count
		b.filter.total = total
	}
	views := []string{b.view(b.env.Theme, layout.Sizes[paneList]), b.detailView(layout.Sizes[PaneDetail])}
	if b.wide() {
		views = append(views, b.bodyView(layout.Sizes[PaneBody]))
	}
	return layout.Join(b.env.Theme, views...)
}

// ReadFailure draws an error in place of what could not be read.
func ReadFailure(th *style.Theme, err error) string {
	return " " + th.Bad.Render(style.Cross+" "+style.Escape(err.Error()))
}

func (b *Browser[R, D]) detailView(size component.Size) string {
	detail, _, ok := b.Current()
	if !ok || !size.Shown() {
		return ""
	}
	th := b.env.Theme
	head := append(b.spec.Head(detail, size.Width), "", b.Tabs.head(th, b.Focused == PaneDetail, size.Width))
	b.head = len(head) - 1
	if b.Tabs.At == b.spec.Body.Tab {
		body := b.bodyView(component.Size{Width: size.Width, Height: size.Height - len(head)})
		return strings.Join(append(head, body), "\n")
	}
	page := Detail{Theme: th, Width: size.Width}
	b.spec.Tabs[b.Tabs.At].Draw(&page, detail)
	return b.Tabs.show(th, append(head, ""), page.Lines, size)
}

func (b *Browser[R, D]) bodyView(size component.Size) string {
	detail, read, ok := b.Current()
	if !ok || !size.Shown() {
		return ""
	}
	return b.drawBody(b.env.Theme, size, read, func(place BodyPlace) []string { return b.spec.Body.Head(detail, read, place) })
}

// ResetBody shows the body of the selected record, scrolled to its first flaw, if it has one.
func (b *Browser[R, D]) ResetBody() { b.doc.SetContent(b.spec.Body.Content(b.loaded.detail)) }
