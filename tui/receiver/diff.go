package receiver

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"backchannel/fixtures/diff"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A comparer compares receipts with each other and with fixtures.
type comparer struct {
	env   *screen.Env
	store compareStore
}

// A compareStore reads what is compared.
type compareStore interface {
	diff.WebhookStore
	Receipt(context.Context, storage.ID) (storage.Receipt, error)
}

// compared holds two receipts, the older one first, or a receipt and its fixture.
type compared struct {
	left, right storage.Receipt // left has no ID if it is the fixture
	diff        diff.Comparison
	invalid     error // why the bodies cannot be compared value by value
}

// receipts compares two receipts. IDs grow with time, so the lower one is the older receipt.
func (c comparer) receipts(ids []storage.ID) tea.Cmd {
	if len(ids) != 2 {
		return screen.Say(screen.Info(fmt.Sprintf("Marked: %d. Mark two receipts with space, or one and select another, or none to compare this one with its fixture", len(ids))))
	}
	return screen.ReadThen(c.env, func(ctx context.Context) (x compared, err error) {
		if x.left, err = c.store.Receipt(ctx, min(ids[0], ids[1])); err != nil {
			return x, err
		}
		if x.right, err = c.store.Receipt(ctx, max(ids[0], ids[1])); err != nil {
			return x, err
		}
		x.diff, x.invalid = diff.Receipts(x.left, x.right)
		return x, nil
	}, c.show)
}

// withFixture compares a receipt with the event that its fixture would fire.
func (c comparer) withFixture(id storage.ID) tea.Cmd {
	builder := c.env.Builder()
	return screen.ReadThen(c.env, func(ctx context.Context) (x compared, err error) {
		if x.right, err = c.store.Receipt(ctx, id); err != nil {
			return x, err
		}
		x.diff, err = diff.WithFixture(ctx, c.store, x.right, builder)
		return x, err
	}, c.show)
}

// show opens the screen with the differences.
func (c comparer) show(x compared, err error) tea.Cmd {
	if err != nil {
		return screen.Say(screen.Bad(screen.OneLine(err)))
	}
	return screen.Open(&diffScreen{env: c.env, compared: x})
}

// A diffScreen shows where two bodies differ.
type diffScreen struct {
	env *screen.Env
	compared
	viewer component.Viewer
}

// Title says what is compared.
func (d *diffScreen) Title() string {
	if d.left.ID == 0 {
		return "Differences from the fixture"
	}
	return "Differences of two receipts"
}

// Bindings explains the keys.
func (d *diffScreen) Bindings() []screen.Binding {
	return []screen.Binding{
		{Shown: "j k", Label: "scroll", Help: "Scroll"},
	}
}

// Refresh does nothing, because receipts never change.
func (d *diffScreen) Refresh(storage.Change) tea.Cmd { return nil }

// Update scrolls.
func (d *diffScreen) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyMsg); ok {
		d.viewer.Key(key)
	}
	return nil
}

// View draws the two sides, and then each difference with both values below it.
func (d *diffScreen) View(width, height int) string {
	page := screen.Detail{Theme: d.env.Theme, Width: width}
	for _, side := range []struct {
		sign    string
		receipt storage.Receipt
	}{{"-", d.left}, {"+", d.right}} {
		r := side.receipt
		text := strings.Join([]string{d.env.Clock(r.ReceivedAt), r.Status, r.Channel, r.Identity}, "   ")
		if r.ID == 0 {
			text = d.diff.From
		}
		page.Lines = append(page.Lines, component.Fit("   "+page.Theme.Dim.Render(side.sign)+"  "+page.Theme.Text.Render(style.Escape(text)), width))
	}
	page.Blank()
	differences(&page, d.compared)
	d.viewer.SetSize(width, height)
	d.viewer.Replace(page.Lines)
	return d.viewer.View(page.Theme)
}

// differences draws a summary, and then the changed, removed and added values.
func differences(d *screen.Detail, of compared) {
	if of.invalid != nil {
		d.Paragraph(screen.OneLine(of.invalid)+".", d.Theme.Text)
		return
	}
	c := of.diff
	d.Paragraph(c.Summary(), d.Theme.Text)
	if len(c.ByShape) > 0 {
		d.Paragraph("Values that differ in every event (ids, times, the recipient) are compared only by their form.", d.Theme.Dim)
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

// difference draws a path with both of its values. An empty value is a missing one.
func difference(d *screen.Detail, path, from, to string) {
	d.Paragraph(cmp.Or(path, "(the whole body)"), d.Theme.Strong)
	side(d, "-", from)
	side(d, "+", to)
}

// side draws one of the two values, or a dash if there is none.
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
