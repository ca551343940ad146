package tui

import (
	"slices"
	"strings"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A binding is a key and what it does. Footer, help and palette are made from
// the same bindings that the keys are looked up in, so they cannot disagree.
type binding struct {
	keys  []string // as tea.KeyMsg has them
	shown string   // the key as it is written; empty: the first of keys
	label string   // a word or two for the footer; empty: not there
	help  string   // a sentence for help and palette; empty: not there
	word  string   // by which the palette finds it first; empty: the label
	// do acts. Without it the binding only explains a key that a widget takes.
	do func() tea.Cmd
	// off says why the key does nothing just now. It is named nowhere then, but answers so.
	off string
}

// unless is the binding, or what is left of it when there is a reason against.
func (b binding) unless(reason string) binding {
	b.off = reason
	return b
}

// because are bindings that all do nothing for the same reason.
func because(reason string, bindings []binding) []binding {
	for i := range bindings {
		bindings[i].off = reason
	}
	return bindings
}

func (b binding) key() string {
	if b.shown != "" || len(b.keys) == 0 {
		return b.shown
	}
	return strings.ReplaceAll(b.keys[0], " ", "space")
}

// table is the bindings as footer and help draw them, under a heading.
func table(group string, bindings []binding) component.KeyTable {
	var out component.KeyTable
	for _, b := range bindings {
		if b.off != "" || b.label == "" && b.help == "" {
			continue // nor the other way round, which the one before explains
		}
		out = append(out, component.Binding{Keys: b.keys, Show: b.shown, Short: b.label, Long: b.help, Group: group})
	}
	return out
}

// run does what the key is bound to; false when it is bound to nothing.
func run(bindings []binding, key string) (tea.Cmd, bool) {
	for _, b := range bindings {
		switch {
		case b.do == nil || !slices.Contains(b.keys, key):
		case b.off != "":
			return say(aboutKeys(b.off)), true
		default:
			return b.do(), true
		}
	}
	return nil, false
}

// typed reports whether a key would be text in a place where one types.
func typed(msg tea.KeyMsg) bool {
	return !strings.HasPrefix(msg.String(), "ctrl+")
}
