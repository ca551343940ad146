package screen

import (
	tea "github.com/charmbracelet/bubbletea"
)

// documentBindings returns the keys of the body while it has the focus.
func (p *Panes) documentBindings() []Binding {
	if !p.bodyFocused() {
		return nil
	}
	do := func(act func()) func() tea.Cmd {
		return func() tea.Cmd {
			act()
			return nil
		}
	}
	all := []Binding{{Keys: []string{"/"}, Label: "search", Help: "Search in the body", Do: do(p.doc.Search.Open)}}
	if p.doc.Search.Shown() {
		all = append(all,
			Binding{Keys: []string{"n"}, Label: "next", Help: "Next line with what is searched for", Do: do(func() { p.doc.Next(1) })},
			Binding{Keys: []string{"N"}, Label: "back", Help: "Previous line with what is searched for", Do: do(func() { p.doc.Next(-1) })})
	}
	if p.doc.CanFold() {
		all = append(all,
			Binding{Keys: []string{"enter"}, Label: "fold", Help: "Fold the object or array at the cursor, or unfold it", Do: do(p.doc.Fold)},
			Binding{Keys: []string{"-"}, Word: "fold all", Help: "Fold everything but the outermost object, or unfold all", Do: do(p.doc.FoldAll)})
	}
	return all
}

// searchBindings explains the keys while what to search for is typed.
func searchBindings() []Binding {
	return []Binding{
		{Shown: "enter", Label: "keep", Help: "Keep the search; n and N go to the next match and back"},
		{Shown: "esc", Label: "end the search", Help: "End the search"},
	}
}

// BodyCopies returns what can be copied of the body at its cursor, while it has the focus.
func (p *Panes) BodyCopies() []CopyItem {
	if !p.bodyFocused() {
		return nil
	}
	here := p.doc.At()
	pointer, indented := here.Pointer()
	if !indented {
		return []CopyItem{{Label: "line at the cursor", Text: here.Value()}}
	}
	items := []CopyItem{{Label: "value at the cursor", Text: here.Value()}}
	if pointer != "" {
		items = append(items, CopyItem{Label: "JSON Pointer to it", Text: pointer})
	}
	return append(items, CopyItem{Label: "subtree at the cursor, as JSON", Text: here.Subtree()})
}
