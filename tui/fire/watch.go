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

// watch tells how deliveries end that were queued here. Each has one toast, which
// changes with it.
type watch struct {
	shared  *common
	looking screen.Query[[]storage.Delivery]
	open    []storage.ID          // not final yet, oldest first
	told    map[storage.ID]string // what the toast says
}

// mostWatched bounds how many are watched at once.
const mostWatched = 20

// follow watches deliveries that were just queued, and tells how they stand.
func (w *watch) follow(queued []storage.Delivery) tea.Cmd {
	for _, d := range queued {
		w.open = append(w.open, d.ID)
	}
	w.open = w.open[max(0, len(w.open)-mostWatched):]
	return w.look()
}

// look reads the deliveries that are watched.
func (w *watch) look() tea.Cmd {
	if len(w.open) == 0 {
		return nil
	}
	ids, read := slices.Clone(w.open), w.shared.Store.Delivery
	return w.looking.Ask(func(ctx context.Context) ([]storage.Delivery, error) {
		var all []storage.Delivery
		for _, id := range ids {
			if d, err := read(ctx, id); err == nil {
				all = append(all, d)
			}
		}
		return all, nil
	})
}

// Update tells what changed.
func (w *watch) Update(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := w.looking.Take(msg)
	if !fresh {
		return cmd
	}
	cmds := []tea.Cmd{cmd}
	for _, d := range a.Value {
		at := slices.Index(w.open, d.ID)
		if at < 0 {
			continue
		}
		if state := fmt.Sprint(d.State, d.Attempts); w.told[d.ID] != state {
			w.tell(d.ID, state)
			cmds = append(cmds, w.shared.tellOutcome(d))
		}
		if d.State.Final() {
			w.open = slices.Delete(w.open, at, at+1)
			delete(w.told, d.ID)
		}
	}
	return tea.Batch(cmds...)
}

func (w *watch) tell(id storage.ID, state string) {
	if w.told == nil {
		w.told = map[storage.ID]string{}
	}
	w.told[id] = state
}

// tellOutcome says how a delivery stands. Why it failed, the built-in receiver knows
// best, if it was that one that refused it.
func (s *common) tellOutcome(d storage.Delivery) tea.Cmd {
	switch d.State {
	case storage.StateDelivered:
		return sayOf(d, screen.Good(fmt.Sprintf("%s delivered: %d in %s", screen.DeliveryName(d), d.Code, screen.Duration(d.Latency()))))
	case storage.Failed:
		return s.tellFailure(d)
	case storage.Cancelled:
		return sayOf(d, screen.Info(screen.DeliveryName(d)+" cancelled"))
	case storage.Retrying:
		return sayOf(d, screen.Warn(fmt.Sprintf("%s retrying %s: %s", screen.DeliveryName(d), s.At(d.NextAttemptAt), s.Translate(d.Error, d.CreatedAt))))
	case storage.Parked:
		return s.tellParked(d)
	case storage.Queued:
		if s.Status.Read && !s.Status.Alive {
			return sayOf(d, screen.Warn(screen.DeliveryName(d)+" queued, but nobody delivers now"))
		}
		return sayOf(d, screen.Info(screen.DeliveryName(d)+" queued"))
	}
	return nil
}

func sayOf(d storage.Delivery, toast component.Toast) tea.Cmd {
	toast.ID = screen.ToastID(d.ID)
	return screen.Say(toast)
}

func (s *common) tellParked(d storage.Delivery) tea.Cmd {
	return func() tea.Msg {
		reason, err := screen.ParkedReason(s.Context, s.Store, d)
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad(err.Error())}
		}
		toast := screen.Warn(fmt.Sprintf("%s parked: %s", screen.DeliveryName(d), s.ExplainParked(reason, s.At)))
		toast.ID = screen.ToastID(d.ID)
		return screen.ToastMsg{Toast: toast}
	}
}

func (s *common) tellFailure(d storage.Delivery) tea.Cmd {
	return func() tea.Msg {
		why := s.Translate(d.Error, d.CreatedAt)
		if receipts, err := s.Store.ReceiptsOfDelivery(s.Context, d.ID); err == nil && len(receipts) > 0 {
			last := receipts[len(receipts)-1]
			why = cmp.Or(s.LocalTimes(screen.FirstFailure(last.Verdicts), last.ReceivedAt), why)
		}
		if code := strconv.Itoa(d.Code); d.Code != 0 && !strings.Contains(why, code) {
			why = code + ", " + why
		}
		if d.Code == http.StatusGone && !strings.Contains(why, screen.ActivateAdvice) {
			why += "; " + d.Webhook + " is paused now: " + screen.ActivateAdvice
		}
		toast := screen.Bad(fmt.Sprintf("%s failed: %s", screen.DeliveryName(d), why))
		toast.ID = screen.ToastID(d.ID)
		return screen.ToastMsg{Toast: toast}
	}
}
