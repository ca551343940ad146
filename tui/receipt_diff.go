package tui

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"backchannel/fixtures/diff"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A difference is a place where two JSON texts differ; an empty value is none.
type difference struct{ pointer, left, right string }

// differences are what is changed, then what only the left text has, then what only the
// right one has. The order of keys and the space between things make none.
func differences(left, right []byte) (all []difference, err error) {
	before, bad := diff.Parse(left)
	after, err := diff.Parse(right)
	if cmp.Or(bad, err) != nil {
		return nil, fmt.Errorf("not both are JSON: %w", cmp.Or(bad, err))
	}
	result, err := diff.Compare(before, after, nil)
	for _, c := range result.Changed {
		all = append(all, difference{c.Path, string(c.From), string(c.To)})
	}
	for _, e := range result.Removed {
		all = append(all, difference{e.Path, string(e.Value), ""})
	}
	for _, e := range result.Added {
		all = append(all, difference{e.Path, "", string(e.Value)})
	}
	return all, err
}

// diffMsg is two receipts to compare, the older one first; or a fixture and a receipt.
type diffMsg struct {
	left, right storage.Receipt
	err         error
	name        string          // of the fixture
	unlike      map[string]bool // pointers to what is another in each event
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
	return func() tea.Msg {
		left, err := read(ctx, min(ids[0], ids[1]))
		if err != nil {
			return diffMsg{err: err}
		}
		right, err := read(ctx, max(ids[0], ids[1]))
		return diffMsg{left: left, right: right, err: err}
	}
}

// diffScreen shows where the bodies of two receipts differ.
type diffScreen struct {
	shared *shared
	diffMsg
	viewer component.Viewer
}

func (s *shared) showDiff(msg diffMsg) tea.Cmd {
	if msg.err != nil {
		return say(bad(msg.err.Error()))
	}
	return open(&diffScreen{shared: s, diffMsg: msg})
}

// Title says what one sees.
func (d *diffScreen) Title() string {
	if d.name != "" {
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
			text = d.name
		}
		page.lines = append(page.lines, component.Fit("   "+page.th.Dim.Render(side.sign)+"  "+page.th.Text.Render(style.Escape(text)), width))
	}
	page.blank()
	if d.name != "" {
		page.paragraph("What is another in each event (ids, times, the recipient) is passed over.", page.th.Dim)
		page.blank()
	}
	page.differences(d.diffMsg)
	d.viewer.SetSize(width, height)
	d.viewer.Replace(page.lines)
	return d.viewer.View(page.th)
}

func (d *sheet) differences(of diffMsg) {
	left, right := of.left.Body, of.right.Body
	if bytes.Equal(left, right) {
		d.paragraph("The bodies are the same, byte for byte.", d.th.Text)
		return
	}
	all, err := differences(left, right)
	if err != nil {
		d.paragraph("The bodies differ, and cannot be compared value by value: "+err.Error()+".", d.th.Text)
		return
	}
	all = of.worthTelling(all)
	switch {
	case len(all) == 0 && of.name != "":
		d.paragraph("The body says what the fixture says.", d.th.Text)
	case len(all) == 0:
		d.paragraph("The bodies say the same; only order or space differs.", d.th.Text)
	}
	for _, one := range all {
		d.paragraph(cmp.Or(one.pointer, "(the whole body)"), d.th.Strong)
		d.side("-", one.left)
		d.side("+", one.right)
	}
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
