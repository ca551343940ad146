package screen

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// The messages by which screens and overlays ask something of the root. Each has
// a function that makes the command.
type (
	// OpenMsg puts a screen over the present view.
	OpenMsg struct{ Screen Screen }
	// CloseMsg takes a screen away.
	CloseMsg struct {
		Screen Screen
		Then   *GoMsg // where to go then, if not nil
	}
	// OverlayMsg puts an overlay over everything.
	OverlayMsg struct{ Overlay Overlay }
	// DismissMsg takes an overlay away.
	DismissMsg struct{ Overlay Overlay }
	// GoMsg brings a view to the front, and in it the item of an ID, if that is not 0.
	GoMsg struct {
		View View
		ID   storage.ID
		Back bool // esc leads back to where one was
	}
	// ToastMsg shows a toast.
	ToastMsg struct{ Toast component.Toast }
	// CopyMsg puts a text on the person's clipboard.
	CopyMsg struct{ Label, Text string }
)

// ThemeMsg tells every screen that the theme is another one: whatever was styled
// beforehand must be styled again.
type ThemeMsg struct{}

// Open puts a screen over the present view; its esc leads back.
func Open(s Screen) tea.Cmd { return Send(OpenMsg{s}) }

// CloseScreen takes a screen away, wherever it is.
func CloseScreen(s Screen) tea.Cmd { return Send(CloseMsg{Screen: s}) }

// CloseAndGo takes a screen away and brings a view to the front, and in it an item.
func CloseAndGo(s Screen, v View, id storage.ID) tea.Cmd {
	return Send(CloseMsg{s, &GoMsg{View: v, ID: id}})
}

// Show puts an overlay over everything.
func Show(o Overlay) tea.Cmd { return Send(OverlayMsg{o}) }

// Dismiss takes an overlay away.
func Dismiss(o Overlay) tea.Cmd { return Send(DismissMsg{o}) }

// JumpTo brings a view to the front, and in it the item of that id; esc leads back.
func JumpTo(v View, id storage.ID) tea.Cmd { return Send(GoMsg{v, id, true}) }

// Say shows a toast.
func Say(t component.Toast) tea.Cmd { return Send(ToastMsg{t}) }

// CopyText puts text on the person's clipboard and says so.
func CopyText(label, text string) tea.Cmd { return Send(CopyMsg{label, text}) }

// Send is a command that answers with a message.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// Act changes records, in a command, and tells how it went: text on success, the
// error otherwise. Screens hear of the change as of any other.
func Act(ctx context.Context, do func(context.Context) (text string, err error)) tea.Cmd {
	return ActOdd(ctx, nil, do)
}

// ActOdd is Act where what was done may be other than meant: then the toast warns.
func ActOdd(ctx context.Context, odd storage.FieldErrors, do func(context.Context) (text string, err error)) tea.Cmd {
	return func() tea.Msg {
		text, err := do(ctx)
		switch {
		case err != nil:
			return ToastMsg{Bad(err.Error())}
		case len(odd) > 0:
			return ToastMsg{Warn(text + "; but " + OneLine(odd))}
		}
		return ToastMsg{Good(text)}
	}
}

// WithToastID gives the toast that a command answers with an ID: it replaces another of that
// ID, and is replaced by it.
func WithToastID(id string, cmd tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		msg := cmd()
		if said, ok := msg.(ToastMsg); ok {
			said.Toast.ID = id
			return said
		}
		return msg
	}
}

// QueuedMsg tells what was queued by other means than a run.
type QueuedMsg struct {
	Queued []storage.Delivery
	Err    error
}

// Queue queues deliveries and has it told how they end, as of those that the menu fired.
func Queue(ctx context.Context, queue func(context.Context) ([]storage.Delivery, error)) tea.Cmd {
	return func() tea.Msg {
		queued, err := queue(ctx)
		return QueuedMsg{queued, err}
	}
}
