package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/engine"
	"backchannel/engine/policy"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
)

// receiptReplayCommand returns the command that sends a receipt again: as a new event of a webhook,
// which the engine signs and retries, or with --to in one attempt of this process.
func receiptReplayCommand(s receiptSession) *cobra.Command {
	var flags resendFlags
	cmd := &cobra.Command{
		Use:   "replay ID",
		Short: "Send a receipt's bytes again",
		Long: "Queues the received bytes as a new event of the receipt's webhook, with a new token, and says where that\n" +
			"webhook's URL now points, which may not be where they arrived.\n\n" +
			"With --to this command itself sends them to another URL, in one attempt: with their original headers,\n" +
			"including the token, or with --resign as the webhook would send them, with its headers and a new token. Either way\n" +
			"Content-Type is application/json and User-Agent is backchannel's. Exits 5 if the answer is not 2xx.\n" +
			"--to @receiver is the present URL of the built-in receiver, with the path at which they arrived.\n\n" +
			"With --body, or --webhook alone, a new event is queued as well. What a webhook cannot send, other headers or the old\n" +
			"token, is sent in one attempt.",
		Example: `backchannel receipt replay 01k8p2q7xkz
backchannel receipt replay 01k8p2q7xkz --to http://127.0.0.1:3000/hooks --allow-http --resign
backchannel receipt replay 01k8p2q7xkz --webhook staging --header 'X-Team: crm' --body changed.json`,
		Args: exactly(receiptArgument),
	}
	replay := s.onReceipt(func(ctx context.Context, store receiptStore, r storage.Receipt, _ []string) error {
		switch {
		case flags.changes():
			return s.resend(ctx, store, r, &flags)
		case flags.to == "":
			return s.replayToWebhook(ctx, store, r)
		}
		return s.replayTo(ctx, store, r, replayTarget{flags.to, flags.resign})
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		// Checked before the store is opened: a mistyped URL needs no receipt to be found wrong.
		if reason := s.rules().CheckURL(flags.to); cmd.Flags().Changed("to") && reason != "" {
			return invalid("to", "%s", reason)
		}
		return replay(cmd, args)
	}
	flags.register(cmd)
	return cmd
}

// replayToWebhook queues a receipt's body as a new event of its webhook.
func (s receiptSession) replayToWebhook(ctx context.Context, store receiptStore, r storage.Receipt) error {
	places, err := fire.PlacesOf(ctx, store, r)
	if err != nil {
		return suggest(err, r, "send it elsewhere with --to URL")
	}
	w := places.Webhook
	// Found before the event is queued, as in fire.
	parked, err := s.whyWillPark(ctx, store, w)
	if err != nil {
		return err
	}
	deliveries, err := fire.Replay(ctx, store, r.ID)
	if err != nil {
		return err
	}
	where := places.Lead()
	if places.Elsewhere {
		where += " (its URL now; --to @receiver sends it to the built-in receiver again)"
	}
	s.noteReplay(r, where+", "+fire.HowSigned(w))
	if err := s.noteFired(ctx, store, parked); err != nil {
		return err
	}
	return s.showDelivery(asParked(deliveries, parked != "")[0])
}

// receiverNow returns the present URL of the built-in receiver with the path of a receipt.
func receiverNow(ctx context.Context, store storage.RuntimeStore, r storage.Receipt) (string, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", err
	}
	if where := fire.AtReceiver(rt, r); alive && where != "" {
		return where, nil
	}
	return "", usagef("the built-in receiver is off; start backchannel serve, or give the URL of another endpoint")
}

// suggest adds what to do instead to the error about a receipt without a webhook.
func suggest(err error, r storage.Receipt, instead string) error {
	switch {
	case errors.Is(err, fire.ErrNoTarget):
		return usagef("receipt %s was for no webhook; %s", r.ID, instead)
	// The webhook was deleted after the request had arrived.
	case errors.Is(err, storage.ErrConflict):
		return fmt.Errorf("%w; %s", err, instead)
	}
	return err
}

// noteReplay notes what was sent, where, and how it was signed.
func (s receiptSession) noteReplay(r storage.Receipt, where string) {
	s.note("replayed to %s: the %d bytes of receipt %s", where, len(r.Body), r.ID)
	if warning := fire.ReplayWarning(r); warning != "" {
		s.warning(warning)
	}
}

// A replayTarget is the value of --to and --resign.
type replayTarget struct {
	url    string
	resign bool
}

// asItCame says how a request is signed that is sent with the headers of an earlier one.
const asItCame = "with its original headers"

// A replay is the JSON result of sending a receipt in one attempt.
type replay struct {
	Receipt  storage.ID `json:"receipt"`
	To       string     `json:"to"`
	SHA256   string     `json:"sha256"`
	Resigned bool       `json:"resigned"`
	export.Attempt
}

// replayTo sends a receipt's body to another URL in one attempt. It returns an error if the attempt
// fails.
func (s receiptSession) replayTo(ctx context.Context, store receiptStore, r storage.Receipt, to replayTarget) (err error) {
	if to.url == storage.BuiltinReceiver {
		if to.url, err = receiverNow(ctx, store, r); err != nil {
			return err
		}
	}
	sender, signed := fire.SenderOf(r), asItCame
	if to.resign {
		if sender, err = fire.Target(ctx, store, r); err != nil {
			return suggest(err, r, "omit --resign to send it with its original headers")
		}
		signed = fire.HowSigned(sender)
	}
	sender.URL = to.url
	attempt, err := resender(s).resend(ctx, r, sender)
	if err != nil {
		return err
	}
	shown := storage.WithoutTokens(to.url)
	s.noteReplay(r, shown+", "+signed)
	made := replay{r.ID, shown, r.SHA256, to.resign && sender.Auth.Type == storage.AuthJWT, export.OfAttempt(attempt)}
	return s.showReplay("receipt "+r.ID.String(), made, attempt)
}

// showReplay shows the attempt that sent something again, because it says what the endpoint answered.
// It then returns an error if the attempt failed.
func (s *session) showReplay(what string, made replay, attempt storage.Attempt) error {
	if s.settings.json() {
		if err := s.out.object(made); err != nil {
			return err
		}
	} else {
		s.writeAttempt(attempt)
	}
	if attempt.ErrorClass != "" {
		return unmetf("the replay of %s failed: %s", what, attempt.Error)
	}
	return nil
}

// A resender sends receipts again from this process, whether it is the leader or not. A person
// waits for the result of one attempt, so it is neither queued nor retried.
type resender struct{ *session }

// resend sends the bytes of a receipt in one attempt from this process.
func (s resender) resend(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error) {
	config, err := s.config(ctx)
	if err != nil {
		return storage.Attempt{}, err
	}
	config.MaskAlso = r.Secrets() // the endpoint may echo the secrets that it gets
	// An attempt needs some ID for the header Backchannel-Delivery. A foreign receipt has only its
	// own.
	job := storage.Job{DeliveryID: cmp.Or(r.DeliveryID, r.ID), Payload: r.Body}
	result := engine.Attempt(ctx, config, sender, job)
	// Ctrl+C is not an outcome of the attempt, so nothing about it is shown.
	if result.Class == policy.Aborted {
		return storage.Attempt{}, ctx.Err()
	}
	attempt := result.Attempt
	fire.MarkSecrets(attempt.RequestHeaders, r)
	if sender.ID == 0 { // without a webhook, advice to change its configuration does not apply
		attempt.Error = engine.WithoutWebhook(attempt.Error)
	}
	return attempt, nil
}

// config returns the configuration for single attempts. They trust the same authorities as the
// leader's engine.
func (s resender) config(ctx context.Context) (engine.Config, error) {
	ca, err := s.authority(ctx)
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
