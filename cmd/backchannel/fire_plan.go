package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/storage"
)

// A plan is what to fire: for each request and recipient one message, and for each
// message the shots, in their order.
type plan struct {
	webhook    storage.Webhook
	channel    storage.Channel
	shots      []shot
	to         string
	recipients int
	count      int
	perSecond  float64
	builder    fixtures.Builder
}

// A shot is one event of a message.
type shot struct {
	fixture   fixtures.Fixture
	saved     *storage.SavedFixture // instead of the fixture, if not nil
	readdress bool                  // a saved fixture's event goes to another recipient
	misbehave storage.Misbehaviour
	body      []byte // instead of the fixture's, if not nil
	edits     []edit
}

// String says what is fired in a few words.
func (p plan) String() string {
	words := make([]string, len(p.shots))
	for i, s := range p.shots {
		words[i] = s.String()
	}
	text := strings.Join(words, ", then ") + ", " + string(p.channel)
	if n := p.count * p.recipients; n > 1 {
		return fmt.Sprintf("%d × %s", n, text)
	}
	return text
}

func (s shot) String() string {
	text := string(s.fixture.Status)
	switch {
	case s.saved != nil:
		text = s.saved.Name
	case s.fixture.Variant != "":
		text += " (" + s.fixture.Variant + ")"
	}
	if s.misbehave != "" {
		text = string(s.misbehave) + " " + text
	}
	return text
}

// An edit is one --set.
type edit struct {
	pointer string
	value   json.RawMessage
}

// maxCount bounds a burst that a slip of the finger makes.
const maxCount = 1_000_000

// plan reads the flags and reports everything that is wrong with them at once. That
// includes what only building an event can tell.
func (a *app) plan(w storage.Webhook, what string, saved *storage.SavedFixture, flags fireFlags) (plan, error) {
	p := parser{given: func(string) bool { return true }, bad: a.unread}
	made := plan{
		webhook: w, to: flags.to, recipients: flags.recipients, count: flags.count,
		builder: fixtures.Builder{Now: a.now},
	}
	if flags.count < 1 || flags.count > maxCount {
		p.add("count", "%d is out of range; use 1 to %d", flags.count, maxCount)
	}
	if flags.timeout <= 0 {
		p.add("timeout", "%s is no time to wait; use 30s, say", flags.timeout)
	}
	p.rate("rate", &made.perSecond, flags.rate)
	if saved != nil {
		p.savedAlone(*saved, &flags)
	}
	made.channel = p.channel(w, flags.channel)
	misbehave := p.misbehave(w, flags.misbehave)
	if what == lifecycle && (misbehave == storage.MisbehaveDuplicate || misbehave == storage.MisbehaveOutOfOrder) {
		p.add("misbehave", "%s is about one event; fire that instead of %s", misbehave, lifecycle)
	}
	edits := p.edits(flags.set)
	body := a.readBody(&p, flags.body)
	made.shots = p.shots(saved, what, made.channel, flags.variant, misbehave)
	for i := range made.shots {
		s := &made.shots[i]
		s.misbehave, s.edits, s.readdress = misbehave, edits, flags.to != "" || flags.recipients > 1
		if i == 0 || misbehave == storage.MisbehaveDuplicate {
			s.body = body
		}
	}
	if _, err := made.values(); err != nil {
		p.addAll("event", err)
	}
	return made, p.try(made)
}

// channel is the one that is named, else the webhook's first.
func (p *parser) channel(w storage.Webhook, name string) storage.Channel {
	channel := storage.Channel(strings.ToLower(name))
	switch {
	case name == "" && len(w.Channels) > 0:
		return w.Channels[0]
	case !channel.Known():
		p.add("channel", "%q is unknown; use %s", name, listed(storage.Channels()))
		return w.Channels[0]
	case !w.Has(channel):
		p.add("channel", "webhook %s has no channel %s; it has %s", w.Name, channel, listed(w.Channels))
	}
	return channel
}

func (p *parser) misbehave(w storage.Webhook, kind string) storage.Misbehaviour {
	m := storage.Misbehaviour(kind)
	switch {
	case kind == "":
	case !slices.Contains(storage.Misbehaviours(), m):
		p.add("misbehave", "%q is unknown; use %s", kind, listed(storage.Misbehaviours()))
		return ""
	case m.NeedsJWT() && w.Auth.Type != storage.AuthJWT:
		p.add("misbehave", "%s needs a token, and webhook %s has no JWT authentication", m, w.Name)
	}
	return m
}

func (p *parser) edits(texts []string) (edits []edit) {
	for i, text := range texts {
		pointer, value, found := strings.Cut(text, "=")
		if !found {
			p.add(fmt.Sprintf("set[%d]", i), "%q has no equals sign; write /POINTER=JSON", text)
			continue
		}
		edits = append(edits, edit{pointer, json.RawMessage(value)})
	}
	return edits
}

// readBody reads --body and makes it compact; every key and number stays as it is.
func (a *app) readBody(p *parser, path string) []byte {
	if path == "" {
		return nil
	}
	text, err := a.readFile("body", path)
	if err != nil {
		p.addAll("event", err)
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		p.add("body", "%s is no JSON: %v", path, err)
		return nil
	}
	return compact.Bytes()
}

// try builds one message's events, to learn of edits that lead nowhere before anything
// is queued.
func (p *parser) try(made plan) error {
	if len(p.bad) > 0 {
		return p.bad
	}
	values, err := made.values()
	if err != nil {
		return err
	}
	for _, s := range made.shots {
		if _, err := s.event(made.webhook, values[0]); err != nil {
			return err
		}
	}
	return nil
}

// events is how many the plan comes to.
func (p plan) events() int { return len(p.shots) * p.recipients * p.count }

// values are those of one new request.
func (p plan) values() ([]fixtures.Values, error) {
	return p.builder.Recipients(p.webhook, p.channel, p.to, p.recipients)
}

// untouched is the shot before anybody changes it.
func (s shot) untouched(w storage.Webhook, v fixtures.Values) (storage.Event, error) {
	if s.saved != nil {
		return fixtures.Renew(*s.saved, w, v, s.readdress), nil
	}
	return s.fixture.Build(w.Revision, v)
}

// event builds the shot at one message.
func (s shot) event(w storage.Webhook, v fixtures.Values) (storage.Event, error) {
	event, err := s.untouched(w, v)
	if err != nil {
		return event, err
	}
	if s.body != nil {
		event = fixtures.Amend(event, s.body)
	}
	for i, e := range s.edits {
		payload, err := fixtures.Set(event.Payload, e.pointer, e.value)
		if err != nil {
			return event, invalid(fmt.Sprintf("set[%d]", i), "%v", err)
		}
		event = fixtures.Amend(event, payload)
	}
	event.Misbehave = s.misbehave
	return event, nil
}
