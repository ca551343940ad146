package receiver

import (
	"context"
	"fmt"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// placesMsg is where a receipt can be sent again.
type placesMsg struct {
	receipt storage.Receipt
	places  fire.Places
	err     error
}

// replay finds where the selected receipt can be sent again.
func (r *Screen) replay() tea.Cmd {
	row, ok := r.list.Selected()
	if !ok {
		return nil
	}
	ctx, store := r.shared.Context, r.shared.Store
	return r.shared.Opening(func() tea.Msg {
		receipt, err := store.Receipt(ctx, row.ID)
		if err != nil {
			return placesMsg{err: err}
		}
		places, err := fire.PlacesOf(ctx, store, receipt)
		return placesMsg{receipt, places, err}
	})
}

// The items of the menu of places.
const (
	toWebhook  = "webhook"
	toReceiver = "receiver"
)

// offerPlaces sends the receipt again, and asks where to if its webhook leads elsewhere
// than to the built-in receiver.
func (s *common) offerPlaces(msg placesMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		return screen.Say(screen.Bad("replay: " + screen.OneLine(msg.err)))
	case !msg.places.Apart || msg.places.Receiver == "" || s.Resend == nil:
		return s.replayToWebhook(msg)
	}
	menu := component.Menu{Title: "Replay the receipt to", Details: []component.MenuItem{
		{ID: toWebhook, Key: "w", Label: msg.places.Webhook.Name, Detail: msg.places.URL + ", its URL now; a new delivery, " + fire.HowSigned(msg.places.Webhook)},
		{ID: toReceiver, Key: "r", Label: "the receiver", Detail: msg.places.Receiver + ", where it listens now; as it came"},
	}}
	return s.Choose(menu, func(item string) tea.Cmd {
		if item == toReceiver {
			return s.replayToReceiver(msg)
		}
		return s.replayToWebhook(msg)
	})
}

// replayToWebhook sends the bytes to the receipt's webhook as a new event.
func (s *common) replayToWebhook(msg placesMsg) tea.Cmd {
	store := s.Store
	sent := screen.Queue(s.Context, func(ctx context.Context) ([]storage.Delivery, error) { return fire.Replay(ctx, store, msg.receipt.ID) })
	return tea.Batch(sent, screen.Say(screen.Info("replayed to "+msg.places.Lead())), warnOfReplay(msg.receipt))
}

// replayToReceiver sends the bytes to the built-in receiver, wherever the webhook leads.
func (s *common) replayToReceiver(msg placesMsg) tea.Cmd {
	ctx, send, to := s.Context, s.Resend, msg.places.Receiver
	sent := func() tea.Msg {
		attempt, err := send(ctx, msg.receipt, to)
		switch {
		case err != nil:
			return screen.ToastMsg{Toast: screen.Bad("replay: " + screen.OneLine(err))}
		case attempt.ErrorClass != "":
			return screen.ToastMsg{Toast: screen.Bad(fmt.Sprintf("the replay to %s failed: %s", to, attempt.Error))}
		}
		return screen.ToastMsg{Toast: screen.Good(fmt.Sprintf("replayed to %s, as it came: %d", to, attempt.Code))}
	}
	return tea.Batch(sent, warnOfReplay(msg.receipt))
}

// warnOfReplay says what is odd about a replay, if anything is.
func warnOfReplay(r storage.Receipt) tea.Cmd {
	if odd := fire.ReplayWarning(r); odd != "" {
		return screen.Say(screen.Warn(odd))
	}
	return nil
}
