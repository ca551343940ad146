package screen

import (
	"slices"
	"strings"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A Binding is a key and what it does. Footer, help and palette are made from
// the same bindings that the keys are looked up in, so they cannot disagree.
type Binding struct {
	Keys  []string // as tea.KeyMsg has them
	Shown string   // the key as it is written; empty: the first of keys
	Label string   // a word or two for the footer; empty: not there
	Help  string   // a sentence for help and palette; empty: not there
	Word  string   // by which the palette finds it first; empty: the label
	// do acts. Without it the binding only explains a key that a widget takes.
	Do func() tea.Cmd
	// off says why the key does nothing just now. It is named nowhere then, but answers so.
	Off string
}

// Unless is the binding, or what is left of it when there is a reason against.
func (b Binding) Unless(reason string) Binding {
	b.Off = reason
	return b
}

// Because are bindings that all do nothing for the same reason.
func Because(reason string, bindings []Binding) []Binding {
	for i := range bindings {
		bindings[i].Off = reason
	}
	return bindings
}

// Key is the key as it is written.
func (b Binding) Key() string {
	if b.Shown != "" || len(b.Keys) == 0 {
		return b.Shown
	}
	return strings.ReplaceAll(b.Keys[0], " ", "space")
}

// KeyTable is the bindings as footer and help draw them, under a heading.
func KeyTable(group string, bindings []Binding) component.KeyTable {
	var out component.KeyTable
	for _, b := range bindings {
		if b.Off != "" || b.Label == "" && b.Help == "" {
			continue // nor the other way round, which the one before explains
		}
		out = append(out, component.Binding{Keys: b.Keys, Show: b.Shown, Short: b.Label, Long: b.Help, Group: group})
	}
	return out
}

// Run does what the key is bound to; false when it is bound to nothing.
func Run(bindings []Binding, key string) (tea.Cmd, bool) {
	for _, b := range bindings {
		switch {
		case b.Do == nil || !slices.Contains(b.Keys, key):
		case b.Off != "":
			return Say(AboutKeys(b.Off)), true
		default:
			return b.Do(), true
		}
	}
	return nil, false
}

// FollowBinding returns the key that keeps the newest record in view, or no longer does.
func FollowBinding(following bool, do func() tea.Cmd) Binding {
	b := Binding{Keys: []string{"F"}, Label: "follow", Word: "follow", Help: "Follow: keep the newest in view", Do: do}
	if following {
		b.Label, b.Help = "", "No longer follow the newest"
	}
	return b
}

// Typed reports whether a key would be text in a place where one types.
func Typed(msg tea.KeyMsg) bool {
	return !strings.HasPrefix(msg.String(), "ctrl+")
}
