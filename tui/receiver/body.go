package receiver

import (
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// drawBody colours the body of the detail: from its beginning, or in place.
func (r *Screen) drawBody(anew bool) {
	viewer, th := &r.tabs.Viewers[tabBody], r.shared.Theme
	lines := strings.Split(style.EscapeMultiline(r.detail.shown.Text), "\n")
	if r.detail.pretty != nil && !r.raw {
		lines = component.JSON(th, r.detail.pretty)
	}
	if anew {
		viewer.SetLines(lines)
		return
	}
	viewer.Replace(lines)
}

// bodyView is the body under a line that says what one sees.
func (r *Screen) bodyView(size component.Size) string {
	d, ok := r.current()
	if !ok || !size.Shown() {
		return ""
	}
	th, width := r.shared.Theme, size.Width
	var head []string
	if r.wide {
		name := th.Strong.Render(" Body")
		if r.Panes.Focused == screen.PaneBody {
			name = th.Accent.Render(style.Bar + "Body")
		}
		head = append(head, name)
	}
	about := len(head)
	head = append(head, component.Fit(" "+th.Dim.Render(style.Escape(r.bodyLine(d))), width))
	if d.receipt.Flaw != "" {
		head = append(head, component.Fit(" "+th.Bad.Render(style.Cross+" "+flawSentence(d.receipt.Flaw)), width))
	}
	if d.receipt.ID != r.detail.receipt.ID {
		return strings.Join(head, "\n")
	}
	viewer := &r.tabs.Viewers[tabBody]
	viewer.SetSize(width, max(0, size.Height-len(head)))
	if viewer.Partial() {
		head[about] = component.Spread(" "+th.Dim.Render(style.Escape(r.bodyLine(d))), th.Dim.Render(viewer.Position())+" ", width)
	}
	return strings.Join(append(head, viewer.View(th)), "\n")
}

// bodyLine says how large the body is, how it is shown, and its digest.
func (r *Screen) bodyLine(d detail) string {
	if d.receipt.ID != r.detail.receipt.ID {
		return style.More
	}
	form := "as it came"
	switch {
	case len(d.receipt.Body) == 0:
		return "empty"
	case d.shown.Note() != "":
		form = d.shown.Note()
	case d.pretty == nil:
		form += ": not JSON"
	case !r.raw:
		form = "indented"
	}
	return fmt.Sprintf("%s bytes   %s   SHA-256 %s", screen.Thousands(int64(len(d.receipt.Body))), form, d.receipt.SHA256)
}

func flawSentence(flaw storage.BodyFlaw) string {
	switch flaw {
	case storage.BodyCut:
		return "cut: fewer bytes came than were announced, or too slowly"
	case storage.BodyOverLong:
		return "over-long: only the first bytes were kept"
	}
	return style.Escape(string(flaw))
}
