package tui

import (
	"slices"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// views holds the console's views and the screens that were opened over them, and knows
// which one is in front.
type views struct {
	env     *screen.Env
	refresh func() tea.Cmd    // reads what is in front
	stacks  [][]screen.Screen // for each view: the view itself, then what was opened over it
	current screen.View
	trail   []screen.View // the views to which esc leads back, the latest last
}

func newViews(e *screen.Env, all []screen.Screen, refresh func() tea.Cmd) *views {
	v := &views{env: e, refresh: refresh}
	for _, view := range all {
		v.stacks = append(v.stacks, []screen.Screen{view})
	}
	return v
}

// front returns the screen that has the keys.
func (v *views) front() screen.Screen {
	stack := v.stacks[v.current]
	return stack[len(stack)-1]
}

// title returns a view's name.
func (v *views) title(view screen.View) string { return v.stacks[view][0].Title() }

// covered reports whether a screen was opened over the present view.
func (v *views) covered() bool { return len(v.stacks[v.current]) > 1 }

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
	return v.refresh()
}

// goTo brings a view to the front, and selects the item of an ID there unless that is 0.
func (v *views) goTo(view screen.View, id storage.ID) tea.Cmd {
	if int(view) >= len(v.stacks) {
		return nil
	}
	if view != v.current {
		v.env.Zoomed = false
	}
	v.current, v.trail = view, nil
	if id != 0 {
		v.uncover(view)
	}
	cmd := v.refresh()
	if r, ok := v.stacks[view][0].(screen.Revealer); ok && id != 0 {
		return tea.Batch(cmd, r.Reveal(id))
	}
	return cmd
}

// uncover closes what was opened over a view, so that an item there can be seen. A form with
// what a person typed stays.
func (v *views) uncover(view screen.View) {
	stack := v.stacks[view]
	for len(stack) > 1 && !typing(stack[len(stack)-1]) {
		stack = stack[:len(stack)-1]
	}
	v.stacks[view] = stack
}

// jump does what a screen asks: it goes to a view, and if the screen says so, esc leads back.
func (v *views) jump(msg screen.GoMsg) tea.Cmd {
	trail, from := v.trail, v.current
	cmd := v.goTo(msg.View, msg.ID)
	if msg.Back && msg.View != from {
		v.trail = slices.Concat(trail, []screen.View{from})
	}
	return cmd
}

// back leads one step back. It returns false at the root of a view.
func (v *views) back() (tea.Cmd, bool) {
	front := v.front()
	if b, ok := front.(screen.Backer); ok {
		if cmd, took := b.Back(); took {
			return cmd, true
		}
	}
	switch {
	case v.env.Zoomed:
		v.env.Zoomed = false
		return nil, true
	case v.covered():
		return v.close(front), true
	case len(v.trail) > 0:
		last := len(v.trail) - 1
		trail, view := v.trail[:last], v.trail[last]
		cmd := v.goTo(view, 0)
		v.trail = trail
		return cmd, true
	}
	return nil, false
}

// update passes a message to every screen, because answers may be for one that is not in
// front.
func (v *views) update(msg tea.Msg) []tea.Cmd {
	var cmds []tea.Cmd
	for _, stack := range v.stacks {
		for _, s := range stack {
			cmds = append(cmds, s.Update(msg))
		}
	}
	return cmds
}
