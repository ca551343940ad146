package tui

import (
	"slices"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// overlays are the boxes over the screen. The last one is on top and gets the keys.
type overlays []screen.Overlay

// top returns the overlay that has the keys, or nil.
func (o overlays) top() screen.Overlay {
	if len(o) == 0 {
		return nil
	}
	return o[len(o)-1]
}

// show puts an overlay over the others.
func (o *overlays) show(overlay screen.Overlay) { *o = append(*o, overlay) }

// dismiss removes an overlay, which need not be the topmost.
func (o *overlays) dismiss(overlay screen.Overlay) {
	*o = slices.DeleteFunc(*o, func(other screen.Overlay) bool { return other == overlay })
}

// key passes a key to the top overlay. esc dismisses it, unless it handles esc itself.
func (o *overlays) key(msg tea.KeyMsg) tea.Cmd {
	top := o.top()
	if msg.String() != "esc" {
		return top.Update(msg)
	}
	if b, ok := top.(screen.Backer); ok {
		if cmd, took := b.Back(); took {
			return cmd
		}
	}
	*o = (*o)[:len(*o)-1]
	return nil
}

// update passes a message that is not a key to every overlay, because it may be the answer to a
// command of a lower one.
func (o overlays) update(msg tea.Msg) []tea.Cmd {
	var cmds []tea.Cmd
	for _, overlay := range o {
		cmds = append(cmds, overlay.Update(msg))
	}
	return cmds
}

// draw draws the overlays over a view.
func (o overlays) draw(view string, width, height int) string {
	for _, overlay := range o {
		view = component.Overlay(view, overlay.View(width-2, height-2), width, height)
	}
	return view
}
