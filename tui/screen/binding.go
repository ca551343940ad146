package screen

import (
	"cmp"
	"slices"
	"strings"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A Binding is a key and its action. Keys are looked up in the same bindings from which
// footer, help and palette are made, so that these cannot disagree.
type Binding struct {
	Keys  []string // in bubbletea's notation
	Shown string   // the key as shown to people; empty: the first of Keys
	Label string   // a word or two for the footer; empty: not in the footer
	Help  string   // a sentence for help and palette; empty: in neither
	Word  string   // the word by which the palette finds it first; empty: Label
	// Do is the action. If it is nil, the binding only explains a key that a widget handles.
	Do func() tea.Cmd
	// Off says why the key does nothing now; empty: it works. A key that is off is not listed, but
	// shows this reason when it is pressed.
	Off string
}

// Unless returns the binding switched off for a reason, or unchanged if reason is "".
func (b Binding) Unless(reason string) Binding {
	b.Off = reason
	return b
}

// Because switches all bindings off for the same reason.
func Because(reason string, bindings []Binding) []Binding {
	for i := range bindings {
		bindings[i].Off = reason
	}
	return bindings
}

// NoneHere switches off the bindings of a record where none is selected. what is the record's kind.
func NoneHere(what string, bindings []Binding) []Binding {
	return Because("there is no "+what+" to do that with", bindings)
}

// Key returns the key as shown to people.
func (b Binding) Key() string {
	if b.Shown != "" || len(b.Keys) == 0 {
		return b.Shown
	}
	return component.ShownKey(b.Keys[0])
}

// KeyTable converts bindings to the form that the footer and the help draw. group is their heading
// in the help.
func KeyTable(group string, bindings []Binding) component.KeyTable {
	var out component.KeyTable
	for _, b := range bindings {
		if b.Off != "" || b.Label == "" && b.Help == "" {
			continue // explained by another one, such as the key for the opposite direction
		}
		out = append(out, component.Binding{Keys: b.Keys, Show: b.Shown, Short: b.Label, Long: b.Help, Group: group})
	}
	return out
}

// Run runs the action of a key. It returns false if the key is not bound.
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

// FollowBinding returns the key that starts or stops keeping the newest record in view.
func FollowBinding(following bool, do func() tea.Cmd) Binding {
	b := Binding{Keys: []string{"F"}, Label: "follow", Word: "follow", Help: "Follow: keep the newest in view", Do: do}
	if following {
		b.Label, b.Help = "", "Stop following the newest"
	}
	return b
}

// Typed reports whether a key counts as text while a person types.
func Typed(msg tea.KeyMsg) bool {
	return !strings.HasPrefix(msg.String(), "ctrl+")
}

// KeyFor returns the key that a person presses in place of a built-in one, which the configuration
// may have moved.
func (s *Env) KeyFor(builtin string) string {
	return component.ShownKey(cmp.Or(s.Moved[builtin], builtin))
}
