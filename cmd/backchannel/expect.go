package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

// An expectation is how many receipts of which kind there are to be.
type expectation struct {
	webhook, status, channel, since, filter string
	atLeast, exactly                        int
	timeout                                 time.Duration

	chosen storage.Filter // what the texts mean
}

// An expectSession waits for receipts.
type expectSession struct{ *session }

func expectCommand(s expectSession) *cobra.Command {
	var e expectation
	cmd := &cobra.Command{
		Use:   "expect --webhook NAME --count N|--exactly N",
		Short: "Wait until a webhook's events have arrived, for tests",
		Long: "Waits until the built-in receiver has so many receipts of a webhook. Exits 5 when it does not come to that in time.\n" +
			"--exactly waits until time is up, to see that no more arrive.",
		Example: `backchannel expect --webhook acme --status bounce --count 1
backchannel expect --webhook acme --since 1m --exactly 3 --timeout 5s`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.check(s.session, cmd); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				w, err := findWebhook(cmd.Context(), store, e.webhook)
				if err != nil {
					return err
				}
				return s.expect(cmd.Context(), store, w, e)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.webhook, "webhook", "", "the webhook, by `NAME`")
	f.StringVar(&e.status, "status", "", "only events of this `STATUS`")
	f.StringVar(&e.channel, "channel", "", "only events of this `CHANNEL`")
	f.StringVar(&e.since, "since", "", "only those since this `TIME` (RFC 3339) or for this long, as 10m or 7d (default: all)")
	f.StringVar(&e.filter, "filter", "", "only those that `EXPR` chooses; see backchannel receipt list --help")
	f.IntVar(&e.atLeast, "count", 0, "at least `N`")
	f.IntVar(&e.exactly, "exactly", 0, "exactly `N`")
	f.DurationVar(&e.timeout, "timeout", 10*time.Second, "`DURATION` to wait at most")
	return reportingFlagErrors(cmd)
}

func (e *expectation) check(s *session, cmd *cobra.Command) error {
	if err := must(cmd, "webhook", e.webhook); err != nil {
		return err
	}
	p := parser{bad: s.flagErrors}
	e.checkNumbers(&p, cmd.Flags().Changed)
	if e.status != "" && !storage.Status(e.status).Known() {
		p.add("status", "%q is unknown; use %s", e.status, words.List(storage.AllStatuses()))
	}
	if e.channel != "" && !storage.Channel(e.channel).Known() {
		p.add("channel", "%q is unknown; use %s", e.channel, words.List(storage.Channels()))
	}
	now := s.now()
	since, ok := storage.ParseTime(e.since, now)
	if e.since != "" && !ok {
		p.add("since", "%q is neither a time nor a duration; use %s or 10m, say", e.since, now.UTC().Format(time.RFC3339))
	}
	e.chosen = p.filter(e.filter, now)
	e.choose("status", e.status, time.Time{})
	e.choose("channel", e.channel, time.Time{})
	e.choose("since", e.since, since)
	return p.bad.Err()
}

func (e *expectation) checkNumbers(p *parser, given func(flag string) bool) {
	count, exact := given("count"), given("exactly")
	switch {
	case count && exact:
		p.add("count", "cannot be combined with --exactly; give one of them")
	case !count && !exact:
		p.add("count", "is missing; give --count N or --exactly N")
	case count && e.atLeast < 1 && !p.knows("count"):
		p.add("count", "%d is out of range; use 1 or more, or --exactly 0", e.atLeast)
	}
	if e.exactly < 0 {
		p.add("exactly", "%d is negative; use 0 or more", e.exactly)
	}
	if e.timeout <= 0 {
		p.add("timeout", "%s is not a valid time to wait; use 10s, say", e.timeout)
	}
	if exact {
		e.atLeast = -1
	}
}

// choose adds a term to the filter, if there is a value.
func (e *expectation) choose(key, value string, at time.Time) {
	if value != "" {
		e.chosen.Terms = append(e.chosen.Terms, storage.Term{Key: key, Value: value, At: at})
	}
}

// expect counts the receipts there are, and then each that arrives.
func (s expectSession) expect(ctx context.Context, store *sqlite.Store, w storage.Webhook, e expectation) error {
	waiting, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	changes := store.Changes(waiting)
	q := storage.ReceiptQuery{WebhookID: w.ID, Filter: e.chosen, OldestFirst: true, Limit: storage.PageSize}
	seen := 0
	for {
		page, err := store.Receipts(ctx, q)
		if err != nil {
			return err
		}
		if seen += len(page); len(page) > 0 {
			q.After = page[len(page)-1].ID
		}
		if done, err := e.judge(seen); done {
			return s.showExpectation(seen, err)
		}
		if len(page) == storage.PageSize {
			continue
		}
		if !nextChange(waiting, changes) {
			break
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	why, err := deaf(ctx, store)
	if err != nil {
		return err
	}
	failed := e.verdict(seen)
	if failed != nil && why != "" {
		failed = unmetf("%v; %s", failed, why)
	}
	return s.showExpectation(seen, failed)
}

// judge reports whether waiting longer can change nothing.
func (e expectation) judge(seen int) (done bool, err error) {
	if e.atLeast >= 0 {
		return seen >= e.atLeast, nil
	}
	return seen > e.exactly, e.verdict(seen)
}

// verdict is how the expectation stands when nothing more is waited for.
func (e expectation) verdict(seen int) error {
	switch {
	case e.atLeast >= 0 && seen < e.atLeast:
		return unmetf("%s arrived within %s, expected at least %d", words.Count(seen, "receipt"), e.timeout, e.atLeast)
	case e.atLeast < 0 && seen != e.exactly:
		return unmetf("%s arrived within %s, expected exactly %d", words.Count(seen, "receipt"), e.timeout, e.exactly)
	}
	return nil
}

func (s expectSession) showExpectation(seen int, failed error) error {
	if s.settings.json() {
		if err := s.out.object(struct {
			Met   bool `json:"met"`
			Count int  `json:"count"`
		}{failed == nil, seen}); err != nil {
			return err
		}
	} else if failed == nil {
		fmt.Fprintln(s.out, words.Count(seen, "receipt"))
	}
	return failed
}
