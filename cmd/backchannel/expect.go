package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/follow"
	"backchannel/storage/inventory"
	"backchannel/storage/words"
)

// An expectSession runs the command that waits for receipts.
type expectSession struct{ *session }

// An expectStore is the part of a store that this command uses.
type expectStore interface {
	inventory.FindStore
	storage.RuntimeStore
	follow.ReceiptStore
}

// expectFlags are the flags of expect.
type expectFlags struct {
	webhook, status, channel, since, filter string
	atLeast, exactly                        int
	timeout                                 time.Duration
}

// expectCommand returns the command that waits for receipts. It ends tests of an application that
// takes feedback: fire, then expect.
func expectCommand(s expectSession) *cobra.Command {
	var flags expectFlags
	cmd := &cobra.Command{
		Use:   "expect --webhook NAME --count N|--exactly N",
		Short: "Wait until a webhook's events have arrived, for tests",
		Long: "Waits until the built-in receiver has the given number of receipts of a webhook. It exits 5 if it does not have them in\n" +
			"time. With --exactly it always waits until the time is up, because more could still arrive.",
		Example: `backchannel expect --webhook acme --status bounce --count 1
backchannel expect --webhook acme --since 1m --exactly 3 --timeout 5s`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireFlag(cmd, "webhook", flags.webhook); err != nil {
				return err
			}
			expected, err := flags.expectation(s.parser(cmd), s.now())
			if err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				w, err := findWebhook(cmd.Context(), store, flags.webhook)
				if err != nil {
					return err
				}
				expected.Receipts.WebhookID = w.ID
				return s.expect(cmd.Context(), store, expected)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.webhook, "webhook", "", "the webhook, by `NAME`")
	f.StringVar(&flags.status, "status", "", "only events of this `STATUS`")
	f.StringVar(&flags.channel, "channel", "", "only events of this `CHANNEL`")
	f.StringVar(&flags.since, "since", "", "only those since this `TIME` (RFC 3339, or local as 10:36 or 2026-10-01T12:00) or for this long, as 10m or 7d (default: all)")
	f.StringVar(&flags.filter, "filter", "", "only those that `EXPR` selects; see backchannel receipt list --help")
	f.IntVar(&flags.atLeast, "count", 0, "at least `N`")
	f.IntVar(&flags.exactly, "exactly", 0, "exactly `N`")
	f.DurationVar(&flags.timeout, "timeout", 10*time.Second, "`DURATION` to wait at most")
	needValues(f, "status", "channel", "filter")
	return reportingFlagErrors(cmd)
}

// expectation parses the flags other than --webhook. Flags that select receipts become terms of the
// filter.
func (v *expectFlags) expectation(p *parser, now time.Time) (follow.Expectation, error) {
	expected := follow.Expectation{Count: v.atLeast, Timeout: v.timeout}
	if p.given("exactly") {
		expected.Count, expected.Exact = v.exactly, true
	}
	v.checkNumbers(p)
	if v.status != "" && !storage.Status(v.status).Known() {
		p.add("status", "%q is unknown; use %s", v.status, words.List(storage.AllStatuses()))
	}
	if v.channel != "" && !storage.Channel(v.channel).Known() {
		p.add("channel", "%q is unknown; use %s", v.channel, words.List(storage.Channels()))
	}
	var since time.Time
	if v.since != "" {
		since = p.since(v.since, now)
	}
	// A filter alone could say all of it. --status and --channel are what tests need most often.
	filter := p.filter(storage.ReceiptFilter(), v.filter, now)
	for _, term := range []storage.Term{{Key: "status", Value: v.status}, {Key: "channel", Value: v.channel}, {Key: "since", Value: v.since, At: since}} {
		if term.Value != "" {
			filter.Terms = append(filter.Terms, term)
		}
	}
	expected.Receipts.Filter = filter
	return expected, p.bad.Err()
}

// checkNumbers checks the counts. It rejects --count 0, which is met at once whatever arrives: a
// test that expects nothing needs --exactly 0.
func (v *expectFlags) checkNumbers(p *parser) {
	count, exact := p.given("count"), p.given("exactly")
	switch {
	case count && exact:
		p.add("count", "cannot be combined with --exactly; give one of them")
	case !count && !exact:
		p.add("count", "is missing; give --count N or --exactly N")
	case count && v.atLeast < 1 && !p.hasError("count"):
		p.add("count", "%d is out of range; use 1 or more, or --exactly 0", v.atLeast)
	}
	if v.exactly < 0 {
		p.add("exactly", "%d is negative; use 0 or more", v.exactly)
	}
	if v.timeout <= 0 {
		p.add("timeout", "%s is not a valid time to wait; use 10s, say", v.timeout)
	}
}

// expect waits for the receipts. If too few arrived and the receiver is off, the error says that
// too, because it is why none could arrive.
func (s expectSession) expect(ctx context.Context, store expectStore, expected follow.Expectation) error {
	count, err := expected.Wait(ctx, store)
	if err != nil {
		return err
	}
	var failed error
	if unmet := expected.Unmet(count); unmet != "" {
		// Asked only after the wait, because a receiver may be started meanwhile.
		off, err := receiverOff(ctx, store)
		if err != nil {
			return err
		}
		if count < expected.Count && off != "" {
			unmet += "; " + off
		}
		failed = unmetf("%s", unmet)
	}
	return s.showExpectation(count, failed)
}

// showExpectation shows the number of receipts and returns the given error.
func (s expectSession) showExpectation(count int, failed error) error {
	if s.settings.json() {
		if err := s.out.object(struct {
			Met   bool `json:"met"`
			Count int  `json:"count"`
		}{failed == nil, count}); err != nil {
			return err
		}
	} else if failed == nil {
		fmt.Fprintln(s.out, words.Count(count, "receipt"))
	}
	return failed
}
