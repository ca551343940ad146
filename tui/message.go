package tui

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// The messages by which screens and overlays ask something of the root. Each has
// a function that makes the command.
type (
	openMsg  struct{ screen screen }
	closeMsg struct {
		screen screen
		then   *goMsg // where to go then, if not nil
	}
	overlayMsg struct{ overlay overlay }
	dismissMsg struct{ overlay overlay }
	goMsg      struct {
		view view
		id   storage.ID
		back bool // esc leads back to where one was
	}
	toastMsg struct{ toast component.Toast }
	copyMsg  struct{ label, text string }
)

// themeMsg tells every screen that the theme is another one: whatever was styled
// beforehand must be styled again.
type themeMsg struct{}

// open puts a screen over the present view; its esc leads back.
func open(s screen) tea.Cmd { return send(openMsg{s}) }

// closeScreen takes a screen away, wherever it is.
func closeScreen(s screen) tea.Cmd { return send(closeMsg{screen: s}) }

// closeAndGo takes a screen away and brings a view to the front, and in it an item.
func closeAndGo(s screen, v view, id storage.ID) tea.Cmd {
	return send(closeMsg{s, &goMsg{view: v, id: id}})
}

// show puts an overlay over everything.
func show(o overlay) tea.Cmd { return send(overlayMsg{o}) }

// dismiss takes an overlay away.
func dismiss(o overlay) tea.Cmd { return send(dismissMsg{o}) }

// jumpTo brings a view to the front, and in it the item of that id; esc leads back.
func jumpTo(v view, id storage.ID) tea.Cmd { return send(goMsg{v, id, true}) }

// say shows a toast.
func say(t component.Toast) tea.Cmd { return send(toastMsg{t}) }

// copyText puts text on the person's clipboard and says so.
func copyText(label, text string) tea.Cmd { return send(copyMsg{label, text}) }

func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// act changes records, in a command, and tells how it went: text on success, the
// error otherwise. Screens hear of the change as of any other.
func act(ctx context.Context, do func(context.Context) (text string, err error)) tea.Cmd {
	return actOdd(ctx, nil, do)
}

// actOdd is act where what was done may be other than meant: then the toast warns.
func actOdd(ctx context.Context, odd storage.FieldErrors, do func(context.Context) (text string, err error)) tea.Cmd {
	return func() tea.Msg {
		text, err := do(ctx)
		switch {
		case err != nil:
			return toastMsg{bad(err.Error())}
		case len(odd) > 0:
			return toastMsg{warn(text + "; but " + refusal(odd))}
		}
		return toastMsg{good(text)}
	}
}

// toasting gives the toast that a command answers with an ID: it replaces another of that
// ID, and is replaced by it.
func toasting(id string, cmd tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		msg := cmd()
		if said, ok := msg.(toastMsg); ok {
			said.toast.ID = id
			return said
		}
		return msg
	}
}
