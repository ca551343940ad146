package tui

import (
	"slices"

	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A place is the state of the console before a jump: the view, the screens that were opened over
// it, and what each of them showed.
type place struct {
	view   screen.View
	zoomed bool
	// stacks are those of the view, and of the one that was jumped to as it was before: what was
	// selected there comes back too.
	stacks map[screen.View][]spot
	depth  int    // how many screens the view that was jumped to had on arrival
	filter string // what the jump filtered that view by
}

// A spot is a screen and what it showed.
type spot struct {
	screen screen.Screen
	placer screen.Bookmarker // nil: the screen itself keeps what it shows
	showed screen.Bookmark
}

// mostPlaces limits how many steps back there are.
const mostPlaces = 100

// leave records the present place before a jump to a view.
func (v *views) leave(to screen.View) {
	p := place{view: v.current, zoomed: v.env.Zoomed, stacks: map[screen.View][]spot{to: v.spots(to), v.current: v.spots(v.current)}}
	v.trail = append(v.trail, p)
	v.trail = v.trail[max(0, len(v.trail)-mostPlaces):]
}

// arrived ends a jump: what is opened from now on is closed before esc leads further back.
func (v *views) arrived() { v.trail[len(v.trail)-1].depth = len(v.stacks[v.current]) }

// spots returns the screens of a view and what each shows.
func (v *views) spots(of screen.View) []spot {
	var all []spot
	for _, s := range v.stacks[of] {
		here := spot{screen: s}
		if placer, ok := s.(screen.Bookmarker); ok {
			here.placer, here.showed = placer, placer.Bookmark()
		}
		all = append(all, here)
	}
	return all
}

// jump goes where a screen asks; esc leads back.
func (v *views) jump(msg screen.GoMsg) tea.Cmd {
	if int(msg.View) >= len(v.stacks) {
		return nil
	}
	v.leave(msg.View)
	cmd := v.arrive(msg)
	v.arrived()
	v.trail[len(v.trail)-1].filter = msg.Filter
	return cmd
}

// keepsFilter reports whether the list in front is filtered and a key that goes back keeps the
// filter: q does not change the list, and a filter that a jump has set goes away with the jump.
func (v *views) keepsFilter(key string) bool {
	list, ok := v.front().(screen.Filterer)
	if !ok || !list.OnlyFiltered() {
		return false
	}
	text, _ := list.FilterText()
	n := len(v.trail)
	return key == "q" || n > 0 && !v.closes() && v.trail[n-1].filter == text
}

// jumpOver opens a screen over an item of a view; esc leads back.
func (v *views) jumpOver(msg screen.GoMsg, s screen.Screen) tea.Cmd {
	v.leave(msg.View)
	cmd := tea.Batch(v.arrive(msg), v.open(s))
	v.arrived()
	return cmd
}

// comeBack undoes the jumps since the last place that differs from the present one.
func (v *views) comeBack() tea.Cmd {
	steps := v.steps()
	last := v.trail[steps-1]
	v.trail = v.trail[:steps-1]
	v.current, v.env.Zoomed = last.view, last.zoomed
	for view, spots := range last.stacks {
		v.stacks[view] = nil
		for _, s := range spots {
			v.stacks[view] = append(v.stacks[view], s.screen)
		}
	}
	cmds := []tea.Cmd{v.refresh()}
	for _, spots := range last.stacks {
		for _, s := range spots {
			if s.placer != nil {
				cmds = append(cmds, s.placer.Return(s.showed))
			}
		}
	}
	return tea.Batch(cmds...)
}

// steps returns how many steps back there are. A jump to the place where it began does not count.
func (v *views) steps() int {
	n := len(v.trail)
	if b, ok := v.front().(screen.Busier); ok && b.Busy(tea.KeyMsg{}) {
		return n // what a jump selects is still being read
	}
	for n > 0 && v.isHere(v.trail[n-1]) {
		n--
	}
	return n
}

// isHere reports whether a place is what is shown now.
func (v *views) isHere(p place) bool {
	spots, stack := p.stacks[p.view], v.stacks[v.current]
	if p.view != v.current || p.zoomed != v.env.Zoomed || len(spots) != len(stack) {
		return false
	}
	for i, s := range spots {
		if s.screen != stack[i] || s.placer != nil && !s.placer.Bookmark().Same(s.showed) {
			return false
		}
	}
	return true
}

// forget removes a screen that was closed from the places to which esc leads back.
func (v *views) forget(closed screen.Screen) {
	for _, p := range v.trail {
		for view, spots := range p.stacks {
			p.stacks[view] = slices.DeleteFunc(spots, func(s spot) bool { return s.screen == closed && s.screen != spots[0].screen })
		}
	}
}

// away returns the screens that are only on the way back. They too have to receive the answers to
// their commands.
func (v *views) away() (all []screen.Screen) {
	for _, p := range v.trail {
		for view, spots := range p.stacks {
			for _, s := range spots {
				if !slices.Contains(v.stacks[view], s.screen) && !slices.Contains(all, s.screen) {
					all = append(all, s.screen)
				}
			}
		}
	}
	return all
}

// behind returns the title of the screen to which esc leads back, or "" at the root of a view.
func (v *views) behind() string {
	stack := v.stacks[v.current]
	switch {
	case v.closes():
		return stack[len(stack)-2].Title()
	case v.steps() > 0:
		last := v.trail[v.steps()-1]
		spots := last.stacks[last.view]
		return spots[len(spots)-1].screen.Title()
	}
	return ""
}

// closes reports whether esc closes the screen in front, because it was opened since the last
// jump.
func (v *views) closes() bool {
	n := len(v.trail)
	return v.covered() && (n == 0 || len(v.stacks[v.current]) > v.trail[n-1].depth)
}

// mostTitle limits the title of a place in the footer, so that there is space for the other keys.
const mostTitle = 24

// backAt returns the index of that key among n others. After a jump it is the first; on a screen
// that was opened, the keys of that screen are more important.
func (v *views) backAt(n int) int {
	if v.closes() {
		return min(1, n)
	}
	return 0
}

// backBinding says in the footer where esc leads.
func (v *views) backBinding() []screen.Binding {
	label := ""
	if n, ok := v.front().(screen.BackLabeler); ok {
		label = n.BackLabel()
	}
	behind := v.behind()
	switch {
	case behind == "":
		return nil
	case label == "" || v.keepsFilter("esc"):
		label = "back to " + component.Clip(style.Escape(behind), mostTitle)
	}
	return []screen.Binding{{Shown: "esc", Label: label}}
}
