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

	"backchannel/storage"
)

// A Forward says where verified receipts are relayed to: those whose auth, schema and
// target verdicts did not fail, whatever the response profile makes of the answer. Each is
// tried once, while the sender is answered as it always is.
type Forward struct {
	URL       string
	Transport http.RoundTripper
	Timeout   time.Duration // of one try; 0: 10 s
	// Explain tells in one line why there is no answer; nil: as the transport says it.
	Explain func(error) string
}

// The bounds of relaying.
const (
	maxRelaying  = 16   // at once
	maxToRelay   = 1024 // relaying or waiting for it
	relayTimeout = 10 * time.Second
)

// Forwards keeps what became of relaying.
type Forwards interface {
	Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error)
	FinishForward(ctx context.Context, receipt storage.ID, f storage.Forward) error
	// DropForwards gives up all that waits.
	DropForwards(ctx context.Context, why string) (int64, error)
}

// A forwarder relays receipts. It remembers their IDs alone: their bytes are in the store.
type forwarder struct {
	to     Forward
	url    string // as it is shown: without its secrets
	client *http.Client
	store  Forwards
	log    *slog.Logger
	tell   func(what trouble, last string)
	now    func() time.Time
	via    string // names this process in a Via header (RFC 9110 §7.6.3)

	slots   chan struct{}
	queue   chan storage.ID // as long as there are slots
	workers sync.WaitGroup
	cancel  context.CancelFunc
}

func newForwarder(to Forward, store Forwards, cfg Config, tell func(trouble, string)) *forwarder {
	if to.Timeout == 0 {
		to.Timeout = relayTimeout
	}
	return &forwarder{
		to: to, url: storage.WithoutTokens(to.URL), store: store, log: cfg.Logger, tell: tell, now: cfg.Now,
		client: &http.Client{
			Transport: to.Transport, Timeout: to.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		via:   "backchannel-" + strings.ToLower(rand.Text()),
		slots: make(chan struct{}, maxToRelay),
		queue: make(chan storage.ID, maxToRelay),
	}
}

// startRelaying first gives up what a process that was killed has left.
func (r *Receiver) startRelaying() {
	r.dropForwards("backchannel was killed before it was relayed or the answer came")
	if r.forward != nil {
		r.forward.start(r.working)
	}
}

// stopRelaying leaves the store some of the time that there is to stop in.
func (r *Receiver) stopRelaying() {
	if r.forward == nil {
		return
	}
	defer time.AfterFunc(r.cfg.Drain/2, r.forward.cancel).Stop()
	r.forward.stop()
	r.dropForwards("backchannel was stopped before it was relayed or the answer came")
}

func (r *Receiver) dropForwards(why string) {
	n, err := r.store.DropForwards(r.working, why)
	if err == nil && n > 0 {
		text := fmt.Sprintf("%s: %s", droppedForwards().count(int(n)), why)
		err = r.store.AddActivity(r.working, storage.Activity{At: r.cfg.Now(), Kind: storage.ActivityError, Text: text})
	}
	if err != nil {
		r.log.Error("give up what waits to be relayed", "error", err)
	}
}

// plan says what is to become of a receipt, before it is stored. If that is to wait, a
// slot is taken for it.
func (f *forwarder) plan(r *storage.Receipt, via []string) storage.Forward {
	planned := storage.Forward{URL: f.url, State: storage.ForwardWithheld, Error: unverified(r)}
	if planned.Error == "" && strings.Contains(strings.Join(via, ","), f.via) {
		planned.Error = "it was relayed from here, and would go round for ever"
	}
	if planned.Error != "" {
		return planned
	}
	select {
	case f.slots <- struct{}{}:
		return storage.Forward{URL: f.url, State: storage.ForwardWaiting}
	default:
		planned.State, planned.Error = storage.ForwardDropped, fmt.Sprintf("%d others were waiting for it", maxToRelay)
		f.tell(droppedForwards(), planned.Error)
		return planned
	}
}

// unverified says why a receipt is not to be relayed, if so.
func unverified(r *storage.Receipt) string {
	v := r.Verdicts
	for _, must := range []storage.NamedVerdict{{Name: "auth", Verdict: v.Auth}, {Name: "schema", Verdict: v.Schema}, {Name: "target", Verdict: v.Target}} {
		if must.Result == storage.Fail {
			return "the " + must.Name + " verdict failed"
		}
	}
	return ""
}

// stored is told whether the receipt was stored that a slot was taken for.
func (f *forwarder) stored(r *storage.Receipt, err error) {
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

// stop waits for what is under way and what waits, unless cancel is called.
func (f *forwarder) stop() {
	close(f.queue)
	f.workers.Wait()
	f.cancel()
	f.client.CloseIdleConnections()
}

// relay tries a receipt. What the end of ctx interrupts keeps waiting, to be given up by
// whoever looks for that.
func (f *forwarder) relay(ctx context.Context, id storage.ID) {
	receipt, err := f.store.Receipt(ctx, id)
	if err != nil {
		f.failed("read receipt to relay", id, err)
		return
	}
	made := f.try(ctx, receipt)
	if ctx.Err() != nil {
		return
	}
	if made.State == storage.ForwardFailed {
		f.tell(failedForwards(), made.Error)
	}
	if err := f.store.FinishForward(ctx, id, made); err != nil {
		f.failed("keep what was answered elsewhere", id, err)
	}
}

// failed logs what went wrong, unless the receipt has been removed.
func (f *forwarder) failed(what string, id storage.ID, err error) {
	if !errors.Is(err, storage.ErrNotFound) {
		f.log.Error(what, "receipt", id, "error", err)
	}
}

func (f *forwarder) try(ctx context.Context, r storage.Receipt) storage.Forward {
	made := storage.Forward{URL: f.url, State: storage.ForwardFailed}
	mask := storage.NewMask(append(r.Secrets(), storage.URLSecrets(f.to.URL)...)...)
	began := f.now()
	response, err := f.post(ctx, r)
	for storage.Shortage(err) != "" && f.pause(ctx, storage.Shortage(err)) { // not the other's fault
		response, err = f.post(ctx, r)
	}
	if err != nil {
		made.Duration, made.Error = f.now().Sub(began), mask.Text(f.explain(err))
		return made
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, storage.MaxAnswerBody+1))
	made.State, made.Code, made.Duration = storage.ForwardAnswered, response.StatusCode, f.now().Sub(began)
	made.Type, made.Encoding = response.Header.Get("Content-Type"), strings.Join(response.Header.Values("Content-Encoding"), ", ")
	switch {
	case len(body) > storage.MaxAnswerBody:
		body, made.Flaw = body[:storage.MaxAnswerBody], storage.BodyOverLong
	case err != nil:
		made.Error, made.Flaw = mask.Text("the answer's body broke off: "+f.explainBody(err)), storage.BodyCut
	}
	made.Body = storage.MaskBody(mask, made.Header(), body, made.Flaw != "")
	made.Type, made.Encoding = mask.Text(made.Type), mask.Text(made.Encoding)
	return made
}

// pause tells what is lacking here and waits, unless ctx ends first.
func (f *forwarder) pause(ctx context.Context, lack string) bool {
	const wait = time.Second
	f.tell(waitingForwards(), lack)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (f *forwarder) post(ctx context.Context, r storage.Receipt) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, f.to.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.Header = endToEnd(r.Headers)
	if req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != "" {
		req.GetBody = nil // else net/http would send it again by itself
	}
	req.Header.Add("Via", strings.TrimPrefix(r.Proto, "HTTP/")+" "+f.via)
	return f.client.Do(req)
}

// endToEnd are the headers to be relayed. Without a User-Agent none is made up.
func endToEnd(headers []storage.HeaderField) http.Header {
	kept := http.Header{"User-Agent": nil}
	for _, h := range storage.EndToEnd(headers) {
		if h.Name != "Proxy-Authorization" { // for the proxy before us, if there was one
			kept.Add(h.Name, h.Value)
		}
	}
	return kept
}

// explain says in one line why there is no answer, without the URL, which is known.
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
		return "nothing listens there; start the server, or correct --forward-to: " + clip(err.Error(), 4*maxShown)
	case f.to.Explain != nil:
		return f.to.Explain(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection was closed without an answer"
	}
	return clip(err.Error(), 4*maxShown)
}

// explainBody says why an answer's body is not whole.
func (f *forwarder) explainBody(err error) string {
	var net interface{ Timeout() bool }
	switch {
	case errors.As(err, &net) && net.Timeout():
		return "it was not whole within " + f.to.Timeout.String()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "fewer bytes came than were announced"
	}
	return f.explain(err)
}
