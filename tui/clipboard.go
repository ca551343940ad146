package tui

import (
	"context"
	"slices"
	"strconv"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// clipboard copies texts from the screens to the user's clipboard.
type clipboard struct {
	env  *screen.Env
	put  func(ctx context.Context, text string) (how string, err error)
	last screen.CopyMsg // the zero CopyMsg: nothing was copied yet
}

// offer opens a menu of the texts that a screen has to copy.
func (c *clipboard) offer(front screen.Screen) tea.Cmd {
	copier, ok := front.(screen.Copier)
	var items []screen.CopyItem
	if ok {
		items = slices.DeleteFunc(copier.Copies(), func(i screen.CopyItem) bool { return i.Text == "" })
	}
	if len(items) == 0 {
		return screen.Say(screen.Info("Nothing to copy here"))
	}
	column := make([]component.MenuItem, len(items))
	for i, item := range items {
		column[i] = component.MenuItem{ID: strconv.Itoa(i), Key: component.Digit(i), Label: item.Label}
	}
	return c.env.Choose(component.Menu{Title: "Copy", Details: column, Find: true}, func(id string) tea.Cmd {
		i, err := strconv.Atoi(id)
		if err != nil {
			return nil
		}
		return screen.CopyText(items[i].Label, items[i].Text)
	})
}

// copy copies a text. No terminal confirms a copy, so the toast says that Y shows the text, which can then
// be selected by hand.
func (c *clipboard) copy(msg screen.CopyMsg) tea.Cmd {
	c.last = msg
	ctx, put, shows := c.env.Context, c.put, c.env.KeyFor("Y")+" shows it"
	return func() tea.Msg {
		how, err := put(ctx, msg.Text)
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad("copy " + msg.Label + ": " + err.Error() + "; " + shows + ", to be selected")}
		}
		return screen.ToastMsg{Toast: screen.Good(msg.Label + " " + how + "; " + shows)}
	}
}

// show shows the text that was copied last outside of the alternate screen, where the terminal can select it.
func (c *clipboard) show() tea.Cmd {
	if c.last.Label == "" {
		return screen.Say(screen.Info("Nothing was copied yet: " + c.env.KeyFor("y") + " copies"))
	}
	shown := &plainText{ctx: c.env.Context, label: c.last.Label, text: c.last.Text}
	return tea.Exec(shown, func(err error) tea.Msg {
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad("show " + shown.label + ": " + err.Error())}
		}
		return nil
	})
}
