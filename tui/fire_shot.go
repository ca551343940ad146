package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"backchannel/fixtures"
	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// A shot is what one key of the menu fires: one event, a message's whole life, an event
// that misbehaves, or many of an event.
type shot struct {
	webhook   storage.Webhook
	channel   storage.Channel
	what      storage.Status // empty: no shot
	variant   string
	life      bool // sent comes first
	misbehave storage.Misbehaviour
	saved     *storage.SavedFixture // instead of the event of that status, if not nil
	count     int                   // more than 1: a burst
	perSecond float64
}

// String says what it is in a few words.
func (s shot) String() string {
	text := string(s.what)
	switch {
	case s.saved != nil:
		text = s.saved.Name
	case s.life:
		text = "sent, then " + text
	case s.misbehave != "":
		text = string(s.misbehave) + " " + text
	}
	if s.variant != "" {
		text += " (" + s.variant + ")"
	}
	if s.count > 1 {
		text = fmt.Sprintf("%s × %s", thousands(int64(s.count)), text)
	}
	return text + ", " + string(s.channel)
}

// events are those of one message, in the order in which they are fired.
func (s shot) events(b fixtures.Builder) ([]storage.Event, error) {
	values, err := b.Values(s.webhook, s.channel, "")
	if err != nil {
		return nil, err
	}
	if s.saved != nil {
		event := fixtures.Renew(*s.saved, s.webhook, values, false)
		event.Channel = s.channel // whatever the bytes say
		return []storage.Event{event}, nil
	}
	var events []storage.Event
	for _, step := range s.steps() {
		fixture, err := fixtures.Find(s.channel, step.what, step.variant)
		if err != nil {
			return nil, err
		}
		event, err := fixture.Build(s.webhook.Revision, values)
		if err != nil {
			return nil, err
		}
		event.Misbehave = s.misbehave
		events = append(events, event)
	}
	return events, nil
}

// steps are the events of a shot.
func (s shot) steps() []shot {
	sent, itself := shot{what: storage.Sent}, shot{what: s.what, variant: s.variant}
	switch {
	case s.life:
		return []shot{sent, itself}
	case s.misbehave == storage.MisbehaveDuplicate:
		return []shot{itself, itself}
	case s.misbehave == storage.MisbehaveOutOfOrder && s.what == storage.Sent:
		return []shot{{what: storage.Delivered}, sent}
	case s.misbehave == storage.MisbehaveOutOfOrder:
		return []shot{itself, sent}
	}
	return []shot{itself}
}

// firedMsg tells what was queued, and what of the message is still to come.
type firedMsg struct {
	shot   shot
	queued []storage.Delivery
	rest   []storage.Event
	err    error
}

func (s *shared) builder() fixtures.Builder { return fixtures.Builder{Now: s.Now, Rand: s.Rand} }

// shoot queues the first event of a shot.
func (s *shared) shoot(of shot) tea.Cmd {
	return func() tea.Msg {
		events, err := of.events(s.builder())
		if err != nil {
			return firedMsg{shot: of, err: err}
		}
		queued, err := s.Store.Fire(s.ctx, of.String(), events[0])
		return firedMsg{shot: of, queued: queued, rest: events[1:], err: err}
	}
}

// orderPatience is how long a message's next event waits until the one before is
// final. Nothing else keeps their order: a webhook's deliveries run side by side.
const orderPatience = 2 * time.Second

// nextMsg says that patience with a delivery has ended.
type nextMsg storage.ID

// release queues the event that waited for a delivery, if there is one.
func (f *firing) release(id storage.ID) tea.Cmd {
	msg, ok := f.waiting[id]
	if !ok {
		return nil
	}
	delete(f.waiting, id)
	s := f.shared
	return func() tea.Msg {
		queued, err := s.Store.Enqueue(s.ctx, msg.rest[0])
		return firedMsg{shot: msg.shot, queued: queued, rest: msg.rest[1:], err: err}
	}
}

// fired tells of what was queued, watches it, and goes on with the message.
func (f *firing) fired(msg firedMsg) tea.Cmd {
	if msg.err != nil {
		return say(bad(refusal(msg.err)))
	}
	followed := f.watch.follow(msg.queued)
	if len(msg.rest) == 0 {
		return followed
	}
	id := msg.queued[0].ID
	f.waiting[id] = msg
	if !f.shared.status.alive || msg.shot.webhook.State == storage.Paused {
		return tea.Batch(followed, f.release(id)) // it would wait in vain
	}
	return tea.Batch(followed, tea.Tick(orderPatience, func(time.Time) tea.Msg { return nextMsg(id) }))
}

// refusal is an error on one line.
func refusal(err error) string {
	var fields storage.FieldErrors
	if !errors.As(err, &fields) {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	reasons := make([]string, len(fields))
	for i, f := range fields {
		reasons[i] = f.Field + ": " + f.Reason
	}
	return strings.Join(reasons, "; ")
}

// watchAfter queues something by other means than a shot, and watches it like one.
func (f *firing) watchAfter(queue func(context.Context) ([]storage.Delivery, error)) tea.Cmd {
	s := f.shared
	return func() tea.Msg {
		queued, err := queue(s.ctx)
		return firedMsg{queued: queued, err: err}
	}
}
