package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/inventory"
	"backchannel/storage/words"
)

// A fireSession runs the command that queues events and may wait for their outcomes.
type fireSession struct{ *session }

// A fireStore is the part of a store that this command uses.
type fireStore interface {
	fire.Store
	inventory.FindStore
	inventory.CampaignFindStore
	storage.ParkedStore
	processStore
	savedFixtureStore
	ReceiptsOfDelivery(ctx context.Context, delivery storage.ID) ([]storage.Receipt, error)
}

// fireFlags are the flags of fire.
type fireFlags struct {
	webhook, channel, variant, to, body, misbehave, rate string
	campaign                                             string
	recipients, count                                    int
	set                                                  []string
	wait                                                 bool
	expectCode                                           string
	timeout                                              time.Duration
	given                                                func(flag string) bool
}

// fireCommand returns the command that fires events.
func fireCommand(s fireSession) *cobra.Command {
	var flags fireFlags
	cmd := &cobra.Command{
		Use:   "fire sent|delivered|bounce|error|lifecycle|SAVED --webhook NAME",
		Short: "Fire events at a webhook",
		Long: "Queues events for a webhook and returns once they are stored; the running engine delivers them. With --wait it\n" +
			"waits for the outcome, and delivers them itself if no engine is running. lifecycle fires two events of one\n" +
			"message: sent, then delivered, or with --variant that bounce.\n\n" +
			"With --expect-code it expects an answer with that code instead of a delivery: it waits until an attempt of each event\n" +
			"gets that answer and exits 0, or 5 if an event ends in another way. An answer that will be retried counts at once.\n\n" +
			"SAVED is the name of a fixture from receipt save. Its bytes are sent with new values for what identifies an event\n" +
			"(requestId, messageExecutionID, messageID, messageProfileID), for the webhook's organization and sandbox, and for the\n" +
			"recipient if --to or --recipients is given. Fields that the saved bytes lack are not added.",
		Example: `backchannel fire bounce --webhook acme --wait
backchannel fire bounce --webhook acme --variant hard --to someone@example.com
backchannel fire delivered --webhook acme --campaign welcome
backchannel fire sent --webhook acme --count 1000 --rate 50/s
backchannel fire bounce --webhook acme --misbehave expired --expect-code 401
backchannel fire delivered --webhook acme --set '/requestId="abc"'
backchannel fire strange-bounce --webhook acme`,
		Args: exactly("what to fire: " + strings.Join(fire.Names(), ", ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.given = cmd.Flags().Changed
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				return s.fire(cmd.Context(), store, args[0], flags)
			})
		},
	}
	flags.register(cmd)
	return reportingFlagErrors(cmd)
}

// register adds the flags.
func (v *fireFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.webhook, "webhook", "", "the webhook, by `NAME`")
	f.StringVar(&v.campaign, "campaign", "", "give the events the ids and the category of this campaign, by `NAME` (default: random ids)")
	f.StringVar(&v.channel, "channel", "", "`CHANNEL`: email or sms (default: the campaign's, or else the webhook's first)")
	f.StringVar(&v.variant, "variant", "", "`VARIANT` of the event; backchannel fixture list names them")
	f.StringVar(&v.to, "to", "", "recipient's `ADDRESS` or number (default: the samples')")
	f.IntVar(&v.recipients, "recipients", 1, "`N` recipients of one request, 1 to 20; they share its requestId")
	f.IntVar(&v.count, "count", 1, "fire `N` requests")
	f.StringVar(&v.rate, "rate", "none", "queue at most `N/s` requests a second")
	f.StringArrayVar(&v.set, "set", nil, "change the payload at a JSON Pointer, as `/POINTER=JSON`; may be repeated")
	f.StringVar(&v.body, "body", "", "send the JSON of `FILE` instead of the fixture's; - is stdin")
	f.StringVar(&v.misbehave, "misbehave", "", "send something wrong: `KIND` is one of "+words.List(storage.Misbehaviours()))
	f.BoolVar(&v.wait, "wait", false, "wait for the outcomes; exit 5 if a delivery failed, 6 if the time is up")
	f.StringVar(&v.expectCode, "expect-code", "", "wait, and exit 0 if each is answered with `CODE`: 401, 4xx for any of these, or none for no answer; 5 otherwise")
	f.DurationVar(&v.timeout, "timeout", 30*time.Second, "`DURATION` to wait at most")
	needValues(f, "channel", "variant", "to", "body", "misbehave")
}

// fire queues the events, and with --wait or --expect-code waits for their outcomes.
func (s fireSession) fire(ctx context.Context, store fireStore, what string, flags fireFlags) error {
	plan, err := s.plan(ctx, store, what, flags)
	if err != nil {
		return err
	}
	if awaited := flags.awaited(); flags.wait || awaited.answer != "" {
		return s.fireAndWait(ctx, store, plan, awaited)
	}
	// Found before firing, because the deliveries are listed as parked while they are queued.
	parked, err := s.whyWillPark(ctx, store, plan.Webhook)
	if err != nil {
		return err
	}
	_, alive, err := store.Runtime(ctx)
	if err != nil {
		return err
	}
	// Patience is how long the next event of one message waits for the previous one to be delivered. It
	// depends on whether anything is delivered at all.
	firer := &fire.Firer{Store: store, Plan: plan, Patience: fire.Patience(plan.Webhook, alive)}
	shown := s.liveList(plan.Events())
	progress, began, queued := s.progress(plan.Events()), s.now(), 0
	err = firer.Run(ctx, func(deliveries []storage.Delivery) error {
		progress.add(len(deliveries), "queued")
		queued += len(deliveries)
		return shown.add(asParked(deliveries, parked != ""))
	})
	progress.clear()
	if err != nil {
		return err
	}
	shown.finish()
	s.writePace(queued, s.now().Sub(began))
	return s.noteFired(ctx, store, parked)
}

// writePace writes how fast several events were queued. It writes that only to a terminal, because
// scripts do not need it.
func (s fireSession) writePace(queued int, took time.Duration) {
	if queued > 1 && took > 0 && !s.settings.json() && s.out.terminal() {
		fmt.Fprintf(s.out, "\n%s queued in %s, %s\n", words.Group(queued), latency(took), fire.Rate(float64(queued)/took.Seconds()))
	}
}

// awaited returns what to wait for. checkExpected has validated the answer.
func (v *fireFlags) awaited() awaited {
	answer, _ := fire.ParseAnswer(v.expectCode)
	return awaited{answer, v.timeout}
}

// noteFired notes why queued events have to wait, if they do.
func (s *stdio) noteFired(ctx context.Context, store storage.RuntimeStore, parked string) error {
	if parked != "" {
		s.note("%s", parked)
	}
	return s.noteWaiting(ctx, store)
}

// asParked returns deliveries with the state parked, if their webhook is parked. Fire returns them
// as queued, because the store derives the state parked only when it lists deliveries.
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
