package tui

import (
	"slices"

	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// views holds the console's views, the screens that were opened over them, and the history of jumps.
type views struct {
	env     *screen.Env
	refresh func() tea.Cmd    // reads the front screen again
	stacks  [][]screen.Screen // for each view: the view itself, then what was opened over it
	current screen.View
	history []historyEntry // where esc goes back to, the latest last
}

// newViews returns the views, each with its first screen.
func newViews(e *screen.Env, all []screen.Screen, refresh func() tea.Cmd) *views {
	v := &views{env: e, refresh: refresh}
	for _, view := range all {
		v.stacks = append(v.stacks, []screen.Screen{view})
	}
	return v
}

// front returns the front screen, which gets the keys.
func (v *views) front() screen.Screen {
	stack := v.stacks[v.current]
	return stack[len(stack)-1]
}

// title returns a view's name.
func (v *views) title(view screen.View) string { return v.stacks[view][0].Title() }

// covered reports whether a screen was opened over the current view.
func (v *views) covered() bool { return len(v.stacks[v.current]) > 1 }

// open puts a screen over those of the current view.
func (v *views) open(s screen.Screen) tea.Cmd {
	v.stacks[v.current] = append(v.stacks[v.current], s)
	v.env.Zoomed = false
	return v.refresh()
}

// close removes a screen that was opened over a view.
func (v *views) close(s screen.Screen) tea.Cmd {
	for view, stack := range v.stacks {
		v.stacks[view] = slices.DeleteFunc(stack, func(other screen.Screen) bool { return other == s && other != stack[0] })
	}
	v.forget(s)
	return v.refresh()
}

// goTo brings a view to the front without changing it. It clears the history, because esc does not undo
// a key with a view's number.
func (v *views) goTo(view screen.View) tea.Cmd {
	v.history = nil
	return v.arrive(screen.GoMsg{View: view})
}

// arrive brings a view to the front, and filters it or selects an item there.
func (v *views) arrive(msg screen.GoMsg) tea.Cmd {
	if int(msg.View) >= len(v.stacks) {
		return nil
	}
	if msg.View != v.current {
		v.env.Zoomed = false
	}
	v.current = msg.View
	if msg.ID != 0 || msg.Filter != "" {
		v.uncover(msg.View)
	}
	cmd, root := v.refresh(), v.stacks[msg.View][0]
	if p, ok := root.(screen.Bookmarker); ok && msg.Filter != "" {
		return tea.Batch(cmd, p.Return(screen.Bookmark{Filter: msg.Filter, Follows: true}))
	}
	if r, ok := root.(screen.Revealer); ok && msg.ID != 0 {
		cmd = tea.Batch(cmd, r.Reveal(msg.ID))
	}
	if d, ok := root.(screen.Detailer); ok && msg.Detail {
		d.FocusDetail()
	}
	return cmd
}

// uncover closes the screens that were opened over a view, so that an item there is visible. It leaves a
// form open, because that may have changes.
func (v *views) uncover(view screen.View) {
	stack := v.stacks[view]
	for len(stack) > 1 && !typing(stack[len(stack)-1]) {
		stack = stack[:len(stack)-1]
	}
	v.stacks[view] = stack
}

// back goes one step back. It returns false at the root of a view.
func (v *views) back(key string) (tea.Cmd, bool) {
	front := v.front()
	if b, ok := front.(screen.Backer); ok && !v.keepsFilter(key) {
		if cmd, took := b.Back(); took {
			return cmd, true
		}
	}
	switch {
	case v.env.Zoomed:
		v.env.Zoomed = false
		return nil, true
	case v.escCloses():
		return v.close(front), true
	case v.backSteps() > 0:
		return v.goBack(), true
	}
	return nil, false
}

// update passes a message to every screen, because an answer may be for one that is not in front.
func (v *views) update(msg tea.Msg) []tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range slices.Concat(append(slices.Clone(v.stacks), v.inHistory())...) {
		cmds = append(cmds, s.Update(msg))
	}
	return cmds
}
