package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/engine"
	"backchannel/engine/policy"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
)

func receiptReplayCommand(s receiptSession) *cobra.Command {
	replays := replaySession(s)
	var to string
	var resign bool
	cmd := &cobra.Command{
		Use:   "replay ID",
		Short: "Send a receipt's bytes again",
		Long: "Queues the bytes that arrived as a new event of the webhook that they were for, signed anew, and says where that\n" +
			"one's URL leads now, which may be elsewhere than when they arrived.\n\n" +
			"With --to they go to another URL at once, from here and in one attempt: with the headers that they came with,\n" +
			"token included, or with --resign as the webhook would send them, with its headers and a new token. Either way\n" +
			"Content-Type is application/json and the sender is said to be backchannel. Exits 5 when the answer is not 2xx.\n" +
			"--to @receiver is the built-in receiver where it listens now, at the path that they came to.",
		Example: `backchannel receipt replay 01k8p2q7xkz
backchannel receipt replay 01k8p2q7xkz --to http://127.0.0.1:3000/hooks --allow-http --resign`,
		Args: exactly(receiptArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := replays.checkTarget(cmd.Context(), "to", to); cmd.Flags().Changed("to") && err != nil {
				return err
			}
			return s.withReceipt(cmd.Context(), args[0], func(store *sqlite.Store, r storage.Receipt) error {
				switch to {
				case "":
					return replays.replayToWebhook(cmd.Context(), store, r)
				case storage.BuiltinReceiver:
					now, err := receiverNow(cmd.Context(), store, r)
					if err != nil {
						return err
					}
					return replays.replayTo(cmd.Context(), store, r, now, resign)
				}
				return replays.replayTo(cmd.Context(), store, r, to, resign)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&to, "to", "", "send to this `URL` instead of the webhook, or to @receiver")
	f.BoolVar(&resign, "resign", false, "with --to: send as the webhook would, with a new token; to a webhook it always is so")
	return cmd
}

// A replaySession sends receipts again.
type replaySession struct{ *session }

// checkTarget checks a URL by the rules for a webhook's.
func (s replaySession) checkTarget(ctx context.Context, flag, target string) error {
	w := storage.NewWebhook()
	if w.URL = target; target == storage.BuiltinReceiver {
		return nil
	}
	bad, _ := w.Validate(ctx, s.rules()).(storage.FieldErrors) //nolint:errorlint // it answers nothing else, and never wrapped
	for _, f := range bad {
		if f.Field == "url" {
			return invalid(flag, "%s", f.Reason)
		}
	}
	return nil
}

func (s replaySession) replayToWebhook(ctx context.Context, store *sqlite.Store, r storage.Receipt) error {
	places, err := fire.PlacesOf(ctx, store, r)
	if err != nil {
		return elsewhere(err, r, "send it elsewhere with --to URL")
	}
	w := places.Webhook
	parked, err := deliverySession(s).parkedBy(ctx, store, w)
	if err != nil {
		return err
	}
	deliveries, err := fire.Replay(ctx, store, r.ID)
	if err != nil {
		return err
	}
	where := places.Lead()
	if places.Apart {
		where += " (its URL now; --to @receiver sends it to the built-in receiver again)"
	}
	s.noteReplay(r, where+", "+fire.HowSigned(w))
	if err := (fireSession(s)).noteFired(ctx, store, parked); err != nil {
		return err
	}
	return deliverySession(s).showOneDelivery(asParked(deliveries, parked != "")[0])
}

// receiverNow is where the built-in receiver takes a receipt's request now.
func receiverNow(ctx context.Context, store *sqlite.Store, r storage.Receipt) (string, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", err
	}
	if where := fire.AtReceiver(rt, r); alive && where != "" {
		return where, nil
	}
	return "", usagef("the built-in receiver is off; start backchannel serve, or give the URL of another endpoint")
}

// webhookOfReceipt is the one that a receipt was for, if it is still there; else it says
// what to do instead.
func webhookOfReceipt(ctx context.Context, store *sqlite.Store, r storage.Receipt, instead string) (storage.Webhook, error) {
	w, err := fire.Target(ctx, store, r)
	return w, elsewhere(err, r, instead)
}

// elsewhere adds to the error of a receipt without a webhook what to do instead.
func elsewhere(err error, r storage.Receipt, instead string) error {
	switch {
	case errors.Is(err, fire.ErrNoTarget):
		return usagef("receipt %s was for no webhook; %s", r.ID, instead)
	case errors.Is(err, storage.ErrConflict):
		return fmt.Errorf("%w; %s", err, instead)
	}
	return err
}

// noteReplay says what was sent where, and signed how.
func (s replaySession) noteReplay(r storage.Receipt, where string) {
	s.note("replayed to %s: the %d bytes of receipt %s", where, len(r.Body), r.ID)
	if odd := fire.ReplayWarning(r); odd != "" {
		s.warning(odd)
	}
}

// A replay is one attempt to send a receipt elsewhere.
type replay struct {
	Receipt  storage.ID `json:"receipt"`
	To       string     `json:"to"`
	SHA256   string     `json:"sha256"`
	Resigned bool       `json:"resigned"`
	export.Attempt
}

func (s replaySession) replayTo(ctx context.Context, store *sqlite.Store, r storage.Receipt, to string, resign bool) error {
	sender, signed := asReceived(r), "with the headers that it came with"
	if resign {
		w, err := webhookOfReceipt(ctx, store, r, "omit --resign to send it with the headers that it came with")
		if err != nil {
			return err
		}
		sender, signed = w, fire.HowSigned(w)
	}
	sender.URL = to
	attempt, err := s.sendAgain(ctx, r, sender)
	if err != nil {
		return err
	}
	shown := storage.WithoutTokens(to)
	s.noteReplay(r, shown+", "+signed)
	if err := s.showReplay(replay{r.ID, shown, r.SHA256, resign && sender.Auth.Type == storage.AuthJWT, export.OfAttempt(attempt)}, attempt); err != nil {
		return err
	}
	if attempt.ErrorClass != "" {
		return unmetf("the replay of receipt %s failed: %s", r.ID, attempt.Error)
	}
	return nil
}

// sendAgain sends the bytes of a receipt in one attempt, from here.
func (s replaySession) sendAgain(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error) {
	config, err := s.senderConfig(ctx)
	if err != nil {
		return storage.Attempt{}, err
	}
	config.Conceal = r.Secrets() // as far as they are sent again, they may be answered with
	job := storage.Job{DeliveryID: cmp.Or(r.DeliveryID, r.ID), Payload: r.Body}
	result := engine.Attempt(ctx, config, sender, job)
	if result.Class == policy.Aborted {
		return storage.Attempt{}, ctx.Err()
	}
	attempt := result.Attempt
	conceal(attempt.RequestHeaders, r)
	if sender.ID == 0 { // no webhook's own
		attempt.Error = engine.WithoutWebhook(attempt.Error)
	}
	return attempt, nil
}

// resender sends a receipt's bytes as they came, for the console.
func (s replaySession) resender() func(context.Context, storage.Receipt, string) (storage.Attempt, error) {
	return func(ctx context.Context, r storage.Receipt, to string) (storage.Attempt, error) {
		sender := asReceived(r)
		sender.URL = to
		return s.sendAgain(ctx, r, sender)
	}
}

func (s replaySession) showReplay(made replay, t storage.Attempt) error {
	if s.settings.json() {
		return s.out.object(made)
	}
	deliverySession(s).writeAttempt(t)
	return nil
}

// asReceived is a webhook that sends the headers of a receipt. None is secret here: the
// value of a secret could ask for a variable or a file, and these are a stranger's.
func asReceived(r storage.Receipt) storage.Webhook {
	w := storage.NewWebhook()
	for _, h := range r.Headers {
		if madeBySender(h.Name) {
			continue
		}
		same := func(other storage.HeaderField) bool { return other.Name == h.Name }
		if i := slices.IndexFunc(w.Headers, same); i >= 0 {
			w.Headers[i].Value += ", " + h.Value // one line means the same as two (RFC 9110 §5.3)
			continue
		}
		w.Headers = append(w.Headers, storage.HeaderField{Name: h.Name, Value: h.Value})
	}
	return w
}

// conceal marks the header lines whose values are a receipt's secrets.
func conceal(lines []storage.HeaderField, r storage.Receipt) {
	for i := range lines {
		lines[i].Secret = lines[i].Secret || slices.ContainsFunc(r.Headers, func(h storage.HeaderField) bool {
			return h.Secret && strings.EqualFold(h.Name, lines[i].Name)
		})
	}
}

// madeBySender reports whether a header is made anew by whoever sends.
func madeBySender(name string) bool {
	switch name {
	case "Accept-Encoding", "Content-Type", "User-Agent":
		return true
	}
	return storage.IsFraming(name) || strings.HasPrefix(name, "Backchannel-")
}

// senderConfig is for sending without a leader.
func (s replaySession) senderConfig(ctx context.Context) (engine.Config, error) {
	ca, err := s.authority()
	if err != nil {
		return engine.Config{}, err
	}
	roots, err := leader.Trusted(ctx, s.settings.caFile)
	if err != nil {
		return engine.Config{}, err
	}
	ca.AddTo(roots)
	return engine.Config{
		Now: s.now, Version: programVersion(), Sources: storage.SystemSources(), CAFile: s.settings.caFile,
		RootCAs: func() (*x509.CertPool, error) { return roots, nil },
	}, nil
}
