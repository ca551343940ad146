package screen

import (
	"backchannel/tui/component"
	"backchannel/tui/style"
)

const (
	roomyFrom    = 160 // the screen's width from which the detail has narrowDetail and the list the rest
	narrowDetail = 62  // enough for the detail's longest lines
)

// View draws the list and the detail, or the welcome if there are no records. Before the first read
// it draws nothing: a welcome that flashes up would be wrong in most cases.
func (i *Inventory[R]) View(width, height int) string {
	th := i.env.Theme
	switch {
	case i.err != nil && !i.read:
		return ReadFailure(th, i.err)
	case !i.read:
		return ""
	case len(i.all) == 0:
		return i.spec.Welcome(width, height)
	}
	i.panes.Zoomed = i.env.Zoomed
	i.panes.Weights = i.weights(width)
	layout := i.panes.Layout(width, height)
	i.drawn = layout
	views := []string{i.listView(layout.Sizes[paneList])}
	if i.spec.Detail != nil {
		views = append(views, i.detailView(layout.Sizes[PaneDetail]))
	}
	return layout.Join(th, views...)
}

func (i *Inventory[R]) weights(width int) []int {
	switch {
	case i.spec.Detail == nil:
		return []int{1}
	case width >= roomyFrom:
		return []int{width - narrowDetail, narrowDetail}
	}
	return []int{5, 3}
}

func (i *Inventory[R]) listView(size component.Size) string {
	th := i.env.Theme
	title := ""
	if i.spec.Title != "" {
		title = " " + th.Strong.Render(style.Escape(i.spec.Title))
	}
	if i.err != nil {
		title += "  " + ReadFailure(th, i.err)
	}
	if title != "" {
		title = component.Fit(title, size.Width) + "\n"
		size.Height--
	}
	return title + i.view(th, size)
}

func (i *Inventory[R]) detailView(size component.Size) string {
	row, ok := i.Selected()
	if !ok || !size.Shown() {
		return ""
	}
	i.detail.SetSize(size.Width, size.Height)
	i.detail.Replace(i.spec.Detail(row, size.Width, i.panes.Focused == PaneDetail))
	return i.detail.View(i.env.Theme)
}
