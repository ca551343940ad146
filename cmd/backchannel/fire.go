package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

// A fireSession queues events, and waits for what becomes of them.
type fireSession struct{ *session }

// fireFlags are the flags of fire, as they were given.
type fireFlags struct {
	webhook, channel, variant, to, body, misbehave, rate string
	recipients, count                                    int
	set                                                  []string
	wait                                                 bool
	expectCode                                           string
	timeout                                              time.Duration
	given                                                func(flag string) bool
}

func fireCommand(s fireSession) *cobra.Command {
	var flags fireFlags
	cmd := &cobra.Command{
		Use:   "fire sent|delivered|bounce|error|lifecycle|SAVED --webhook NAME",
		Short: "Fire events at a webhook",
		Long: "Queues events for a webhook and returns once they are kept; whoever delivers, delivers them. With --wait it\n" +
			"waits for the outcome, and delivers by itself if nobody else does. lifecycle is one message's sent, then delivered,\n" +
			"or with --variant then that bounce.\n\n" +
			"With --expect-code another outcome than delivery is the good one: it waits until an attempt of each event is answered\n" +
			"with that code, exits 0 then, and 5 when one ends in another way. An answer that is retried counts at once.\n\n" +
			"SAVED is the name of a fixture that receipt save made: its bytes, but for what makes each event its own (requestId,\n" +
			"messageExecutionID, messageID, messageProfileID), the webhook's organization and sandbox, and the recipient if --to\n" +
			"or --recipients says so. None of these is put where the saved bytes have none.",
		Example: `backchannel fire bounce --webhook acme --wait
backchannel fire bounce --webhook acme --variant hard --to someone@example.com
backchannel fire sent --webhook acme --count 1000 --rate 50/s
backchannel fire bounce --webhook acme --misbehave expired --expect-code 401
backchannel fire delivered --webhook acme --set '/requestId="abc"'
backchannel fire strange-bounce --webhook acme`,
		Args: exactly("what to fire: " + strings.Join(fire.Names(), ", ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.given = cmd.Flags().Changed
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return s.fire(cmd.Context(), store, args[0], flags)
			})
		},
	}
	flags.register(cmd)
	return reportingFlagErrors(cmd)
}

func (v *fireFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.webhook, "webhook", "", "the webhook, by `NAME`")
	f.StringVar(&v.channel, "channel", "", "`CHANNEL`: email or sms (default: the webhook's first)")
	f.StringVar(&v.variant, "variant", "", "`VARIANT` of the event; backchannel fixture list names them")
	f.StringVar(&v.to, "to", "", "recipient's `ADDRESS` or number (default: the samples')")
	f.IntVar(&v.recipients, "recipients", 1, "`N` recipients of one request, 1 to 20; they share its requestId")
	f.IntVar(&v.count, "count", 1, "`N` requests")
	f.StringVar(&v.rate, "rate", "none", "queue at most `N/s` requests a second")
	f.StringArrayVar(&v.set, "set", nil, "change the payload at a JSON Pointer, as `/POINTER=JSON`; may be repeated")
	f.StringVar(&v.body, "body", "", "send the JSON of `FILE` instead of the fixture's; - is stdin")
	f.StringVar(&v.misbehave, "misbehave", "", "do it wrong: `KIND` is one of "+words.List(storage.Misbehaviours()))
	f.BoolVar(&v.wait, "wait", false, "wait for the outcome; exit 5 when a delivery failed, 6 when time is up")
	f.StringVar(&v.expectCode, "expect-code", "", "wait, and exit 0 when each is answered with `CODE`: 401, 4xx for any such, or none; 5 otherwise")
	f.DurationVar(&v.timeout, "timeout", 30*time.Second, "`DURATION` to wait at most")
}

func (s fireSession) fire(ctx context.Context, store *sqlite.Store, what string, flags fireFlags) error {
	plan, err := s.plan(ctx, store, what, flags)
	if err != nil {
		return err
	}
	if awaited := flags.awaited(); flags.wait || awaited.answer != "" {
		return s.fireAndWait(ctx, store, plan, awaited)
	}
	parked, err := deliverySession(s).parkedBy(ctx, store, plan.Webhook)
	if err != nil {
		return err
	}
	_, alive, err := store.Runtime(ctx)
	if err != nil {
		return err
	}
	firer := &fire.Firer{Store: store, Plan: plan, Patience: fire.Patience(plan.Webhook, alive)}
	shown := deliverySession(s).liveList(plan.Events())
	progress := s.progress(plan.Events())
	err = firer.Run(ctx, func(deliveries []storage.Delivery) error {
		progress.add(len(deliveries), "queued")
		return shown.add(asParked(deliveries, parked != ""))
	})
	progress.clear()
	if err != nil {
		return err
	}
	shown.finish()
	return s.noteFired(ctx, store, parked)
}

// awaited relies on the flags being valid.
func (v *fireFlags) awaited() awaited {
	answer, _ := fire.ParseAnswer(v.expectCode)
	return awaited{answer, v.timeout}
}

// noteFired says why what was queued may stay so.
func (s fireSession) noteFired(ctx context.Context, store *sqlite.Store, parked string) error {
	if parked != "" {
		s.note("%s", parked)
	}
	return deliverySession(s).noteWaiting(ctx, store)
}

// asParked shows queued deliveries as what they are behind what holds them back.
func asParked(deliveries []storage.Delivery, parked bool) []storage.Delivery {
	if !parked {
		return deliveries
	}
	shown := slices.Clone(deliveries)
	for i := range shown {
		shown[i].State = storage.Parked
	}
	return shown
}
