package executions

import (
	"context"
	"net/http"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// Prefixes returns the beginnings of the paths that a Handler answers.
func Prefixes() []string { return []string{"/ajo/", "/imp/", "/ims/"} }

// Store is what the handler needs of a store.
type Store interface {
	Campaigns(ctx context.Context) ([]storage.Campaign, error)
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	// AddExecution stores a call and what follows from it in one commit, and returns after
	// it. Within the transaction it calls decide, perhaps more than once, which sets the
	// answer in e and returns the messages to plan.
	AddExecution(ctx context.Context, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error
	ExecutionByName(ctx context.Context, executionID string) (storage.Execution, error)
	Messages(ctx context.Context, q storage.MessageQuery) ([]storage.Message, error)
	// Changes returns a channel of hints that any of these may have changed. A change made
	// in this process is hinted at before the call that made it returns.
	Changes(ctx context.Context) <-chan storage.Change
}

// Config configures a Handler. The zero value is valid.
type Config struct {
	Now    func() time.Time // nil: time.Now
	Bodies *intake.Pool     // shared with the other APIs of a listener; nil: a new one
	// Unstored is called, if not nil, for each call that is answered 503 because it could
	// not be stored.
	Unstored func(path string, err error)
}

// bodyTimeout only appears in the description of an incomplete body. It limits nothing, because a
// handler without a listener gets bodies that are in memory.
const bodyTimeout = 10 * time.Second

// A Handler answers the execution API. It is safe for concurrent use.
type Handler struct {
	ctx      context.Context
	store    Store
	cfg      Config
	catalog  *catalog
	rates    *rates
	parsing  chan struct{} // a slot for the one large body that is being parsed
	tokenKey []byte        // signs the tokens of the token endpoint
}

// New returns a handler that stores calls until ctx is done, even if the caller has
// disconnected.
func New(ctx context.Context, store Store, cfg Config) *Handler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Bodies == nil {
		cfg.Bodies = intake.NewPool(bodyTimeout)
	}
	if cfg.Unstored == nil {
		cfg.Unstored = func(string, error) {}
	}
	return &Handler{
		ctx: ctx, store: store, cfg: cfg,
		catalog: newCatalog(ctx, store), rates: newRates(), parsing: make(chan struct{}, 1), tokenKey: randomKey(),
	}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	to, name := route(req.URL.EscapedPath())
	allowed := to.allows(req.Method)
	if to.unrecorded && allowed {
		send(w, jsonAnswer(http.StatusOK, healthBody))
		return
	}
	c := h.newCall(w, req)
	defer c.body.Release()
	c.name = name
	switch {
	case to.handle == nil:
		c.conclude(fixed(c.problem(unknownPath(req.URL.EscapedPath()))))
	case !allowed:
		a := c.problem(wrongMethod(req.Method, to.allow()))
		a.headers = append(a.headers, storage.HeaderField{Name: "Allow", Value: to.allow()})
		c.conclude(fixed(a))
	default:
		to.handle(c)
	}
}
