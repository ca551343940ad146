package receiver

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// A Forward configures the relaying of verified receipts: those whose auth, schema and
// target verdicts did not fail, whatever the response profile makes of the answer. Each is
// relayed once, without a retry and without any effect on the answer to the sender.
type Forward struct {
	URL       string
	Transport http.RoundTripper
	Timeout   time.Duration // of one attempt; 0: 10 s
	// Explain returns in one line why there is no answer; nil: the text of the transport's error.
	Explain func(error) string
}

// The bounds of relaying.
const (
	// Receipts beyond maxToRelay are dropped rather than made to wait, because relaying must not
	// delay the answer to the sender.
	maxRelaying  = 16   // at once
	maxToRelay   = 1024 // in progress or waiting
	relayTimeout = 10 * time.Second
)

// Forwards stores the outcomes of relaying.
type Forwards interface {
	Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error)
	FinishForward(ctx context.Context, receipt storage.ID, f storage.Forward) error
	// DropForwards marks as dropped the receipts that wait to be relayed by this node, or by one
	// that is gone.
	DropForwards(ctx context.Context, why string) (int64, error)
}

// A forwarder relays receipts. It queues only their IDs; the bodies are in the store.
type forwarder struct {
	to     Forward
	url    string // for display, without secrets
	client *http.Client
	store  Forwards
	log    *slog.Logger
	record func(what incident, last string)
	now    func() time.Time
	via    string // identifies this process in a Via header (RFC 9110 §7.6.3)

	slots   chan struct{}
	queue   chan storage.ID // with room for as many as there are slots
	workers sync.WaitGroup
	cancel  context.CancelFunc
}

// newForwarder returns a forwarder that does not run yet. It follows no redirects, as deliveries
// do not.
func newForwarder(to Forward, store Forwards, cfg Config, record func(incident, string)) *forwarder {
	if to.Timeout == 0 {
		to.Timeout = relayTimeout
	}
	return &forwarder{
		to: to, url: storage.WithoutTokens(to.URL), store: store, log: cfg.Logger, record: record, now: cfg.Now,
		client: &http.Client{
			Transport: to.Transport, Timeout: to.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		via:   "backchannel-" + strings.ToLower(rand.Text()),
		slots: make(chan struct{}, maxToRelay),
		queue: make(chan storage.ID, maxToRelay),
	}
}

// startRelaying first drops the receipts that a killed process left waiting.
func (f *feedback) startRelaying() {
	f.dropForwards("backchannel was killed before it was relayed or the answer came")
	if f.forward != nil {
		f.forward.start(f.working)
	}
}

// stopRelaying uses at most half of Config.Drain, which leaves the store time to record
// the outcomes.
func (f *feedback) stopRelaying() {
	if f.forward == nil {
		return
	}
	defer time.AfterFunc(f.cfg.Drain/2, f.forward.cancel).Stop()
	f.forward.stop()
	f.dropForwards("backchannel was stopped before it was relayed or the answer came")
}

// dropForwards marks the receipts that wait to be relayed as dropped, and records how many as an
// activity.
func (f *feedback) dropForwards(why string) {
	n, err := f.store.DropForwards(f.working, why)
	if err == nil && n > 0 {
		text := fmt.Sprintf("%s: %s", droppedForwards().count(int(n)), why)
		err = f.store.AddActivity(f.working, storage.Activity{At: f.cfg.Now(), Kind: storage.ActivityError, Text: text})
	}
	if err != nil {
		f.log.Error("drop receipts waiting to be relayed", "error", err)
	}
}

// plan decides, before a receipt is stored, whether to relay it. If so, plan takes a slot
// for it.
func (f *forwarder) plan(r *storage.Receipt, via []string) storage.Forward {
	planned := storage.Forward{URL: f.url, State: storage.ForwardWithheld, Error: unverified(r)}
	if planned.Error == "" && strings.Contains(strings.Join(via, ","), f.via) {
		planned.Error = "it was relayed from here, so relaying it again would never end"
	}
	if planned.Error != "" {
		return planned
	}
	select {
	case f.slots <- struct{}{}:
		return storage.Forward{URL: f.url, State: storage.ForwardWaiting}
	default:
		planned.State, planned.Error = storage.ForwardDropped, fmt.Sprintf("%d others were waiting already", maxToRelay)
		f.record(droppedForwards(), planned.Error)
		return planned
	}
}

// unverified returns why a receipt must not be relayed, or "".
func unverified(r *storage.Receipt) string {
	v := r.Verdicts
	for _, required := range []storage.NamedVerdict{{Name: "auth", Verdict: v.Auth}, {Name: "schema", Verdict: v.Schema}, {Name: "target", Verdict: v.Target}} {
		if required.Result == storage.Fail {
			return "the " + required.Name + " verdict failed"
		}
	}
	return ""
}

// onStored queues a receipt that was stored, or releases its slot if storing failed.
func (f *forwarder) onStored(r *storage.Receipt, err error) {
	switch {
	case r.Forward.State != storage.ForwardWaiting:
	case err != nil:
		<-f.slots
	default:
		f.queue <- r.ID
	}
}

// start relays until stop is called.
func (f *forwarder) start(ctx context.Context) {
	ctx, f.cancel = context.WithCancel(ctx)
	for range maxRelaying {
		f.workers.Go(func() {
			for id := range f.queue {
				if ctx.Err() == nil {
					f.relay(ctx, id)
				}
				<-f.slots
			}
		})
	}
}

// stop waits until the queue is empty and all attempts have ended, unless cancel is called.
func (f *forwarder) stop() {
	close(f.queue)
	f.workers.Wait()
	f.cancel()
	f.client.CloseIdleConnections()
}

// relay relays a receipt. One that the end of ctx interrupts stays in the waiting state,
// for dropForwards.
func (f *forwarder) relay(ctx context.Context, id storage.ID) {
	receipt, err := f.store.Receipt(ctx, id)
	if err != nil {
		f.failed("read receipt to relay", id, err)
		return
	}
	outcome := f.attempt(ctx, receipt)
	if ctx.Err() != nil {
		return
	}
	if outcome.State == storage.ForwardFailed {
		f.record(failedForwards(), outcome.Error)
	}
	if err := f.store.FinishForward(ctx, id, outcome); err != nil {
		f.failed("store the answer to a relayed receipt", id, err)
	}
}

// failed logs an error, unless the receipt has been removed.
func (f *forwarder) failed(what string, id storage.ID, err error) {
	if !errors.Is(err, storage.ErrNotFound) {
		f.log.Error(what, "receipt", id, "error", err)
	}
}

// attempt relays a receipt once, and returns the outcome with all secrets masked: the target may
// echo the request.
func (f *forwarder) attempt(ctx context.Context, r storage.Receipt) storage.Forward {
	outcome := storage.Forward{URL: f.url, State: storage.ForwardFailed}
	mask := storage.NewMask(append(r.Secrets(), storage.URLSecrets(f.to.URL)...)...)
	began := f.now()
	response, err := f.post(ctx, r)
	for storage.Shortage(err) != "" && f.pause(ctx, storage.Shortage(err)) { // a shortage here, not the target's fault
		response, err = f.post(ctx, r)
	}
	if err != nil {
		outcome.Duration, outcome.Error = f.now().Sub(began), mask.Text(f.explain(err))
		return outcome
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, storage.MaxAnswerBody+1))
	outcome.State, outcome.Code, outcome.Duration = storage.ForwardAnswered, response.StatusCode, f.now().Sub(began)
	outcome.Type, outcome.Encoding = response.Header.Get("Content-Type"), strings.Join(response.Header.Values("Content-Encoding"), ", ")
	switch {
	case len(body) > storage.MaxAnswerBody:
		body, outcome.Flaw = body[:storage.MaxAnswerBody], storage.BodyOverLong
	case err != nil:
		outcome.Error, outcome.Flaw = mask.Text("the answer's body is incomplete: "+f.explainBody(err)), storage.BodyCut
	}
	outcome.Body = storage.MaskBody(mask, outcome.Header(), body, outcome.Flaw != "")
	outcome.Type, outcome.Encoding = mask.Text(outcome.Type), mask.Text(outcome.Encoding)
	return outcome
}

// pause records which resource is short and waits. It reports false if ctx ended first.
func (f *forwarder) pause(ctx context.Context, resource string) bool {
	const wait = time.Second
	f.record(waitingForwards(), resource)
	return storage.Sleep(ctx, wait)
}

// post sends a receipt's request to the target. The Via header marks it, so that a chain of
// receivers that leads back here is noticed (RFC 9110 §7.6.3).
func (f *forwarder) post(ctx context.Context, r storage.Receipt) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, f.to.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.Header = endToEnd(r.Headers)
	if req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != "" {
		req.GetBody = nil // otherwise net/http would retry by itself
	}
	req.Header.Add("Via", strings.TrimPrefix(r.Proto, "HTTP/")+" "+f.via)
	return f.client.Do(req)
}

// endToEnd returns the headers to be relayed. The nil User-Agent keeps net/http from
// adding its own if the request had none.
func endToEnd(headers []storage.HeaderField) http.Header {
	kept := http.Header{"User-Agent": nil}
	for _, h := range storage.EndToEnd(headers) {
		if h.Name != "Proxy-Authorization" { // for the proxy before us, if there was one
			kept.Add(h.Name, h.Value)
		}
	}
	return kept
}

// explain returns in one line why there is no answer. It omits the URL, which is shown
// beside it.
func (f *forwarder) explain(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return "no answer within " + f.to.Timeout.String()
		}
		err = wrapped.Err
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there; start the server, or correct --forward-to: " + intake.Clip(err.Error(), 4*intake.MaxShown)
	case f.to.Explain != nil:
		return f.to.Explain(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection was closed without an answer"
	}
	return intake.Clip(err.Error(), 4*intake.MaxShown)
}

// explainBody returns why an answer's body is incomplete.
func (f *forwarder) explainBody(err error) string {
	var net interface{ Timeout() bool }
	switch {
	case errors.As(err, &net) && net.Timeout():
		return "it did not end within " + f.to.Timeout.String()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "fewer bytes arrived than were announced"
	}
	return f.explain(err)
}
