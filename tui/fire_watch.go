package tui

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

	tea "github.com/charmbracelet/bubbletea"
)

// watch tells how deliveries end that were queued here. Each has one toast, which
// changes with it.
type watch struct {
	shared  *shared
	looking query[[]storage.Delivery]
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

func toastID(id storage.ID) string { return "delivery " + id.String() }

// deliveryName is an event and where it goes.
func deliveryName(d storage.Delivery) string {
	name := fmt.Sprintf("%s, %s → %s", d.Status, d.Channel, d.Webhook)
	if d.Misbehave != "" {
		return string(d.Misbehave) + " " + name
	}
	return name
}

// look reads the deliveries that are watched.
func (w *watch) look() tea.Cmd {
	if len(w.open) == 0 {
		return nil
	}
	ids, read := slices.Clone(w.open), w.shared.Store.Delivery
	return w.looking.ask(func(ctx context.Context) ([]storage.Delivery, error) {
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
	a, fresh, cmd := w.looking.take(msg)
	if !fresh {
		return cmd
	}
	cmds := []tea.Cmd{cmd}
	for _, d := range a.value {
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
func (s *shared) tellOutcome(d storage.Delivery) tea.Cmd {
	switch d.State {
	case storage.StateDelivered:
		return sayOf(d, good(fmt.Sprintf("%s delivered: %d in %s", deliveryName(d), d.Code, duration(d.Latency()))))
	case storage.Failed:
		return s.tellFailure(d)
	case storage.Cancelled:
		return sayOf(d, info(deliveryName(d)+" cancelled"))
	case storage.Retrying:
		return sayOf(d, warn(fmt.Sprintf("%s retrying %s: %s", deliveryName(d), s.at(d.NextAttemptAt), s.told(d.Error, d.CreatedAt))))
	case storage.Parked:
		return s.tellParked(d)
	case storage.Queued:
		if s.status.read && !s.status.alive {
			return sayOf(d, warn(deliveryName(d)+" queued, but nobody delivers now"))
		}
		return sayOf(d, info(deliveryName(d)+" queued"))
	}
	return nil
}

func sayOf(d storage.Delivery, toast component.Toast) tea.Cmd {
	toast.ID = toastID(d.ID)
	return say(toast)
}

func (s *shared) tellParked(d storage.Delivery) tea.Cmd {
	return func() tea.Msg {
		reason, err := s.parkedReason(s.ctx, d)
		if err != nil {
			return toastMsg{bad(err.Error())}
		}
		toast := warn(fmt.Sprintf("%s parked: %s", deliveryName(d), s.explainParked(reason, s.at)))
		toast.ID = toastID(d.ID)
		return toastMsg{toast}
	}
}

func (s *shared) tellFailure(d storage.Delivery) tea.Cmd {
	return func() tea.Msg {
		why := s.told(d.Error, d.CreatedAt)
		if receipts, err := s.Store.ReceiptsOfDelivery(s.ctx, d.ID); err == nil && len(receipts) > 0 {
			last := receipts[len(receipts)-1]
			why = cmp.Or(s.localTimes(firstFailure(last.Verdicts), last.ReceivedAt), why)
		}
		if code := strconv.Itoa(d.Code); d.Code != 0 && !strings.Contains(why, code) {
			why = code + ", " + why
		}
		if d.Code == http.StatusGone && !strings.Contains(why, activateAdvice) {
			why += "; " + d.Webhook + " is paused now: " + activateAdvice
		}
		toast := bad(fmt.Sprintf("%s failed: %s", deliveryName(d), why))
		toast.ID = toastID(d.ID)
		return toastMsg{toast}
	}
}

// firstFailure says which verdict failed, and why; empty when none did.
func firstFailure(v storage.Verdicts) string {
	for _, verdict := range v.List() {
		switch {
		case verdict.Result != storage.Fail:
		case strings.HasPrefix(verdict.Reason, verdict.Name+":"):
			return verdict.Reason
		default:
			return verdict.Name + ": " + verdict.Reason
		}
	}
	return ""
}
