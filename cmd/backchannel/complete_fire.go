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
func firedNames(q completionRequest) []candidate {
	return append(candidates(fire.Names()...), savedNames(q)...)
}

// firedSpec returns what the command line fires so far, at the webhook that it names or at one with
// every channel.
func (q completionRequest) firedSpec() fire.Spec {
	spec := fire.Spec{
		Webhook: storage.NewWebhook(), Channel: storage.Channel(q.given("channel")), Variant: q.given("variant"),
		Recipients: 1, Count: 1,
	}
	// Without a webhook on the line yet, every channel is possible.
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

// firedRecords are the records of the store that the command line names. Each is nil if it names
// none.
type firedRecords struct {
	webhook *storage.Webhook
	fixture *storage.SavedFixture
}

// firedRecords reads the records. It ignores a webhook that does not exist, because its name may
// not be finished yet.
func (q completionRequest) firedRecords(ctx context.Context, store completionStore) (found firedRecords, err error) {
	if w, err := findWebhook(ctx, store, q.given("webhook")); err == nil {
		found.webhook = &w
	}
	if len(q.args) > 0 {
		found.fixture, err = savedFixture(ctx, store, q.args[0])
	}
	return found, err
}

// firedChannels completes the channels of the webhook.
func firedChannels(q completionRequest) []candidate {
	return candidates(q.firedSpec().Webhook.Channels...)
}

// firedVariants completes the variants of the event on its channel. The variants of a lifecycle are
// those of the bounce with which it ends.
func firedVariants(q completionRequest) []candidate {
	spec := q.firedSpec()
	if spec.Lifecycle {
		spec.Status = storage.StatusBounce
	}
	return variants(spec.Channel, spec.Status)
}

// variants returns the variants of a channel and status, either of which may be empty for any.
func variants(channel storage.Channel, status storage.Status) (choices []candidate) {
	for _, f := range fixtures.All() {
		known := slices.ContainsFunc(choices, func(c candidate) bool { return c.value == f.VariantName() })
		if known || channel != "" && f.Channel != channel || status != "" && f.Status != status {
			continue
		}
		choices = append(choices, candidate{f.VariantName(), f.Label()})
	}
	return choices
}

// setPointers completes JSON Pointers into the payload of the event, described by their values.
// After a pointer and "=" it completes the present value, for a person to edit.
func setPointers(q completionRequest) (choices []candidate) {
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
			return []candidate{{value: at + "=" + string(value)}}
		case !typed:
			choices = append(choices, candidate{at + "=", shortened(value)})
		}
	}
	return choices
}

// shortened truncates a value to the length of a description.
func shortened(value json.RawMessage) string {
	const limit = 40
	if text := []rune(string(value)); len(text) > limit {
		return string(text[:limit]) + "…"
	}
	return string(value)
}
