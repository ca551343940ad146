package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"backchannel/engine/check"
	"backchannel/storage"
	"backchannel/storage/inventory"
)

// A checkSession runs the commands of the endpoint check.
type checkSession struct{ *session }

// A checkStore is the part of a store that these commands use.
type checkStore interface {
	inventory.FindStore
	storage.ParkedStore
	processStore
	RequestCheck(ctx context.Context, r *storage.CheckRun) error
	StopCheck(ctx context.Context, id storage.ID) error
	CheckRun(ctx context.Context, id storage.ID) (storage.CheckRun, error)
	CheckRuns(ctx context.Context, webhook storage.ID) ([]storage.CheckRun, error)
	CheckBefore(ctx context.Context, r storage.CheckRun) (storage.CheckRun, error)
}

// checkFlags are the flags of check.
type checkFlags struct {
	reportFlags
	webhook, rate     string
	only, skip        []string
	list, failing     bool
	strict, noLoad    bool
	duration, timeout time.Duration
	max               int
}

// checkCommand returns the command that checks an endpoint, and the parent of the commands on stored
// runs. Unlike other parents it does something itself: running the check is by far the most
// frequent use.
func checkCommand(s checkSession) *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check --webhook NAME",
		Short: "Find out whether an endpoint is ready for production",
		Long: "Fires a suite of cases at a webhook's endpoint and reports the result of each: does it accept what Journey Optimizer\n" +
			"sends, cope with repeats and any order, reject other senders and invalid events, withstand load, and\n" +
			"present its certificate correctly? The running engine makes the run; if none is running, this command does.\n\n" +
			"A case is a must, whose failure fails the check; a should, whose failure only warns; or an info. Recipients are under\n" +
			"example.com and +1555. Requests are kept as deliveries, are never retried, and never open the webhook's circuit breaker.\n\n" +
			"It exits 0 if no must failed, 5 if one did, the endpoint stopped answering or --max left cases out, 4 if nothing could\n" +
			"be run because the webhook is paused, its circuit breaker open or a check of it running, 6 if the time is up, and 130\n" +
			"after Ctrl+C, which keeps the results so far.",
		Example: `backchannel check --webhook acme
backchannel check --webhook acme --skip load --strict --junit check.xml --html check.html
backchannel check --webhook acme --only tls,auth/alg-none
backchannel check --webhook acme --failing --diff
backchannel check --list`,
		Args: cobra.ArbitraryArgs, // RunE names the nearest command
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return s.check(cmd.Context(), s.parser(cmd), flags)
		},
	}
	flags.register(cmd)
	cmd.AddCommand(checkListCommand(s), checkShowCommand(s), checkStopCommand(s))
	return reportingFlagErrors(cmd)
}

// register adds the flags of check.
func (v *checkFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.webhook, "webhook", "", "the webhook, by `NAME`")
	f.StringSliceVar(&v.only, "only", nil, "`GROUPS` and cases to run, such as tls,auth/alg-none; may be repeated (default: all)")
	f.StringSliceVar(&v.skip, "skip", nil, "`GROUPS` and cases not to run; may be repeated")
	f.BoolVar(&v.failing, "failing", false, "run only the cases that failed or warned the last time")
	f.BoolVar(&v.list, "list", false, "list the cases, and run none; needs no webhook")
	f.BoolVar(&v.strict, "strict", false, "let a warning fail the check as well")
	f.StringVar(&v.rate, "rate", fmt.Sprintf("%d/s", storage.DefaultCheckRate), "send at most `N/s` requests, and as many under load; the webhook's own rate if that is lower")
	f.DurationVar(&v.duration, "duration", storage.DefaultLoadDuration, "`DURATION` of the load")
	f.BoolVar(&v.noLoad, "no-load", false, "skip the load")
	f.IntVar(&v.max, "max", storage.DefaultCheckRequests, "send at most `N` requests in all")
	f.DurationVar(&v.timeout, "timeout", storage.DefaultCheckTimeout, "`DURATION` of the whole run at most")
	needValues(f, "only", "skip")
	v.reportFlags.register(f)
}

// check parses the flags, finds the webhook and runs the check. It reports all errors of the flags
// at once, together with a webhook that does not exist.
func (s checkSession) check(ctx context.Context, p *parser, flags checkFlags) error {
	options := flags.options(p)
	if flags.list {
		return s.listCases(p, options)
	}
	flags.checkFiles(p)
	p.validateOptions(&options)
	return s.withStore(ctx, func(store wholeStore) error {
		// An unexpected error, such as a damaged database, is more important than a mistake in a
		// flag. A missing webhook is one of the mistakes, and is reported together with the others.
		w, missingWebhook := targetWebhook(ctx, store, flags.webhook)
		if missingWebhook != nil && exitCode(missingWebhook) == exitUnexpected {
			return missingWebhook
		}
		if err := p.withMissing(missing{"webhook", missingWebhook}); err != nil {
			return err
		}
		if flags.failing {
			failing, err := s.lastFailing(ctx, store, w)
			if err != nil || len(failing) == 0 {
				return err
			}
			options.Only = failing
			if p.validateOptions(&options); len(p.bad) > 0 {
				return p.bad.Err()
			}
		}
		return s.run(ctx, store, storage.CheckRun{WebhookID: w.ID, Options: options}, flags)
	})
}

// validateOptions adds the errors of options that select no case or are out of bounds. It ignores
// the options of the load if that is not selected.
func (p *parser) validateOptions(o *storage.CheckOptions) {
	cases, err := check.Select(o.Only, o.Skip)
	p.addNew(err)
	if !slices.ContainsFunc(cases, func(c check.Case) bool { return c.Group() == "load" }) {
		// Otherwise a run without load could fail because of the limits of the load.
		o.LoadRate, o.LoadDuration = 0, 0
	}
	p.addNew(o.Validate())
}

// options parses the flags that select and limit a run.
func (v *checkFlags) options(p *parser) storage.CheckOptions {
	o := storage.CheckOptions{Only: v.only, Skip: v.skip}
	if v.failing && p.given("only") {
		p.add("only", "--failing chooses the cases; omit one or the other")
	}
	if v.noLoad {
		o.Skip = append(o.Skip, "load")
		if p.given("duration") {
			p.add("duration", "there is no load with --no-load; omit one or the other")
		}
	}
	if p.given("rate") {
		p.rate("rate", &o.PerSecond, v.rate)
		// In a webhook, no limit is a choice. A check must not flood an endpoint, so here it is an
		// error.
		if o.LoadRate = o.PerSecond; o.PerSecond == 0 && !p.hasError("rate") {
			p.add("rate", "a check without a limit is not possible; use at most %d/s", storage.MaxCheckRate)
		}
	}
	p.nonZeroDuration("duration", &o.LoadDuration, v.duration)
	p.nonZeroDuration("timeout", &o.Timeout, v.timeout)
	if p.given("max") {
		if o.MaxRequests = v.max; v.max == 0 {
			p.add("max", "0 is out of range; a run sends 1 to %d requests", storage.MaxCheckRequests)
		}
	}
	return o
}

// nonZeroDuration sets a duration. It rejects 0, which would mean the default.
func (p *parser) nonZeroDuration(flag string, to *time.Duration, d time.Duration) {
	if !p.given(flag) {
		return
	}
	if *to = d; d == 0 && !p.hasError(flag) {
		p.add(flag, "0s is out of range; use 30s, say")
	}
}

// addNew adds errors about fields that do not have one yet. A second error about the same field
// would follow from the first.
func (p *parser) addNew(err error) {
	var fields storage.FieldErrors
	errors.As(err, &fields)
	p.bad = append(p.bad, slices.DeleteFunc(fields, func(f storage.FieldError) bool { return p.hasError(f.Field) })...)
}

// lastFailing returns the cases that failed or warned in the last run of a webhook. If there are
// none, it notes that.
func (s checkSession) lastFailing(ctx context.Context, store checkStore, w storage.Webhook) ([]string, error) {
	last, err := store.CheckBefore(ctx, storage.CheckRun{ID: math.MaxInt64, WebhookID: w.ID})
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, notFoundf("webhook %s has not been checked yet, so no case is known to fail; omit --failing", w.Name)
	case err != nil:
		return nil, err
	case len(last.Failing()) == 0:
		s.note("no case of check %s failed or warned, so there is nothing to run again", last.ID)
	}
	return last.Failing(), nil
}

// listCases lists the cases that would run.
func (s checkSession) listCases(p *parser, o storage.CheckOptions) error {
	p.bad = slices.DeleteFunc(p.bad, func(f storage.FieldError) bool { return f.Field == "data" }) // a list needs no data folder
	p.validateOptions(&o)
	if err := p.bad.Err(); err != nil {
		return err
	}
	cases, err := check.Select(o.Only, o.Skip)
	if err != nil {
		return err
	}
	rows := table{head: []string{"CASE", "LEVEL", "WHAT", "WHY"}}
	for _, c := range cases {
		if s.settings.json() {
			if err := s.out.object(caseView{c.ID, c.Level, c.What, c.Expected, c.Why, c.Remedy}); err != nil {
				return err
			}
		}
		rows.add(c.ID, string(c.Level), c.What, c.Why)
	}
	s.list(&rows, "")
	return nil
}

// A caseView is the JSON form of a case that has not run.
type caseView struct {
	ID       string             `json:"id"`
	Level    storage.CheckLevel `json:"level"`
	What     string             `json:"what"`
	Expected string             `json:"expected"`
	Why      string             `json:"why"`
	Remedy   string             `json:"remedy"`
}
