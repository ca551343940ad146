package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

// A Store stores what a run does.
type Store interface {
	StartCheck(ctx context.Context, id storage.ID, cases []storage.CheckCase) error
	SaveCheckCases(ctx context.Context, id storage.ID, cases ...storage.CheckCase) error
	EndCheck(ctx context.Context, r storage.CheckRun) error
	SendCheckEvents(ctx context.Context, run storage.ID, caseID string, events ...storage.Event) ([]storage.Delivery, error)
	Finish(ctx context.Context, o storage.Outcome) error
}

// A Config configures runs. The zero value of every field but Engine is usable.
type Config struct {
	Engine engine.Config                             // the same as that of the delivering engine
	Now    func() time.Time                          // nil: time.Now
	Wait   func(context.Context, time.Duration) bool // nil: storage.Sleep
	Rand   io.Reader                                 // source of the events' IDs; nil: crypto/rand

	slow time.Duration // for the case slow/body; 0: slowBody
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = storage.Sleep
	}
	c.slow = cmp.Or(c.slow, slowBody)
	return c
}

// The reasons why a run ends early.
var (
	errTimeUp  = errors.New("the run took too long")
	errDeleted = errors.New("the webhook was deleted")
	errEnded   = errors.New("the process that ran the check was stopped; run the check again")
)

const (
	// maxRetryAfter limits how long a request waits in total while the endpoint answers 429.
	maxRetryAfter = 30 * time.Second
	// commitWithin limits how long storing a result may take after the run's context has ended.
	commitWithin = 5 * time.Second
)

// A runner makes one run.
type runner struct {
	cfg         Config
	store       Store
	run         storage.CheckRun
	options     storage.CheckOptions
	webhook     storage.Webhook
	client      *engine.Client
	eventSource *eventSource
	pace        *pace
	cases       []Case
	// keep is the context for storing. It outlives the run's own, so that the results of an
	// interrupted run are kept.
	keep context.Context

	spent string // why cases were left out, once the limit of requests is reached

	mu   sync.Mutex // guards sent
	sent int
}

// Run makes a requested run, and stores its progress case by case. The end of ctx interrupts the
// run; context.Cause tells why. Run returns only errors of the store.
func Run(ctx context.Context, cfg Config, store Store, run storage.CheckRun, w storage.Webhook) error {
	cfg = cfg.withDefaults()
	cases, err := Select(run.Options.Only, run.Options.Skip)
	if err != nil {
		run.State, run.Reason = storage.CheckInterrupted, err.Error()
		return store.EndCheck(ctx, run)
	}
	w.Delivery.Timeout = min(w.Delivery.Timeout, acceptWithin)
	w.State = storage.Active
	options := run.Options.For(w)
	keep, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	r := &runner{
		cfg: cfg, store: store, run: run, options: options, webhook: w, cases: cases, keep: keep,
		client: engine.NewClient(cfg.Engine), pace: newPace(options.PerSecond, cfg), eventSource: newEventSource(&w).seeded(cfg.Now, cfg.Rand),
	}
	r.eventSource.slow = cfg.slow
	defer r.client.Close()
	return r.runAll(ctx)
}

// runAll runs the cases and stores the end of the run.
func (r *runner) runAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, r.options.Timeout, errTimeUp)
	defer cancel()
	for _, c := range r.cases {
		r.run.Cases = append(r.run.Cases, c.Record())
	}
	if err := r.store.StartCheck(r.keep, r.run.ID, r.run.Cases); err != nil {
		return err
	}
	reason, err := r.judgeAll(ctx)
	r.run.State = storage.CheckFinished
	switch {
	case errors.Is(context.Cause(ctx), errTimeUp):
		r.run.State = storage.CheckTimedOut
		r.run.Reason = fmt.Sprintf("not finished within %s; allow more with --timeout, or run fewer cases", r.options.Timeout)
	case errors.Is(context.Cause(ctx), context.Canceled):
		r.run.State, r.run.Reason = storage.CheckInterrupted, errEnded.Error()
	case ctx.Err() != nil:
		r.run.State, r.run.Reason = storage.CheckInterrupted, context.Cause(ctx).Error()
	case errors.Is(err, storage.ErrNotFound): // the store knows of the deletion before the server does
		r.run.State, r.run.Reason = storage.CheckInterrupted, errDeleted.Error()
	case err != nil:
		r.run.State, r.run.Reason = storage.CheckInterrupted, err.Error()
	default:
		r.run.Reason = cmp.Or(reason, r.spent)
	}
	return errors.Join(r.skipRest(cmp.Or(r.run.Reason, "not run")), r.end())
}

func (r *runner) end() error {
	ctx, cancel := context.WithTimeout(r.keep, commitWithin)
	defer cancel()
	return r.store.EndCheck(ctx, r.run)
}

// judgeAll runs the cases one after another, and returns why some were not run, or "". The TLS
// cases send no event, so they run even if the endpoint is dead. They share one pair of handshakes.
func (r *runner) judgeAll(ctx context.Context) (reason string, err error) {
	present := sync.OnceValues(func() (seen handshakes, err error) {
		if err := r.pace.take(ctx, 1); err != nil {
			return seen, err
		}
		return inspectTLS(ctx, r.client, &r.webhook, r.cfg.Now()), nil
	})
	dead := ""
	for i, c := range r.cases {
		record := &r.run.Cases[i]
		if dead != "" && c.inspect == nil {
			continue
		}
		if err := r.begin(record); err != nil {
			return "", err
		}
		j, reason, err := r.judge(ctx, c, record, present)
		if err != nil || ctx.Err() != nil {
			return "", err
		}
		if err := r.conclude(record, c, j); err != nil {
			return "", err
		}
		dead = cmp.Or(dead, reason)
	}
	return dead, nil
}

// judge judges a case. If no case that sends events can be judged after it, dead tells why.
func (r *runner) judge(ctx context.Context, c Case, record *storage.CheckCase, present func() (handshakes, error)) (j judgement, dead string, err error) {
	if c.skipReason != nil {
		if reason := c.skipReason(&r.webhook); reason != "" {
			return skipped(reason), "", nil
		}
	}
	if c.inspect != nil {
		seen, err := present()
		if err != nil {
			return j, "", err
		}
		return c.inspect(seen), "", nil
	}
	j, dead, err = r.try(ctx, c, record)
	if errors.Is(err, errSpent) {
		r.spent = err.Error()
		return skipped(r.spent), dead, nil
	}
	return j, dead, err
}

func skipped(why string) judgement { return judgement{result: storage.CheckSkipped, got: why} }

func (r *runner) begin(record *storage.CheckCase) error {
	record.StartedAt = r.stamp()
	return r.store.SaveCheckCases(r.keep, r.run.ID, *record)
}

// stamp returns the time as a store returns it, in UTC and whole microseconds, so that the run in
// memory equals the stored one.
func (r *runner) stamp() time.Time { return r.cfg.Now().UTC().Truncate(time.Microsecond) }

func (r *runner) conclude(record *storage.CheckCase, c Case, j judgement) error {
	j = j.weighed(c.Level)
	record.Result, record.Got, record.EndedAt = j.result, j.got, r.stamp()
	record.Remedy = cmp.Or(j.remedy, record.Remedy)
	return r.store.SaveCheckCases(r.keep, r.run.ID, *record)
}

// skipRest stores that the cases without a result were not run, and why.
func (r *runner) skipRest(why string) error {
	var rest []storage.CheckCase
	for i := range r.run.Cases {
		c := &r.run.Cases[i]
		if c.Result == "" {
			c.Result, c.Got, c.EndedAt = storage.CheckSkipped, why, r.stamp()
			rest = append(rest, *c)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.keep, commitWithin)
	defer cancel()
	return r.store.SaveCheckCases(ctx, r.run.ID, rest...)
}

// try sends the requests of a case and judges the answers. If no other case can be tried, dead
// tells why.
func (r *runner) try(ctx context.Context, c Case, record *storage.CheckCase) (j judgement, dead string, err error) {
	if c.load {
		j, err = r.runLoad(ctx, c, record)
		return j, "", err
	}
	rounds, err := c.plan(r.eventSource)
	if err != nil {
		return j, "", fmt.Errorf("%s: %w", c.ID, err)
	}
	all, err := r.sendAll(ctx, c, record, rounds)
	if err != nil {
		return j, "", err
	}
	if c.ID == Canary {
		return r.tryCanary(ctx, c, record, rounds[0], all)
	}
	if slices.ContainsFunc(all, func(a answer) bool { return a.class == storage.ClassConfig && strings.Contains(a.err, tooShort) }) {
		return skipped(tooShort), "", nil
	}
	dead, err = r.whyDead(ctx, c, all)
	j = c.judge(all)
	if dead != "" {
		j.got += "; " + dead
	}
	return j, dead, err
}

// tryCanary judges the answer to a valid event, which it sends a second time if it was not accepted.
func (r *runner) tryCanary(ctx context.Context, c Case, record *storage.CheckCase, event round, all []answer) (j judgement, dead string, err error) {
	if !all[0].ok() {
		again, err := r.send(ctx, c, record, event)
		if err != nil {
			return j, "", err
		}
		all = append(all, again...)
	}
	j = c.judge(all)
	if j.result == storage.CheckFailed {
		dead = "the endpoint did not accept a valid event (" + Canary + "), so nothing else can be learned about it"
	}
	return j, dead, nil
}

// whyDead finds out, after a request that was answered by 5xx or not at all, whether the endpoint
// still accepts valid events. It returns how these fail, or "" if they do not. A gateway answers 502
// or 503 for an application that has died; without this probe, every later case would fail for the
// crash that an earlier one caused.
func (r *runner) whyDead(ctx context.Context, c Case, all []answer) (string, error) {
	if !slices.ContainsFunc(all, answer.broken) {
		return "", nil
	}
	var last answer
	for n := range 3 { // a supervisor may restart it
		if !r.cfg.Wait(ctx, time.Duration(n)*time.Second) {
			return "", ctx.Err()
		}
		rounds, err := single(engine.Variation{})(r.eventSource)
		if err != nil {
			return "", err
		}
		answers, err := r.send(ctx, c, &storage.CheckCase{}, rounds[0])
		if err != nil {
			return "", err
		}
		if last = answers[0]; !last.broken() {
			return "", nil
		}
	}
	if last.none() {
		return fmt.Sprintf("the endpoint has not answered since %s: %s", c.ID, last.err), nil
	}
	return fmt.Sprintf("the endpoint has failed valid events since %s: %s", c.ID, last), nil
}
