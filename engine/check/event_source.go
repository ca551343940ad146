package check

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"backchannel/engine"
	"backchannel/fixtures"
	"backchannel/storage"
)

// An eventSource makes the events of a run: valid ones for the webhook, and changed ones. The
// suite never names a real person: example.com is reserved (RFC 2606 §3), and 555-01xx numbers are
// fictitious.
type eventSource struct {
	webhook *storage.Webhook
	builder fixtures.Builder
	slow    time.Duration
}

const (
	mailbox = "recipient@example.com"
	phone   = "+15550100100"
)

func newEventSource(w *storage.Webhook) *eventSource { return &eventSource{webhook: w, slow: slowBody} }

// seeded sets the clock and the random numbers from which events are made.
func (s *eventSource) seeded(now func() time.Time, random io.Reader) *eventSource {
	s.builder = fixtures.Builder{Now: now, Rand: random}
	return s
}

// channel returns the channel for cases that are not about channels: email if the webhook has it,
// because some changes apply only to an email address.
func (s *eventSource) channel() storage.Channel {
	if s.webhook.Has(storage.Email) || len(s.webhook.Channels) == 0 {
		return storage.Email
	}
	return s.webhook.Channels[0]
}

// address returns the suite's recipient on a channel.
func address(channel storage.Channel) string {
	if channel == storage.SMS {
		return phone
	}
	return mailbox
}

func (s *eventSource) values(channel storage.Channel) (fixtures.Values, error) {
	return s.builder.Values(*s.webhook, channel, address(channel))
}

// event returns a valid event of a fixture.
func (s *eventSource) event(f fixtures.Fixture, revision storage.Revision) (storage.Event, error) {
	v, err := s.values(f.Channel)
	if err != nil {
		return storage.Event{}, err
	}
	return f.Build(revision, v)
}

// withStatus returns a valid event with a status.
func (s *eventSource) withStatus(status storage.Status) (storage.Event, error) {
	f, err := fixtures.Find(s.channel(), status, "")
	if err != nil {
		return storage.Event{}, err
	}
	return s.event(f, s.webhook.Revision)
}

// message returns events of one message, in the order of the statuses.
func (s *eventSource) message(statuses ...storage.Status) ([]storage.Event, error) {
	v, err := s.values(s.channel())
	if err != nil {
		return nil, err
	}
	return s.eventsOf(v, statuses...)
}

// eventsOf returns the events of a message with the given values, in the order of the statuses.
func (s *eventSource) eventsOf(v fixtures.Values, statuses ...storage.Status) (all []storage.Event, err error) {
	for _, status := range statuses {
		f, err := fixtures.Find(s.channel(), status, "")
		if err != nil {
			return nil, err
		}
		e, err := f.Build(s.webhook.Revision, v)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// inTurn sends the events one after another.
func inTurn(events []storage.Event, err error) ([]round, error) {
	var rounds []round
	for _, e := range events {
		rounds = append(rounds, round{{event: e}})
	}
	return rounds, err
}

func atOnce(events []storage.Event, err error) ([]round, error) {
	var all round
	for _, e := range events {
		all = append(all, request{event: e})
	}
	return []round{all}, err
}

// single sends one valid event, with the request varied as v says.
func single(v engine.Variation) plan {
	return func(s *eventSource) ([]round, error) {
		e, err := s.withStatus(storage.StatusSent)
		return []round{{{event: e, v: v}}}, err
	}
}

// changed sends one event with changes to its payload.
func changed(status storage.Status, changes ...change) plan {
	return func(s *eventSource) ([]round, error) {
		e, err := s.withStatus(status)
		if err != nil {
			return nil, err
		}
		e, err = amend(e, changes)
		return []round{{{event: e}}}, err
	}
}

// A change replaces one value of a payload.
type change struct {
	pointer string          // JSON Pointer (RFC 6901)
	value   string          // JSON
	channel storage.Channel // empty: it applies to every channel
}

// amend returns the event with the changes. It keeps the event's channel even if a change removes
// what the channel is recognized by.
func amend(e storage.Event, changes []change) (storage.Event, error) {
	payload := e.Payload
	for _, c := range changes {
		if c.channel != "" && c.channel != e.Channel {
			continue
		}
		var err error
		if payload, err = fixtures.Set(payload, c.pointer, json.RawMessage(c.value)); err != nil {
			return e, fmt.Errorf("change %s: %w", c.pointer, err)
		}
	}
	channel := e.Channel
	e = fixtures.Amend(e, payload)
	e.Channel = channel
	return e, nil
}

// raw sends the body that build makes from a valid event. The body need not be a valid event.
func raw(build func(valid []byte) []byte) plan {
	return func(s *eventSource) ([]round, error) {
		e, err := s.withStatus(storage.StatusSent)
		if err != nil {
			return nil, err
		}
		e.Payload = build(slices.Clone(e.Payload))
		return []round{{{event: e}}}, nil
	}
}
