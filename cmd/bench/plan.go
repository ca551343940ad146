package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"backchannel/fixtures"
	"backchannel/fixtures/outcome"
	"backchannel/receiver/executions"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// concurrentCalls is how many calls of the execution API are in flight at once.
const concurrentCalls = 32

// plan compares calls of the execution API, each with the maximum number of recipients, with plain
// enqueueing of the events that follow from them. It also compares deliveries while many events are
// planned for later with deliveries alone.
func plan(ctx context.Context, s settings) ([]row, error) {
	var ours, limit float64
	for range rounds {
		executed, err := executeRate(ctx, s)
		if err != nil {
			return nil, err
		}
		enqueued, err := batchRate(ctx, s)
		if err != nil {
			return nil, err
		}
		ours, limit = ours+executed/rounds, limit+enqueued/rounds
	}
	rows := []row{{
		what: fmt.Sprintf("events planned by calls for %d recipients, vs. the same events enqueued", fixtures.MaxRecipients),
		ours: perSecond(ours), limit: perSecond(limit), ratio: ours / limit, goal: "> 0.5",
	}}
	besidePlanned, err := besidePlanned(ctx, s)
	return append(rows, besidePlanned...), err
}

// A caller executes one campaign.
type caller struct {
	store    *sqlite.Store
	hook     storage.Webhook
	campaign storage.Campaign
	people   []outcome.Recipient
	calls    atomic.Int64
}

// newCaller returns a caller on a store of its own, whose webhook is paused.
func newCaller(ctx context.Context, s settings) (*caller, error) {
	store, source, err := idleStore(ctx, s)
	if err != nil {
		return nil, err
	}
	draft := storage.NewCampaign()
	draft.Name, draft.Webhooks, draft.Sandbox.Name = "bench", true, source.webhook.Sandbox.Name
	live, err := draft.Activate()
	if err != nil {
		return nil, err
	}
	c := &caller{store: store, hook: source.webhook, campaign: live}
	for i := range fixtures.MaxRecipients {
		c.people = append(c.people, outcome.Recipient{UserID: fmt.Sprintf("person%d@example.com", i), Namespace: string(storage.Email)})
	}
	return c, store.SaveCampaigns(ctx, &c.campaign)
}

// executeRate returns the number of events per second that follow from calls.
func executeRate(ctx context.Context, s settings) (float64, error) {
	c, err := newCaller(ctx, s)
	if err != nil {
		return 0, err
	}
	defer c.store.Close()
	began := time.Now()
	// For the handler, a second passes between two calls, so that none exceeds the rate limit.
	later := func() time.Time { return began.Add(time.Duration(c.calls.Load()) * time.Second) }
	handler := executions.New(ctx, c.store, executions.Config{Now: later})
	rate, err := hammer(ctx, concurrentCalls, s.duration/rounds, func(context.Context) error { return c.execute(handler) })
	return rate * float64(2*len(c.people)), err // each message is sent and delivered
}

// execute calls the handler directly, because the network is not part of the measurement.
func (c *caller) execute(to http.Handler) error {
	var body strings.Builder
	fmt.Fprintf(&body, `{"requestId":"request-%d","campaignId":%q,"recipients":[`, c.calls.Add(1), c.campaign.UUID)
	for i, p := range c.people {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"type":"aep","userId":%q,"namespace":%q}`, p.UserID, p.Namespace)
	}
	body.WriteString("]}")
	req := httptest.NewRequest(http.MethodPost, "/ajo/im/executions/unitary", strings.NewReader(body.String()))
	for name, value := range map[string]string{
		"Authorization": "Bearer token", "X-Api-Key": "key", "X-Gw-Ims-Org-Id": c.campaign.Organization,
		"X-Sandbox-Name": c.campaign.Sandbox.Name, "Content-Type": "application/json",
	} {
		req.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	if to.ServeHTTP(answer, req); answer.Code != http.StatusAccepted {
		return fmt.Errorf("a call was answered %d: %s", answer.Code, answer.Body)
	}
	return nil
}

// batchRate returns how many of the same events per second are enqueued without a call, in batches as
// large as those of a call. The events are built beforehand.
func batchRate(ctx context.Context, s settings) (float64, error) {
	c, err := newCaller(ctx, s)
	if err != nil {
		return 0, err
	}
	defer c.store.Close()
	planner := outcome.Planner{Campaign: c.campaign, Webhook: &c.hook, ExecutionID: "HUMA-00000001", RequestID: "request"}
	var events []storage.Event
	for _, m := range planner.Plan(0, time.Now(), c.people) {
		events = append(events, m.Planned...)
	}
	rate, err := hammer(ctx, concurrentCalls, s.duration/rounds, func(ctx context.Context) error {
		_, err := c.store.Enqueue(ctx, append([]storage.Event(nil), events...)...)
		return err
	})
	return rate * float64(len(events)), err
}

// besidePlanned compares deliveries while many events are planned for later with deliveries
// alone.
func besidePlanned(ctx context.Context, s settings) ([]row, error) {
	alone, source, err := newHarnessWithSink(ctx, s, roleSink)
	if err != nil {
		return nil, err
	}
	defer alone.close()
	loaded, planned, err := newHarnessWithSink(ctx, s, roleSink)
	if err != nil {
		return nil, err
	}
	defer loaded.close()
	n := s.backlog / 10
	if err := loaded.plan(ctx, planned, n); err != nil {
		return nil, err
	}
	var ours, limit float64
	var unused cost
	for range rounds {
		without, err := alone.deliveryRate(ctx, source, s.duration/rounds, &unused)
		if err != nil {
			return nil, err
		}
		with, err := loaded.deliveryRate(ctx, planned, s.duration/rounds, &unused)
		if err != nil {
			return nil, err
		}
		ours, limit = ours+with/rounds, limit+without/rounds
	}
	return []row{{
		what: fmt.Sprintf("delivered while %d events are planned for later, vs. none", n),
		ours: perSecond(ours), limit: perSecond(limit), ratio: ours / limit, goal: "> 0.9",
	}}, nil
}

// plan enqueues events that fall due long after the measurement.
func (w *harness) plan(ctx context.Context, source *events, n int) error {
	const atOnce = 1000
	later := time.Now().Add(24 * time.Hour)
	for done := 0; done < n; done += atOnce {
		batch, err := source.batch(min(atOnce, n-done))
		if err != nil {
			return err
		}
		for i := range batch {
			batch[i].DueAt = later
		}
		if _, err := w.store.Enqueue(ctx, batch...); err != nil {
			return err
		}
	}
	return nil
}
