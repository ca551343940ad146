package fire

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A watch shows the outcomes of deliveries that were queued in this console. Each delivery has one toast, which is
// updated when its state changes.
type watch struct {
	env   *screen.Env
	store Store
	query screen.Query[[]storage.Delivery]
	open  []storage.ID          // not final yet, the oldest first
	shown map[storage.ID]string // the states that the toasts show
}

// maxWatched limits how many deliveries are watched at once, because each change reads every one of them separately.
// When there are more, the oldest are no longer watched.
const maxWatched = 20

// follow watches deliveries that have just been queued, and shows their states.
func (w *watch) follow(queued []storage.Delivery) tea.Cmd {
	for _, d := range queued {
		w.open = append(w.open, d.ID)
	}
	w.open = w.open[max(0, len(w.open)-maxWatched):]
	return w.read()
}

// read reads the watched deliveries. It skips one that cannot be read, such as a deleted one, so that the others are
// still reported.
func (w *watch) read() tea.Cmd {
	if len(w.open) == 0 {
		return nil
	}
	ids, read := slices.Clone(w.open), w.store.Delivery
	return w.query.Ask(func(ctx context.Context) ([]storage.Delivery, error) {
		var all []storage.Delivery
		for _, id := range ids {
			if d, err := read(ctx, id); err == nil {
				all = append(all, d)
			}
		}
		return all, nil
	})
}

// Update shows the changed states. It compares the number of attempts too, so that each retry is shown.
func (w *watch) Update(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := w.query.Take(msg)
	if !fresh {
		return cmd
	}
	cmds := []tea.Cmd{cmd}
	for _, d := range a.Value {
		at := slices.Index(w.open, d.ID)
		if at < 0 {
			continue
		}
		if state := fmt.Sprint(d.State, d.Attempts); w.shown[d.ID] != state {
			w.remember(d.ID, state)
			cmds = append(cmds, w.report(d))
		}
		if d.State.Final() {
			w.open = slices.Delete(w.open, at, at+1)
			delete(w.shown, d.ID)
		}
	}
	return tea.Batch(cmds...)
}

// remember notes the state that a delivery's toast shows.
func (w *watch) remember(id storage.ID, state string) {
	if w.shown == nil {
		w.shown = map[storage.ID]string{}
	}
	w.shown[id] = state
}

// report shows the state of a delivery.
func (w *watch) report(d storage.Delivery) tea.Cmd {
	switch d.State {
	case storage.StateDelivered:
		return say(d, screen.Good(fmt.Sprintf("%s delivered: %d in %s", screen.DeliveryName(d), d.Code, screen.Duration(d.Latency()))))
	case storage.Failed:
		return w.reportFailure(d)
	case storage.Cancelled:
		return say(d, screen.Info(screen.DeliveryName(d)+" cancelled"))
	case storage.Retrying:
		return say(d, screen.Warn(fmt.Sprintf("%s retrying %s: %s", screen.DeliveryName(d), w.env.At(d.NextAttemptAt), w.env.Translate(d.Error, d.CreatedAt))))
	case storage.Parked:
		return w.reportParked(d)
	case storage.Queued:
		if w.env.Status.Read && !w.env.Status.Alive {
			return say(d, screen.Warn(screen.DeliveryName(d)+" queued, but no engine is running"))
		}
		return say(d, screen.Info(screen.DeliveryName(d)+" queued"))
	}
	return nil
}

// say shows a toast about a delivery, which replaces the one before.
func say(d storage.Delivery, toast component.Toast) tea.Cmd {
	return screen.Say(screen.NamingDelivery(toast, d.ID))
}

// reportParked shows why a delivery is parked. That takes a query, so it is done in a command.
func (w *watch) reportParked(d storage.Delivery) tea.Cmd {
	return func() tea.Msg {
		reason, err := screen.ParkedReason(w.env.Context, w.store, d)
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad(err.Error())}
		}
		toast := screen.Warn(fmt.Sprintf("%s parked: %s", screen.DeliveryName(d), w.env.ExplainParked(reason, w.env.At)))
		return screen.ToastMsg{Toast: screen.NamingDelivery(toast, d.ID)}
	}
}

// reportFailure shows why a delivery failed. If the built-in receiver rejected it, it shows the failed verdict, which
// says more than the status code. A 410 Gone also pauses the webhook, which it adds unless the error already says so.
func (w *watch) reportFailure(d storage.Delivery) tea.Cmd {
	return func() tea.Msg {
		why := w.env.Translate(d.Error, d.CreatedAt)
		if receipts, err := w.store.ReceiptsOfDelivery(w.env.Context, d.ID); err == nil && len(receipts) > 0 {
			last := receipts[len(receipts)-1]
			why = cmp.Or(w.env.LocalTimes(screen.FirstFailure(last.Verdicts), last.ReceivedAt), why)
		}
		if code := strconv.Itoa(d.Code); d.Code != 0 && !strings.Contains(why, code) {
			why = code + ", " + why
		}
		if d.Code == http.StatusGone && !strings.Contains(why, screen.ActivateAdvice) {
			why += "; " + d.Webhook + " is paused now: " + screen.ActivateAdvice
		}
		toast := screen.Bad(fmt.Sprintf("%s failed: %s", screen.DeliveryName(d), why))
		return screen.ToastMsg{Toast: screen.NamingDelivery(toast, d.ID)}
	}
}
