package receiver

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/gorilla/mux"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// feedbackPath is the path of a webhook's URL. It has the names that identify the webhook,
// because no two webhooks may have the same organization and sandbox.
const feedbackPath = "/feedback/{organization}/{sandbox}"

// A lifetime ends in two steps, so that requests in progress can finish first.
type lifetime struct {
	stopping context.Context // done when Serve has to return
	stop     context.CancelFunc
	working  context.Context // done when no handler is running any more
	quit     context.CancelFunc
}

// newLifetime returns a lifetime whose contexts are not done.
func newLifetime() *lifetime {
	l := &lifetime{}
	l.stopping, l.stop = context.WithCancel(context.Background())
	l.working, l.quit = context.WithCancel(context.Background())
	return l
}

// feedback is the API of the feedback webhooks: it judges, stores and answers events. It
// also stores every request that no API on the listener answers, so that a mistyped URL
// can be found.
type feedback struct {
	*lifetime
	store    Store
	cfg      Config
	log      *slog.Logger
	activity *activityRecorder

	bodies    *intake.Pool
	endpoints *endpoints
	keys      *keyring
	schemas   *schemas
	faults    *counters
	finisher  *finisher
	forward   *forwarder // nil: nothing is relayed

	unstored atomic.Int64
}

// newFeedback returns the API for a complete configuration. url returns the URL of the
// listener.
func newFeedback(life *lifetime, store Store, cfg Config, activity *activityRecorder, url func() string) *feedback {
	f := &feedback{
		lifetime: life, store: store, cfg: cfg, log: cfg.Logger, activity: activity,
		bodies:    intake.NewPool(cfg.ReadTimeout),
		endpoints: newEndpoints(life.working, store, url),
		keys:      newKeyring(cfg.Sources),
		schemas:   newSchemas(),
		faults:    newCounters(cfg.Random),
		finisher:  newFinisher(life.working, store, cfg.Logger),
	}
	if cfg.Forward != nil {
		f.forward = newForwarder(*cfg.Forward, store, cfg, activity.record)
	}
	return f
}

// register adds the paths of the webhooks, and the handler of paths that belong to nothing.
func (f *feedback) register(router *mux.Router) {
	router.Path(feedbackPath).Methods(http.MethodPost).HandlerFunc(f.handler((*exchange).event))
	router.Path(feedbackPath).HandlerFunc(f.handler((*exchange).wrongMethod))
	router.NotFoundHandler = f.handler((*exchange).notFound)
}

// handler returns an http.HandlerFunc that calls handle with a new exchange.
func (f *feedback) handler(handle func(*exchange)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		x := f.newExchange(w, req)
		defer x.body.Release()
		handle(x)
	}
}

// finish waits until the outcomes of all requests are stored. No handler may be running.
func (f *feedback) finish() {
	f.stopRelaying()
	f.finisher.wait()
}

// recordUnstored records that a request is answered 503 because it could not be stored.
func (f *feedback) recordUnstored(path string, err error) {
	f.unstored.Add(1)
	f.log.Error("store request", "path", storage.WithoutTokens(path), "error", err)
	f.activity.record(unstoredRequests(), err.Error())
}
