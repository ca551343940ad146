package receiver

import (
	"bytes"
	"fmt"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A body is the tab that shows the received bytes, indented or unchanged.
type body struct {
	env *screen.Env
	raw bool
}

// content returns the body with the flaws that the schema verdict has found. JSON is indented, unless the
// person has chosen the received form.
func (b *body) content(d detail) component.Content {
	if d.pretty != nil && !b.raw {
		return component.Content{Text: string(d.pretty), Indent: true, Flaws: flaws(d.receipt.Verdicts.Schema.Places())}
	}
	return component.Content{Text: d.shown.Text, Flaws: rawFlaws(d)}
}

// flaws returns the flaws by the lines of the indented body.
func flaws(places []storage.Place) (all []component.Flaw) {
	for _, p := range places {
		if p.Line > 0 {
			all = append(all, component.Flaw{Line: p.Line, Pointer: p.Pointer, What: p.What})
		}
	}
	return all
}

// rawFlaws returns the flaws by the lines of the unchanged body. It returns none for a body that was
// decoded or truncated to be shown, because their offsets count the bytes that were judged.
func rawFlaws(d detail) (all []component.Flaw) {
	body := d.receipt.Body
	if d.shown.Note() != "" {
		return nil
	}
	for _, p := range d.receipt.Verdicts.Schema.Places() {
		line := 1 + bytes.Count(body[:min(p.Byte, len(body))], []byte("\n"))
		all = append(all, component.Flaw{Line: line, Pointer: p.Pointer, What: p.What})
	}
	return all
}

// head returns the lines above the body: its size, form and digest, and whether it arrived incomplete.
func (b *body) head(d detail, read bool, place screen.BodyPlace) []string {
	th := b.env.Theme
	var lines []string
	switch {
	case place.Focused:
		lines = append(lines, th.Accent.Render(style.Bar+"Body"))
	case place.Apart:
		lines = append(lines, th.Strong.Render(" Body"))
	}
	about := style.More
	if read {
		about = b.describe(d)
	}
	line := component.Fit(" "+th.Dim.Render(style.Escape(about)), place.Width)
	if place.Position != "" {
		line = component.Spread(" "+th.Dim.Render(style.Escape(about)), th.Dim.Render(place.Position)+" ", place.Width)
	}
	lines = append(lines, line)
	if d.receipt.Flaw != "" {
		lines = append(lines, component.Fit(" "+th.Bad.Render(style.Cross+" "+flawSentence(d.receipt.Flaw)), place.Width))
	}
	return lines
}

// describe returns the size of the body, how it is shown, and its digest.
func (b *body) describe(d detail) string {
	form := "as received"
	switch {
	case len(d.receipt.Body) == 0:
		return "empty"
	case d.pretty != nil && !b.raw:
		form = "indented"
	case d.shown.Note() != "":
		form = d.shown.Note()
	case d.pretty == nil:
		form += ": not JSON"
	}
	return fmt.Sprintf("%s bytes   %s   SHA-256 %s", screen.Thousands(int64(len(d.receipt.Body))), form, d.receipt.SHA256)
}

// flawSentence returns how a body is incomplete.
func flawSentence(flaw storage.BodyFlaw) string {
	switch flaw {
	case storage.BodyCut:
		return "cut: fewer bytes arrived than announced, or too slowly"
	case storage.BodyOverLong:
		return "too long: only the first bytes were kept"
	}
	return style.Escape(string(flaw))
}

// bindings returns the keys that change how the body is shown. reset draws it again, and wrap turns the
// wrapping of its lines on or off. A body that is not JSON has only one form.
func (b *body) bindings(indented bool, reset, wrap func()) []screen.Binding {
	all := []screen.Binding{{Keys: []string{"w"}, Word: "wrap", Help: "Wrap long lines of the body, or stop wrapping", Do: func() tea.Cmd {
		wrap()
		return nil
	}}}
	if !indented {
		return all
	}
	raw := screen.Binding{Keys: []string{"b"}, Label: "raw", Help: "Show the body as received", Do: func() tea.Cmd {
		b.raw = !b.raw
		reset()
		return nil
	}}
	if b.raw {
		raw.Label, raw.Help = "indented", "Show the body indented"
	}
	return append([]screen.Binding{raw}, all...)
}
