package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/file"
	"backchannel/storage/inventory"
)

// A resendStore is the part of a store that is needed to send a receipt or a delivery again.
type resendStore interface {
	fire.ReplayStore
	fire.PlaceStore
	inventory.FindStore
	storage.RuntimeStore
	storage.ParkedStore
}

// resendFlags are the flags that change what a replay sends.
type resendFlags struct {
	to, webhook, body string
	headers           []string
	resign, asItCame  bool
}

// register adds the flags. A delivery has the same ones as a receipt.
func (v *resendFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.to, "to", "", "send to this `URL` instead of the webhook, or to @receiver")
	f.StringVar(&v.webhook, "webhook", "", "send to another webhook, by `NAME`")
	f.StringArrayVar(&v.headers, "header", nil, "replace a header, as `NAME: VALUE`, or without a value remove it; may be repeated")
	f.StringVar(&v.body, "body", "", "send the contents of `FILE` instead; - is stdin")
	f.BoolVar(&v.resign, "resign", false, "with --to: send as the webhook would, with a new token; without --to that is always so")
	f.BoolVar(&v.asItCame, "as-it-came", false, "send the original headers, including the old token, even to a webhook")
	needValues(f, "to", "webhook", "body")
	cmd.MarkFlagsMutuallyExclusive("resign", "as-it-came")
	cmd.MarkFlagsMutuallyExclusive("to", "webhook")
}

// changes reports whether more than the URL is changed.
func (v *resendFlags) changes() bool {
	return v.webhook != "" || v.body != "" || len(v.headers) > 0 || v.asItCame
}

// again returns how the flags say to send the payload again.
func (v *resendFlags) again(ctx context.Context, s *session, store resendStore, of storage.Receipt) (fire.Resend, error) {
	// --to alone reproduces the request elsewhere, so it sends the headers that arrived.
	a := fire.Resend{Of: of, URL: v.to, OriginalHeaders: v.asItCame || v.to != "" && !v.resign}
	var bad storage.FieldErrors
	for _, text := range v.headers {
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			bad = append(bad, storage.FieldError{Field: "header", Reason: `"` + text + `" has no colon; write NAME: VALUE`})
		}
		a.Headers = append(a.Headers, storage.HeaderField{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	if v.body != "" {
		body, err := file.ReadNamed(ctx, v.body, s.in, maxReplayBody)
		if err != nil {
			bad = append(bad, storage.FieldError{Field: "body", Reason: err.Error()})
		}
		a.Body = body
	}
	if v.webhook != "" {
		w, err := findWebhook(ctx, store, v.webhook)
		if err != nil {
			return a, err
		}
		a.To = w
	}
	return a, append(bad, a.Validate(ctx, s.rules())...).Err()
}

// maxReplayBody is the size of the largest body that can be sent, in bytes: the largest that the
// receiver keeps.
const maxReplayBody = 1 << 20

// resend sends a receipt or a delivery as the flags say.
func (s *session) resend(ctx context.Context, store resendStore, of storage.Receipt, v *resendFlags) error {
	a, err := v.again(ctx, s, store, of)
	if err != nil {
		return err
	}
	if a.Queued() {
		return s.queueResend(ctx, store, a)
	}
	r, sender, err := a.Request(ctx, store)
	if errors.Is(err, fire.ErrNoTarget) {
		return usagef("%s was for no webhook; send it to one with --webhook NAME, or elsewhere with --to URL", of.ID)
	}
	if err != nil {
		return err
	}
	// The attempt is made here and not by the engine, so it also works while no engine is running.
	attempt, err := resender{s}.resend(ctx, r, sender)
	if err != nil {
		return err
	}
	shown := storage.WithoutTokens(sender.URL)
	how := asItCame
	if !a.OriginalHeaders {
		how = fire.HowSigned(sender)
	}
	s.note("replayed to %s: %d bytes of %s, in one attempt, %s", shown, len(r.Body), of.ID, how)
	made := replay{of.ID, shown, fmt.Sprintf("%x", sha256.Sum256(r.Body)), !a.OriginalHeaders && sender.Auth.Type == storage.AuthJWT, export.OfAttempt(attempt)}
	return s.showReplay(of.ID.String(), made, attempt)
}

// queueResend queues what is to be sent as a new event of a webhook.
func (s *session) queueResend(ctx context.Context, store resendStore, a fire.Resend) error {
	w := a.To
	if w.ID == 0 {
		var err error
		if w, err = fire.Target(ctx, store, a.Of); err != nil {
			return suggest(err, a.Of, "send it to another with --webhook NAME, or elsewhere with --to URL")
		}
	}
	parked, err := s.whyWillPark(ctx, store, w)
	if err != nil {
		return err
	}
	deliveries, err := a.Queue(ctx, store)
	if err != nil {
		return err
	}
	s.note("replayed to %s: the body of %s, %s", w.Name, a.Of.ID, fire.HowSigned(w))
	if err := s.noteFired(ctx, store, parked); err != nil {
		return err
	}
	return s.showDelivery(asParked(deliveries, parked != "")[0])
}
