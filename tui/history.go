package tui

import (
	"slices"

	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A historyEntry is the state of the console before a jump, to which esc returns.
type historyEntry struct {
	view   screen.View
	zoomed bool
	// stacks has the screens of the view that was left, and those of the view that was jumped to as
	// they were before the jump, because the jump may have changed the selection there.
	stacks map[screen.View][]screenState
	depth  int    // how many screens the view that was jumped to had on arrival
	filter string // the filter that the jump set
}

// A screenState is a screen with its selection and filter.
type screenState struct {
	screen     screen.Screen
	bookmarker screen.Bookmarker // nil: the screen itself keeps what it shows
	bookmark   screen.Bookmark
}

// maxHistory limits how many steps back there are.
const maxHistory = 100

// push records the present state before a jump to a view.
func (v *views) push(to screen.View) {
	p := historyEntry{view: v.current, zoomed: v.env.Zoomed, stacks: map[screen.View][]screenState{to: v.states(to), v.current: v.states(v.current)}}
	v.history = append(v.history, p)
	v.history = v.history[max(0, len(v.history)-maxHistory):]
}

// endJump ends a jump. Screens that are opened from now on are closed by esc before it undoes the jump.
func (v *views) endJump() { v.history[len(v.history)-1].depth = len(v.stacks[v.current]) }

// states returns the states of the screens of a view.
func (v *views) states(of screen.View) []screenState {
	var all []screenState
	for _, s := range v.stacks[of] {
		here := screenState{screen: s}
		if bookmarker, ok := s.(screen.Bookmarker); ok {
			here.bookmarker, here.bookmark = bookmarker, bookmarker.Bookmark()
		}
		all = append(all, here)
	}
	return all
}

// jump goes to a view or an item, from where esc leads back.
func (v *views) jump(msg screen.GoMsg) tea.Cmd {
	if int(msg.View) >= len(v.stacks) {
		return nil
	}
	v.push(msg.View)
	cmd := v.arrive(msg)
	v.endJump()
	v.history[len(v.history)-1].filter = msg.Filter
	return cmd
}

// keepsFilter reports whether the front list is filtered and a key that goes back does not remove the
// filter: q does not change the list, and a filter that a jump has set is removed by undoing the jump.
func (v *views) keepsFilter(key string) bool {
	list, ok := v.front().(screen.Filterer)
	if !ok || !list.OnlyFiltered() {
		return false
	}
	text, _ := list.FilterText()
	n := len(v.history)
	return key == "q" || n > 0 && !v.escCloses() && v.history[n-1].filter == text
}

// jumpOver opens a screen over an item of a view, from where esc leads back.
func (v *views) jumpOver(msg screen.GoMsg, s screen.Screen) tea.Cmd {
	v.push(msg.View)
	cmd := tea.Batch(v.arrive(msg), v.open(s))
	v.endJump()
	return cmd
}

// goBack undoes the jumps since the latest entry that differs from the present state.
func (v *views) goBack() tea.Cmd {
	backSteps := v.backSteps()
	last := v.history[backSteps-1]
	v.history = v.history[:backSteps-1]
	v.current, v.env.Zoomed = last.view, last.zoomed
	for view, states := range last.stacks {
		v.stacks[view] = nil
		for _, s := range states {
			v.stacks[view] = append(v.stacks[view], s.screen)
		}
	}
	cmds := []tea.Cmd{v.refresh()}
	for _, states := range last.stacks {
		for _, s := range states {
			if s.bookmarker != nil {
				cmds = append(cmds, s.bookmarker.Return(s.bookmark))
			}
		}
	}
	return tea.Batch(cmds...)
}

// backSteps returns how many steps back there are. A jump that changed nothing does not count.
func (v *views) backSteps() int {
	n := len(v.history)
	if b, ok := v.front().(screen.Busier); ok && b.Busy(tea.KeyMsg{}) {
		return n // the item that the jump selects is still being read
	}
	for n > 0 && v.isCurrent(v.history[n-1]) {
		n--
	}
	return n
}

// isCurrent reports whether an entry equals the present state.
func (v *views) isCurrent(p historyEntry) bool {
	states, stack := p.stacks[p.view], v.stacks[v.current]
	if p.view != v.current || p.zoomed != v.env.Zoomed || len(states) != len(stack) {
		return false
	}
	for i, s := range states {
		if s.screen != stack[i] || s.bookmarker != nil && !s.bookmarker.Bookmark().Same(s.bookmark) {
			return false
		}
	}
	return true
}

// forget removes a screen that was closed from the history.
func (v *views) forget(closed screen.Screen) {
	for _, p := range v.history {
		for view, states := range p.stacks {
			p.stacks[view] = slices.DeleteFunc(states, func(s screenState) bool { return s.screen == closed && s.screen != states[0].screen })
		}
	}
}

// inHistory returns the screens that are in the history only. They too have to receive the answers to
// their commands.
func (v *views) inHistory() (all []screen.Screen) {
	for _, p := range v.history {
		for view, states := range p.stacks {
			for _, s := range states {
				if !slices.Contains(v.stacks[view], s.screen) && !slices.Contains(all, s.screen) {
					all = append(all, s.screen)
				}
			}
		}
	}
	return all
}

// backTitle returns the title of the screen to which esc leads back, or "" at the root of a view.
func (v *views) backTitle() string {
	stack := v.stacks[v.current]
	switch {
	case v.escCloses():
		return stack[len(stack)-2].Title()
	case v.backSteps() > 0:
		last := v.history[v.backSteps()-1]
		states := last.stacks[last.view]
		return states[len(states)-1].screen.Title()
	}
	return ""
}

// escCloses reports whether esc closes the front screen, because that was opened after the last jump.
func (v *views) escCloses() bool {
	n := len(v.history)
	return v.covered() && (n == 0 || len(v.stacks[v.current]) > v.history[n-1].depth)
}

// maxBackTitle limits the title to which esc leads back in the footer, so that other keys have space.
const maxBackTitle = 24

// backAt returns the index of the key esc among n others in the footer. After a jump it is the first. On
// a screen that was opened, its own first key is more important.
func (v *views) backAt(n int) int {
	if v.escCloses() {
		return min(1, n)
	}
	return 0
}

// backBinding returns the key that says in the footer where esc leads.
func (v *views) backBinding() []screen.Binding {
	label := ""
	if n, ok := v.front().(screen.BackLabeler); ok {
		label = n.BackLabel()
	}
	backTitle := v.backTitle()
	switch {
	case backTitle == "":
		return nil
	case label == "" || v.keepsFilter("esc"):
		label = "back to " + component.Clip(style.Escape(backTitle), maxBackTitle)
	}
	return []screen.Binding{{Shown: "esc", Label: label}}
}
