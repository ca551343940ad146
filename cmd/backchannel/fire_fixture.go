package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// savedFixture is the one of that name, nil when there is none: then what is fired is one
// of the events that are always there.
func savedFixture(ctx context.Context, store *sqlite.Store, name string) (*storage.SavedFixture, error) {
	saved, err := store.SavedFixture(ctx, name)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil //nolint:nilnil // the plan says what there is instead
	}
	return &saved, err
}

// savedAlone refuses what only the fixtures that are always there have, and fires on the
// saved one's channel.
func (p *parser) savedAlone(saved storage.SavedFixture, flags *fireFlags) {
	if flags.variant != "" {
		p.add("variant", "goes with no saved fixture; leave it away")
	}
	if flags.misbehave == string(storage.MisbehaveOutOfOrder) {
		p.add("misbehave", "%s takes two events of one message, and a saved fixture is one; fire a status instead", flags.misbehave)
	}
	if flags.channel != "" && flags.channel != string(saved.Channel) {
		p.add("channel", "saved fixture %s is for %s; leave it away", saved.Name, saved.Channel)
	}
	flags.channel = string(saved.Channel)
}

// shots are the events of one message, in the order in which they are fired.
func (p *parser) shots(saved *storage.SavedFixture, what string, channel storage.Channel, variant string, m storage.Misbehaviour) (shots []shot) {
	if saved != nil {
		shots = []shot{{saved: saved}}
		if m == storage.MisbehaveDuplicate {
			shots = append(shots, shots[0])
		}
		return shots
	}
	for _, f := range p.fixtures(what, channel, variant, m) {
		shots = append(shots, shot{fixture: f})
	}
	return shots
}

// fixtures are the events of one message, in the order in which they are fired.
func (p *parser) fixtures(what string, channel storage.Channel, variant string, m storage.Misbehaviour) []fixtures.Fixture {
	status := storage.Status(what)
	if what != lifecycle && !slices.Contains(storage.Statuses(), status) {
		p.add("event", "%q cannot be fired; use %s, or a saved fixture's name%s", what, strings.Join(fireable(), ", "), didYouMean(what, fireable()))
		return nil
	}
	find := func(status storage.Status, variant string) fixtures.Fixture {
		f, err := fixtures.Find(channel, status, variant)
		if err != nil {
			p.addAll("event", err)
		}
		return f
	}
	sent := func() fixtures.Fixture { return find(storage.Sent, "") }
	switch {
	case what == lifecycle && variant != "":
		return []fixtures.Fixture{sent(), find(storage.Bounce, variant)}
	case what == lifecycle:
		return []fixtures.Fixture{sent(), find(storage.Delivered, "")}
	case m == storage.MisbehaveDuplicate:
		f := find(status, variant)
		return []fixtures.Fixture{f, f}
	case m == storage.MisbehaveOutOfOrder && status == storage.Sent:
		return []fixtures.Fixture{find(storage.Delivered, ""), find(status, variant)}
	case m == storage.MisbehaveOutOfOrder:
		return []fixtures.Fixture{find(status, variant), sent()}
	}
	return []fixtures.Fixture{find(status, variant)}
}
