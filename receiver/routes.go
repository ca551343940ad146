package receiver

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"backchannel/storage"
)

const (
	feedbackPath = "/feedback/{organization}/{sandbox}"
	healthPath   = "/healthz"
)

// routes maps what may be asked for. Paths are matched as they were sent: "//" is not
// tidied into a redirect, and an escaped slash is part of a name.
func (r *Receiver) routes() http.Handler {
	router := mux.NewRouter().SkipClean(true).UseEncodedPath()
	router.Path(feedbackPath).Methods(http.MethodPost).HandlerFunc(r.exchanging((*exchange).feedback))
	router.Path(feedbackPath).HandlerFunc(r.exchanging((*exchange).wrongMethod))
	router.Path(healthPath).Methods(http.MethodGet, http.MethodHead).HandlerFunc(healthy)
	router.Path(healthPath).HandlerFunc(r.exchanging((*exchange).wrongHealth))
	router.NotFoundHandler = r.exchanging((*exchange).nowhere)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.handlers.Add(1)
		defer r.handlers.Done()
		seen(req)
		closeInDoubt(w, req)
		router.ServeHTTP(w, req)
	})
}

// closeInDoubt ends a connection on which where the next request begins may depend on who
// reads: after a transfer coding, beside which there may have been a Content-Length (RFC
// 9112 §6.3), and after HTTP/1.0, which knows no such coding (§6.1). net/http takes what
// would tell away before it can be seen.
func closeInDoubt(w http.ResponseWriter, req *http.Request) {
	if !req.ProtoAtLeast(1, 1) || req.ProtoMajor == 1 && len(req.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// exchanging makes a handler of what takes an exchange.
func (r *Receiver) exchanging(take func(*exchange)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		x := r.newExchange(w, req)
		defer x.giveSlotBack()
		take(x)
	}
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

// feedback takes an event for a webhook.
func (x *exchange) feedback() {
	to, ok := x.endpoint()
	if !ok {
		return
	}
	x.read(&to.webhook)
	x.receive(to)
}

// wrongMethod refuses what is not POST, if there is a webhook at all.
func (x *exchange) wrongMethod() {
	to, ok := x.endpoint()
	if !ok {
		return
	}
	x.read(&to.webhook)
	x.refuse(wrongMethod(x.req.Method, http.MethodPost), http.MethodPost)
}

func (x *exchange) wrongHealth() {
	x.read(nil)
	x.refuse(wrongMethod(x.req.Method, "GET, HEAD"), "GET, HEAD")
}

// nowhere records a request to a path that cannot be a webhook's.
func (x *exchange) nowhere() {
	x.unmatched(unknownPath(x.req.RequestURI))
}

// endpoint finds the webhook that the request's path names. When there is none, the
// request is recorded and answered.
func (x *exchange) endpoint() (*endpoint, bool) {
	to, err := placeOf(x.req)
	if err != nil {
		x.unmatched(unknownPath(x.req.RequestURI))
		return nil, false
	}
	found, err := x.r.endpoints.at(x.r.working, to)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		x.unmatched(x.r.noWebhook(to))
		return nil, false
	case err != nil:
		x.read(nil)
		x.unstored(err)
		return nil, false
	}
	return found, true
}

// placeOf undoes the escapes of the names in the path, once.
func placeOf(req *http.Request) (place, error) {
	names := mux.Vars(req)
	organization, err := url.PathUnescape(names["organization"])
	if err != nil {
		return place{}, err
	}
	sandbox, err := url.PathUnescape(names["sandbox"])
	return place{organization, sandbox}, err
}
