package receiver

import (
	"cmp"
	"fmt"
	"strings"

	"backchannel/fixtures/diff"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// diffMsg is how two receipts differ, the older one first, or a receipt from its fixture.
type diffMsg struct {
	left, right storage.Receipt // the left one of no ID: a fixture
	compared    diff.Comparison
	bad         error // they cannot be compared value by value
	err         error
}

// compare reads the two marked receipts, or the marked and the selected one, or that one
// and its fixture.
func (r *Screen) compare() tea.Cmd {
	marked := r.list.Table.Marked()
	if selected, ok := r.list.Table.Selected(); ok && len(marked) == 1 && marked[0] != selected {
		marked = append(marked, selected)
	}
	if len(marked) == 0 {
		return r.shared.compareFixture(r.list.SelectedID())
	}
	if len(marked) != 2 {
		return screen.Say(screen.Info(fmt.Sprintf("Mark two receipts with space, one and go to another, or none to compare this one with its fixture; %d marked here", len(marked))))
	}
	var ids [2]storage.ID
	for i, text := range marked {
		id, err := storage.ParseID(text)
		if err != nil {
			return screen.Say(screen.Bad(err.Error()))
		}
		ids[i] = id
	}
	ctx, read := r.shared.Context, r.shared.Store.Receipt
	return r.shared.Opening(func() tea.Msg {
		left, err := read(ctx, min(ids[0], ids[1]))
		if err != nil {
			return diffMsg{err: err}
		}
		right, err := read(ctx, max(ids[0], ids[1]))
		if err != nil {
			return diffMsg{err: err}
		}
		compared, bad := diff.Receipts(left, right)
		return diffMsg{left: left, right: right, compared: compared, bad: bad}
	})
}

// compareFixture compares a receipt with the event that would be fired in its place.
func (s *common) compareFixture(id storage.ID) tea.Cmd {
	return s.Opening(func() tea.Msg {
		r, err := s.Store.Receipt(s.Context, id)
		if err != nil {
			return diffMsg{err: err}
		}
		compared, err := diff.WithFixture(s.Context, s.Store, r, s.Builder())
		return diffMsg{right: r, compared: compared, err: err}
	})
}

// diffScreen shows where the bodies of two receipts differ.
type diffScreen struct {
	env *screen.Env
	diffMsg
	viewer component.Viewer
}

func showDiff(s *screen.Env, msg diffMsg) tea.Cmd {
	if msg.err != nil {
		return screen.Say(screen.Bad(screen.OneLine(msg.err)))
	}
	return screen.Open(&diffScreen{env: s, diffMsg: msg})
}

// Title says what one sees.
func (d *diffScreen) Title() string {
	if d.left.ID == 0 {
		return "Differences from the fixture"
	}
	return "Differences of two receipts"
}

// Bindings explain the keys.
func (d *diffScreen) Bindings() []screen.Binding {
	return []screen.Binding{
		{Shown: "j k", Label: "scroll", Help: "Scroll"},
		{Shown: "esc", Label: "back", Help: "Back to the receiver"},
	}
}

// Refresh does nothing: what was received never changes.
func (d *diffScreen) Refresh(storage.Change) tea.Cmd { return nil }

// Update scrolls.
func (d *diffScreen) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyMsg); ok {
		d.viewer.Key(key)
	}
	return nil
}

// View draws the two heads, then each difference with both values below it.
func (d *diffScreen) View(width, height int) string {
	page := screen.Detail{Theme: d.env.Theme, Width: width}
	for _, side := range []struct {
		sign    string
		receipt storage.Receipt
	}{{"-", d.left}, {"+", d.right}} {
		r := side.receipt
		text := strings.Join([]string{d.env.Clock(r.ReceivedAt), r.Status, r.Channel, r.Identity}, "   ")
		if r.ID == 0 {
			text = d.compared.From
		}
		page.Lines = append(page.Lines, component.Fit("   "+page.Theme.Dim.Render(side.sign)+"  "+page.Theme.Text.Render(style.Escape(text)), width))
	}
	page.Blank()
	differences(&page, d.diffMsg)
	d.viewer.SetSize(width, height)
	d.viewer.Replace(page.Lines)
	return d.viewer.View(page.Theme)
}

func differences(d *screen.Detail, of diffMsg) {
	if of.bad != nil {
		d.Paragraph(screen.OneLine(of.bad)+".", d.Theme.Text)
		return
	}
	c := of.compared
	d.Paragraph(c.Summary(), d.Theme.Text)
	if len(c.ByShape) > 0 {
		d.Paragraph("What differs in each event (ids, times, the recipient) is compared by its form.", d.Theme.Dim)
	}
	d.Blank()
	for _, change := range c.Changed {
		difference(d, change.Path, string(change.From), string(change.To))
	}
	for _, gone := range c.Removed {
		difference(d, gone.Path, string(gone.Value), "")
	}
	for _, extra := range c.Added {
		difference(d, extra.Path, "", string(extra.Value))
	}
}

func difference(d *screen.Detail, path, from, to string) {
	d.Paragraph(cmp.Or(path, "(the whole body)"), d.Theme.Strong)
	side(d, "-", from)
	side(d, "+", to)
}

// side is one of the two values; where there is none, it says so.
func side(d *screen.Detail, sign, value string) {
	ink := d.Theme.Text
	if value == "" {
		value, ink = style.None, d.Theme.Dim
	}
	for i, line := range component.Wrap(style.Escape(value), max(8, d.Width-8)) {
		if i > 0 {
			sign = " "
		}
		d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(sign)+"  "+ink.Render(line))
	}
}
