package tui

import (
	"cmp"
	"fmt"
	"strings"

	"backchannel/fixtures/diff"
	"backchannel/storage"
	"backchannel/tui/component"
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
func (r *receiver) compare() tea.Cmd {
	marked := r.list.table.Marked()
	if selected, ok := r.list.table.Selected(); ok && len(marked) == 1 && marked[0] != selected {
		marked = append(marked, selected)
	}
	if len(marked) == 0 {
		return r.shared.compareFixture(r.list.selectedID())
	}
	if len(marked) != 2 {
		return say(info(fmt.Sprintf("Mark two receipts with space, one and go to another, or none to compare this one with its fixture; %d marked here", len(marked))))
	}
	var ids [2]storage.ID
	for i, text := range marked {
		id, err := storage.ParseID(text)
		if err != nil {
			return say(bad(err.Error()))
		}
		ids[i] = id
	}
	ctx, read := r.shared.ctx, r.shared.Store.Receipt
	return r.shared.opening(func() tea.Msg {
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
func (s *shared) compareFixture(id storage.ID) tea.Cmd {
	return s.opening(func() tea.Msg {
		r, err := s.Store.Receipt(s.ctx, id)
		if err != nil {
			return diffMsg{err: err}
		}
		compared, err := diff.WithFixture(s.ctx, s.Store, r, s.builder())
		return diffMsg{right: r, compared: compared, err: err}
	})
}

// diffScreen shows where the bodies of two receipts differ.
type diffScreen struct {
	shared *shared
	diffMsg
	viewer component.Viewer
}

func (s *shared) showDiff(msg diffMsg) tea.Cmd {
	if msg.err != nil {
		return say(bad(refusal(msg.err)))
	}
	return open(&diffScreen{shared: s, diffMsg: msg})
}

// Title says what one sees.
func (d *diffScreen) Title() string {
	if d.left.ID == 0 {
		return "Differences from the fixture"
	}
	return "Differences of two receipts"
}

// Bindings explain the keys.
func (d *diffScreen) Bindings() []binding {
	return []binding{
		{shown: "j k", label: "scroll", help: "Scroll"},
		{shown: "esc", label: "back", help: "Back to the receiver"},
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
	page := sheet{th: d.shared.theme, width: width}
	for _, side := range []struct {
		sign    string
		receipt storage.Receipt
	}{{"-", d.left}, {"+", d.right}} {
		r := side.receipt
		text := strings.Join([]string{d.shared.clock(r.ReceivedAt), r.Status, r.Channel, r.Identity}, "   ")
		if r.ID == 0 {
			text = d.compared.From
		}
		page.lines = append(page.lines, component.Fit("   "+page.th.Dim.Render(side.sign)+"  "+page.th.Text.Render(style.Escape(text)), width))
	}
	page.blank()
	page.differences(d.diffMsg)
	d.viewer.SetSize(width, height)
	d.viewer.Replace(page.lines)
	return d.viewer.View(page.th)
}

func (d *sheet) differences(of diffMsg) {
	if of.bad != nil {
		d.paragraph(refusal(of.bad)+".", d.th.Text)
		return
	}
	c := of.compared
	d.paragraph(c.Summary(), d.th.Text)
	if len(c.ByShape) > 0 {
		d.paragraph("What differs in each event (ids, times, the recipient) is compared by its form.", d.th.Dim)
	}
	d.blank()
	for _, change := range c.Changed {
		d.difference(change.Path, string(change.From), string(change.To))
	}
	for _, gone := range c.Removed {
		d.difference(gone.Path, string(gone.Value), "")
	}
	for _, extra := range c.Added {
		d.difference(extra.Path, "", string(extra.Value))
	}
}

func (d *sheet) difference(path, from, to string) {
	d.paragraph(cmp.Or(path, "(the whole body)"), d.th.Strong)
	d.side("-", from)
	d.side("+", to)
}

// side is one of the two values; where there is none, it says so.
func (d *sheet) side(sign, value string) {
	ink := d.th.Text
	if value == "" {
		value, ink = style.None, d.th.Dim
	}
	for i, line := range component.Wrap(style.Escape(value), max(8, d.width-8)) {
		if i > 0 {
			sign = " "
		}
		d.lines = append(d.lines, "   "+d.th.Dim.Render(sign)+"  "+ink.Render(line))
	}
}
