package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/file"
	"backchannel/storage/inventory"
	"backchannel/storage/jsontext"
)

// plan finds the webhook and plans what to fire at it. It reports all errors of the flags at once.
// If the webhook does not exist, it uses one with every channel and JWT to find the other errors.
func (s fireSession) plan(ctx context.Context, store fireStore, what string, flags fireFlags) (fire.Plan, error) {
	w, noWebhook := targetWebhook(ctx, store, flags.webhook)
	if noWebhook != nil {
		if code := exitCode(noWebhook); code != exitNotFound && code != exitInvalid {
			return fire.Plan{}, noWebhook
		}
		w = storage.NewWebhook()
		w.Channels, w.Auth.Type = storage.Channels(), storage.AuthJWT
	}
	saved, err := savedFixture(ctx, store, what)
	if err != nil {
		return fire.Plan{}, err
	}
	// Every flag counts as given, because unlike an edit a spec needs all values, also the
	// defaults.
	p := &parser{given: func(string) bool { return true }, bad: slices.Clone(s.flagErrors)}
	spec := s.fireSpec(ctx, p, w, flags)
	if err := ctx.Err(); err != nil { // interrupted while it read stdin
		return fire.Plan{}, err
	}
	var noCampaign error
	spec.Campaign, noCampaign = firedCampaign(ctx, store, flags)
	if noCampaign != nil && exitCode(noCampaign) != exitNotFound {
		return fire.Plan{}, noCampaign
	}
	spec.Named(what, saved)
	plan, err := fire.NewPlan(spec, fixtures.Builder{Now: s.now})
	if err != nil {
		p.addAll("event", err)
	}
	return plan, p.withMissing(missing{"webhook", noWebhook}, missing{"campaign", noCampaign})
}

// A missing is the error about a record that a flag names, which is nil if the record exists.
type missing struct {
	flag string
	err  error
}

// withMissing returns all errors of the flags, including those about missing records. If one
// missing record is the only error, it returns that error itself, which has the exit code of a
// missing record.
func (p *parser) withMissing(records ...missing) error {
	records = slices.DeleteFunc(records, func(m missing) bool { return m.err == nil })
	// Exit code 3 lets a script create the record and try again; a mistake in a flag exits with 2.
	if len(p.bad) == 0 && len(records) == 1 {
		return records[0].err
	}
	for _, m := range records {
		p.bad = append(p.bad, m.field())
	}
	return p.bad.Err()
}

// firedCampaign returns the campaign whose ids the events get, or nil if no campaign is named.
func firedCampaign(ctx context.Context, store fireStore, flags fireFlags) (*storage.Campaign, error) {
	if !flags.given("campaign") {
		return nil, nil //nolint:nilnil // most events have no campaign
	}
	c, err := inventory.FindCampaign(ctx, store, flags.campaign)
	if err != nil {
		return nil, explainMissing(err)
	}
	return &c, nil
}

// fireSpec parses the flags.
func (s fireSession) fireSpec(ctx context.Context, p *parser, w storage.Webhook, flags fireFlags) fire.Spec {
	if flags.timeout <= 0 {
		p.add("timeout", "%s is not a valid time to wait; use 30s, say", flags.timeout)
	}
	flags.checkExpected(p)
	spec := fire.Spec{
		Webhook: w, Channel: storage.Channel(strings.ToLower(flags.channel)), Variant: flags.variant,
		Misbehave: storage.Misbehaviour(flags.misbehave), To: flags.to, Recipients: flags.recipients, Count: flags.count,
	}
	p.rate("rate", &spec.PerSecond, flags.rate)
	spec.Edits = p.edits(flags.set)
	spec.Body = s.readBody(ctx, p, flags.body)
	return spec
}

// checkExpected rejects an invalid --expect-code, and one together with --wait=false.
func (v *fireFlags) checkExpected(p *parser) {
	if !v.given("expect-code") {
		return
	}
	if _, err := fire.ParseAnswer(v.expectCode); err != nil {
		p.add("expect-code", "%v", err)
	}
	if v.given("wait") && !v.wait {
		p.add("wait", "--expect-code waits for the outcome; omit --wait=false")
	}
}

// edits parses the changes of a payload.
func (p *parser) edits(texts []string) (edits []fire.Edit) {
	for i, text := range texts {
		if pointer, value, ok := p.assignment(fmt.Sprintf("set[%d]", i), text); ok {
			edits = append(edits, fire.Edit{Number: i, Pointer: pointer, Value: value})
		}
	}
	return edits
}

// assignment parses /POINTER=JSON. The value is checked when the payload is edited.
func (p *parser) assignment(field, text string) (pointer string, value json.RawMessage, ok bool) {
	pointer, after, found := strings.Cut(text, "=")
	if !found {
		p.add(field, "%q has no equals sign; write /POINTER=JSON", text)
	}
	return pointer, json.RawMessage(after), found
}

// readBody reads --body and removes insignificant white space, as in the payloads of Journey
// Optimizer. Unlike decoding and encoding, this keeps every key and number as it is written.
func (s fireSession) readBody(ctx context.Context, p *parser, path string) []byte {
	if path == "" {
		return nil
	}
	text, err := s.readFile(ctx, "body", path, file.MaxBody)
	if err != nil {
		p.addAll("event", err)
		return nil
	}
	if err := jsontext.Check(text); err != nil {
		p.add("body", "%s %v", path, err)
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		p.add("body", "%s: %v", path, err)
		return nil
	}
	return compact.Bytes()
}

// targetWebhook finds the webhook that --webhook names.
func targetWebhook(ctx context.Context, store inventory.FindStore, name string) (storage.Webhook, error) {
	if name == "" {
		return storage.Webhook{}, invalid("webhook", "is missing; name one with --webhook NAME")
	}
	return findWebhook(ctx, store, name)
}

// field returns the error as one about the flag.
func (m missing) field() storage.FieldError {
	var bad storage.FieldErrors
	if errors.As(m.err, &bad) {
		return bad[0]
	}
	return storage.FieldError{Field: m.flag, Reason: m.err.Error()}
}

// savedFixture returns the saved fixture with the given name, or nil if the name is that of a
// built-in event.
func savedFixture(ctx context.Context, store savedFixtureStore, name string) (*storage.SavedFixture, error) {
	saved, err := store.SavedFixture(ctx, name)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil //nolint:nilnil // the plan reports an unknown name
	}
	return &saved, err
}

// A savedFixtureStore finds a saved fixture.
type savedFixtureStore interface {
	SavedFixture(ctx context.Context, name string) (storage.SavedFixture, error)
}
