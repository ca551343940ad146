package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/fixtures/fire"
	"backchannel/storage"
)

// firedNames completes the names of events that can be fired, built-in and saved ones.
func firedNames(q completing) []choice { return append(choicesOf(fire.Names()...), savedNames(q)...) }

// firedSpec returns what the command line fires so far, at the webhook that it names or at one with every channel.
func (q completing) firedSpec() fire.Spec {
	spec := fire.Spec{
		Webhook: storage.NewWebhook(), Channel: storage.Channel(q.given("channel")), Variant: q.given("variant"),
		Recipients: 1, Count: 1,
	}
	spec.Webhook.Channels = storage.Channels()
	stored := peek(q, q.firedRecords)
	if stored.webhook != nil {
		spec.Webhook = *stored.webhook
	}
	if spec.Channel == "" && stored.webhook != nil {
		spec.Channel = spec.Webhook.Channels[0]
	}
	if len(q.args) > 0 {
		spec.Named(q.args[0], stored.fixture)
	}
	return spec
}

// firedRecords are what the command line names of the store; each is nil if it names none.
type firedRecords struct {
	webhook *storage.Webhook
	fixture *storage.SavedFixture
}

func (q completing) firedRecords(ctx context.Context, store completionStore) (found firedRecords, err error) {
	if w, err := findWebhook(ctx, store, q.given("webhook")); err == nil {
		found.webhook = &w
	}
	if len(q.args) > 0 {
		found.fixture, err = savedFixture(ctx, store, q.args[0])
	}
	return found, err
}

// firedChannels completes the channels of the webhook.
func firedChannels(q completing) []choice { return choicesOf(q.firedSpec().Webhook.Channels...) }

// firedVariants completes the variants of the event on its channel. The variants of a lifecycle are those of the bounce
// with which it ends.
func firedVariants(q completing) []choice {
	spec := q.firedSpec()
	if spec.Lifecycle {
		spec.Status = storage.StatusBounce
	}
	return variants(spec.Channel, spec.Status)
}

// variants returns the variants of a channel and status, either of which may be empty for any.
func variants(channel storage.Channel, status storage.Status) (choices []choice) {
	for _, f := range fixtures.All() {
		known := slices.ContainsFunc(choices, func(c choice) bool { return c.value == f.VariantName() })
		if known || channel != "" && f.Channel != channel || status != "" && f.Status != status {
			continue
		}
		choices = append(choices, choice{f.VariantName(), f.Label()})
	}
	return choices
}

// setPointers completes JSON Pointers into the payload of the event, described by their values. After a pointer and "="
// it completes the present value, for a person to edit.
func setPointers(q completing) (choices []choice) {
	plan, err := fire.NewPlan(q.firedSpec(), fixtures.Builder{Now: q.session.now})
	if err != nil {
		return nil
	}
	payload, err := plan.Sample()
	if err != nil {
		return nil
	}
	pointer, _, typed := strings.Cut(q.text, "=")
	for at, value := range fixtures.Pointers(payload) {
		switch {
		case typed && at == pointer:
			return []choice{{value: at + "=" + string(value)}}
		case !typed:
			choices = append(choices, choice{at + "=", shortened(value)})
		}
	}
	return choices
}

// shortened truncates a value to the length of a description.
func shortened(value json.RawMessage) string {
	const most = 40
	if text := []rune(string(value)); len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(value)
}
