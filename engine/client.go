package engine

import (
	"context"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// A Client makes attempts for one webhook and reuses what they share: connections, the
// parsed key, the contents of files. It is safe for use by several goroutines, and must be
// closed.
type Client struct {
	endpoints *endpointBuilder
	now       func() time.Time
	endpoint  atomic.Pointer[endpoint] // nil until the first attempt
	building  gate                     // held while endpoint is replaced, which reads files
}

// NewClient returns a client that connects, signs and masks secrets as cfg says.
func NewClient(cfg Config) *Client {
	cfg = cfg.withDefaults()
	return newClient(cfg.endpoints(), cfg.Now)
}

func newClient(b *endpointBuilder, now func() time.Time) *Client {
	return &Client{endpoints: b, now: now, building: newGate()}
}

// Attempt makes a single attempt with a client of its own. It is what a check or a replay to
// a URL needs; for several attempts, a [Client] reuses connections.
func Attempt(ctx context.Context, cfg Config, w storage.Webhook, job storage.Job) Result {
	c := NewClient(cfg)
	defer c.Close()
	return c.Attempt(ctx, &w, &job)
}

// Attempt tries once to deliver the job, with the webhook as it is given. It uses no store:
// the caller records the result and tries again. The end of ctx aborts the attempt.
func (c *Client) Attempt(ctx context.Context, w *storage.Webhook, job *storage.Job) Result {
	return c.AttemptVaried(ctx, w, job, Variation{})
}

// Close closes the connections: idle ones now, busy ones when their attempt is over.
func (c *Client) Close() {
	if ep := c.endpoint.Load(); ep != nil {
		ep.retire()
	}
}

// releaseIdle closes the connections that no attempt uses.
func (c *Client) releaseIdle() {
	ep := c.endpoint.Load()
	if ep == nil {
		return
	}
	ep.direct.idle.flush()
	ep.direct.http2.flush()
}

// prepared returns the endpoint for a webhook. It reuses the last one if the webhook, the
// receiver's URL and the contents of all files are the same. Its errors are problems.
func (c *Client) prepared(ctx context.Context, w *storage.Webhook) (*endpoint, error) {
	receiverURL, err := c.endpoints.receiverURL(w)
	if err != nil {
		return nil, err
	}
	if ep := c.endpoint.Load(); ep.current(w, receiverURL) && ep.files.isFresh(time.Now()) {
		return ep, nil
	}
	// From here on files are read, which may take forever on a network file system.
	ctx, cancel := context.WithTimeout(ctx, w.Delivery.Timeout)
	defer cancel()
	if ep := c.endpoint.Load(); ep.current(w, receiverURL) && ep.files.same(ctx) {
		return ep, nil
	}
	if err := c.building.enter(ctx); err != nil {
		return nil, sourceProblem(storage.ClassConfig, "prepare the attempt", err)
	}
	defer c.building.leave()
	// Another attempt may have replaced the endpoint while this one waited.
	before := c.endpoint.Load()
	if before.current(w, receiverURL) && before.files.same(ctx) {
		return before, nil
	}
	ep, err := c.endpoints.newEndpoint(ctx, *w, receiverURL)
	if err != nil {
		return nil, err
	}
	c.endpoint.Store(ep)
	if before != nil {
		before.retire()
	}
	return ep, nil
}
