package receiver

import (
	"context"
	"fmt"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/resend"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A replayer sends receipts again.
type replayer struct {
	env   *screen.Env
	store resend.Store
	// resend is Actions.Resend.
	resend func(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error)
}

// A replay is a receipt and the URLs to which it can be sent again.
type replay struct {
	receipt storage.Receipt
	places  fire.Places
}

// start finds out where a receipt can be sent again, and then sends it or asks.
func (r replayer) start(row storage.Receipt) tea.Cmd {
	return screen.ReadThen(r.env, func(ctx context.Context) (x replay, err error) {
		if x.receipt, err = r.store.Receipt(ctx, row.ID); err != nil {
			return x, err
		}
		x.places, err = fire.PlacesOf(ctx, r.store, x.receipt)
		return x, err
	}, r.offer)
}

// The items of the menu of URLs.
const (
	toWebhook  = "webhook"
	toReceiver = "receiver"
)

// offer sends the receipt again. If its webhook's URL is not that of the built-in receiver, it first asks
// which of the two is meant.
func (r replayer) offer(x replay, err error) tea.Cmd {
	switch {
	case err != nil:
		return screen.Say(screen.Bad("replay: " + screen.OneLine(err)))
	case !x.places.Elsewhere || x.places.Receiver == "" || r.resend == nil:
		return r.toWebhook(x)
	}
	menu := component.Menu{Title: "Replay the receipt to", Details: []component.MenuItem{
		{ID: toWebhook, Key: "w", Label: x.places.Webhook.Name, Detail: x.places.URL + ", its URL now; a new delivery, " + fire.HowSigned(x.places.Webhook)},
		{ID: toReceiver, Key: "r", Label: "the receiver", Detail: x.places.Receiver + ", its URL now; unchanged"},
	}}
	return r.env.Choose(menu, func(item string) tea.Cmd {
		if item == toReceiver {
			return r.toReceiver(x)
		}
		return r.toWebhook(x)
	})
}

// toWebhook sends the bytes to the receipt's webhook as a new event.
func (r replayer) toWebhook(x replay) tea.Cmd {
	sent := screen.Queue(r.env.Context, func(ctx context.Context) ([]storage.Delivery, error) {
		return fire.Replay(ctx, r.store, x.receipt.ID)
	})
	return tea.Batch(sent, screen.Say(screen.Info("replayed to "+x.places.Lead())), warnOfReplay(x.receipt))
}

// toReceiver sends the bytes to the built-in receiver, whatever the webhook's URL is. It makes an attempt
// without a delivery, because deliveries of the webhook go to its URL.
func (r replayer) toReceiver(x replay) tea.Cmd {
	ctx, to, sender := r.env.Context, x.places.Receiver, fire.SenderOf(x.receipt)
	sender.URL = to
	sent := func() tea.Msg {
		attempt, err := r.resend(ctx, x.receipt, sender)
		switch {
		case err != nil:
			return screen.ToastMsg{Toast: screen.Bad("replay: " + screen.OneLine(err))}
		case attempt.ErrorClass != "":
			return screen.ToastMsg{Toast: screen.Bad(fmt.Sprintf("the replay to %s failed: %s", to, attempt.Error))}
		}
		return screen.ToastMsg{Toast: screen.Good(fmt.Sprintf("replayed unchanged to %s: %d", to, attempt.Code))}
	}
	return tea.Batch(sent, warnOfReplay(x.receipt))
}

// warnOfReplay shows why a replay will be answered differently, if it will.
func warnOfReplay(r storage.Receipt) tea.Cmd {
	if odd := fire.ReplayWarning(r); odd != "" {
		return screen.Say(screen.Warn(odd))
	}
	return nil
}
