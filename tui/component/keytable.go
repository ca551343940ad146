package component

import (
	"strings"

	"backchannel/tui/style"
)

// Binding is an action with its keys.
type Binding struct {
	Keys  []string // in bubbletea's notation
	Show  string   // the keys as shown to people; empty: the first one
	Short string   // the text in the footer; empty: not in the footer
	Long  string   // the text in the help; empty: Short
	Group string   // the heading in the help
}

// KeyTable holds all bindings, the most important first. Footer and help both use it, so that
// they cannot disagree.
type KeyTable []Binding

// Footer returns a line of exactly width cells: as many keys as fit in full, in the table's order, and
// styledRight at the end.
func (k KeyTable) Footer(th *style.Theme, styledRight string, width int) string {
	var line strings.Builder
	for _, b := range k.inFooter(th, width-Width(styledRight)-2) {
		line.WriteString(b.hint)
	}
	return Spread(line.String(), styledRight+" ", width)
}

// FooterAt returns the binding that a footer with the same arguments shows in a column.
func (k KeyTable) FooterAt(th *style.Theme, styledRight string, width, column int) (Binding, bool) {
	for _, b := range k.inFooter(th, width-Width(styledRight)-2) {
		if column -= Width(b.hint); column < 0 {
			return b.Binding, true
		}
	}
	return Binding{}, false
}

// A shownBinding is a binding with its text in the footer, including the space before that.
type shownBinding struct {
	Binding
	hint string
}

// inFooter returns the bindings that fit in the footer.
func (k KeyTable) inFooter(th *style.Theme, room int) (all []shownBinding) {
	for _, b := range k {
		if b.Short == "" {
			continue
		}
		hint := "   " + keyHint(th, b.show(), b.Short)
		if len(all) == 0 {
			hint = hint[len("  "):]
		}
		if room -= Width(hint); room < 0 {
			break
		}
		all = append(all, shownBinding{b, hint})
	}
	return all
}

// Help returns the keys, by group, in as many columns as fit. It may be long, so
// show it in a [Viewer].
func (k KeyTable) Help(th *style.Theme, width int) []string {
	const gap, least = 4, 44
	groups, column := k.groups(th, width), 0
	for _, g := range groups {
		column = max(column, widest(g...))
	}
	if half := (width - gap) / 2; column > half && half >= least {
		column, groups = half, k.groups(th, half)
	}
	columns := max(1, (width+gap)/(column+gap))
	var out []string
	for i, g := range distribute(groups, columns) {
		for row, line := range g {
			if row == len(out) {
				out = append(out, "")
			}
			out[row] += blank(i*(column+gap)-Width(out[row])) + line
		}
	}
	for i := range out {
		out[i] = clip(out[i], width)
	}
	return out
}

// groups draws each group as a block of lines, in order of first appearance. A text that is
// too long for the column is wrapped.
func (k KeyTable) groups(th *style.Theme, width int) [][]string {
	keys := 0
	for _, b := range k {
		keys = max(keys, widest(style.Escape(b.show())))
	}
	var names []string
	blocks := map[string][]string{}
	for _, b := range k {
		if _, ok := blocks[b.Group]; !ok {
			names = append(names, b.Group)
			blocks[b.Group] = []string{th.Strong.Render(style.Escape(b.Group))}
		}
		lead := th.Text.Render(FitRight(style.Escape(b.show()), keys)) + "  "
		for _, line := range Wrap(style.Escape(b.long()), max(8, width-keys-2)) {
			blocks[b.Group] = append(blocks[b.Group], lead+th.Dim.Render(line))
			lead = blank(keys + 2)
		}
	}
	out := make([][]string, len(names))
	for i, name := range names {
		out[i] = blocks[name]
	}
	return out
}

// distribute arranges blocks in columns of about the same height, in order.
func distribute(blocks [][]string, columns int) [][]string {
	total := 0
	for _, b := range blocks {
		total += len(b) + 1
	}
	out := [][]string{nil}
	for _, b := range blocks {
		last := len(out) - 1
		if len(out[last]) > 0 && len(out) < columns && (len(out[last])+len(b)/2)*columns >= total {
			out = append(out, nil)
			last++
		}
		if len(out[last]) > 0 {
			out[last] = append(out[last], "")
		}
		out[last] = append(out[last], b...)
	}
	return out
}

func (b Binding) show() string {
	if b.Show != "" || len(b.Keys) == 0 {
		return b.Show
	}
	return ShownKey(b.Keys[0])
}

func (b Binding) long() string {
	if b.Long != "" {
		return b.Long
	}
	return b.Short
}

// SpaceKey is the name of the space key for people.
const SpaceKey = "space"

// ShownKey returns the name for people of a key in bubbletea's notation.
func ShownKey(key string) string { return strings.ReplaceAll(key, " ", SpaceKey) }
