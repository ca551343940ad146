package screen

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// The messages with which screens and overlays ask the root for something. Most have a function that
// returns a command with the message.
type (
	// OpenMsg opens a screen over the current view.
	OpenMsg struct {
		Screen Screen
		Over   *GoMsg // over that view instead
	}
	// CloseMsg closes a screen.
	CloseMsg struct {
		Screen Screen
		Then   *GoMsg // what to select then; nil: nothing
	}
	// OverlayMsg shows an overlay.
	OverlayMsg struct{ Overlay Overlay }
	// DismissMsg dismisses an overlay.
	DismissMsg struct{ Overlay Overlay }
	// GoMsg brings a view to the front. It filters the view unless Filter is empty, and selects
	// the item with an ID unless that is 0. The key esc leads back to where the person was.
	GoMsg struct {
		View   View
		ID     storage.ID
		Filter string
		Detail bool // with the focus on the item's detail
	}
	// MessageMsg opens the message of a campaign over the current view.
	MessageMsg struct{ ID storage.ID }
	// ExecutionMsg opens a call of the execution API in Campaigns.
	ExecutionMsg struct{ ID storage.ID }
	// CheckMsg opens the report of an endpoint check of a webhook over the current view: that of
	// the run at a time, or of the newest run for the zero time.
	CheckMsg struct {
		Webhook storage.ID
		At      time.Time
	}
	// DeliveriesMsg opens a list of the deliveries that a query selects over the current view.
	DeliveriesMsg struct {
		Title string
		Query storage.DeliveryQuery
	}
	// ToastMsg shows a toast.
	ToastMsg struct{ Toast component.Toast }
	// CopyMsg copies a text to the person's clipboard.
	CopyMsg struct{ Label, Text string }
)

// ThemeMsg says that the theme has changed. A screen that keeps styled text must style it again.
type ThemeMsg struct{}

// Open opens a screen over the current view.
func Open(s Screen) tea.Cmd { return Send(OpenMsg{Screen: s}) }

// OpenOver opens a screen over an item of a view. The key esc leads back to that item.
func OpenOver(s Screen, v View, id storage.ID) tea.Cmd {
	return Send(OpenMsg{s, &GoMsg{View: v, ID: id}})
}

// CloseScreen closes a screen, wherever it is.
func CloseScreen(s Screen) tea.Cmd { return Send(CloseMsg{Screen: s}) }

// closeAndGo closes a screen, brings a view to the front, and selects an item there.
func closeAndGo(s Screen, v View, id storage.ID) tea.Cmd {
	return Send(CloseMsg{s, &GoMsg{View: v, ID: id}})
}

// Show shows an overlay.
func Show(o Overlay) tea.Cmd { return Send(OverlayMsg{o}) }

// Dismiss dismisses an overlay.
func Dismiss(o Overlay) tea.Cmd { return Send(DismissMsg{o}) }

// JumpTo brings a view to the front and selects an item there. The key esc leads back.
func JumpTo(v View, id storage.ID) tea.Cmd { return Send(GoMsg{View: v, ID: id}) }

// FilterTo brings a view to the front and filters it. The key esc leads back.
func FilterTo(v View, filter string) tea.Cmd { return Send(GoMsg{View: v, Filter: filter}) }

// ShowMessage opens the message of a campaign over the current view.
func ShowMessage(id storage.ID) tea.Cmd { return Send(MessageMsg{id}) }

// ShowExecution opens a call of the execution API in Campaigns.
func ShowExecution(id storage.ID) tea.Cmd { return Send(ExecutionMsg{id}) }

// ShowCheck opens the report of an endpoint check of a webhook over the current view: that of the
// run at a time, or of the newest run for the zero time.
func ShowCheck(webhook storage.ID, at time.Time) tea.Cmd { return Send(CheckMsg{webhook, at}) }

// ShowDeliveries opens a list of the deliveries that a query selects over the current view.
func ShowDeliveries(title string, query storage.DeliveryQuery) tea.Cmd {
	return Send(DeliveriesMsg{title, query})
}

// Say shows a toast.
func Say(t component.Toast) tea.Cmd { return Send(ToastMsg{t}) }

// CopyText copies a text to the person's clipboard, and says so.
func CopyText(label, text string) tea.Cmd { return Send(CopyMsg{label, text}) }

// Send returns a command whose result is a message.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// Act returns a command that changes records and shows a toast with text or the error. Screens are
// refreshed by the store's hint of the change.
func Act(ctx context.Context, do func(context.Context) (text string, err error)) tea.Cmd {
	return ActWarning(ctx, nil, do)
}

// ActWarning is like [Act], but adds warnings about what was done to the toast.
func ActWarning(ctx context.Context, odd storage.FieldErrors, do func(context.Context) (text string, err error)) tea.Cmd {
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

// WithToast returns a command that changes the toast that another command results in.
func WithToast(change func(component.Toast) component.Toast, cmd tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		msg := cmd()
		if said, ok := msg.(ToastMsg); ok {
			said.Toast = change(said.Toast)
			return said
		}
		return msg
	}
}

// QueuedMsg holds deliveries that were queued in another way than by firing, such as replays.
type QueuedMsg struct {
	Queued []storage.Delivery
	Err    error
}

// Queue returns a command that queues deliveries. Their outcomes are shown like those of fired
// events.
func Queue(ctx context.Context, queue func(context.Context) ([]storage.Delivery, error)) tea.Cmd {
	return func() tea.Msg {
		queued, err := queue(ctx)
		return QueuedMsg{queued, err}
	}
}
