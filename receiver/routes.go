package receiver

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"backchannel/receiver/executions"
	"backchannel/storage"
)

const healthPath = "/healthz"

// routes returns the handler of all requests. Every API on the listener registers its
// paths here. Paths are matched as sent: "//" does not cause a redirect, and an escaped
// slash is part of a name.
func (r *Receiver) routes() http.Handler {
	router := mux.NewRouter().SkipClean(true).UseEncodedPath()
	router.Path(healthPath).Methods(http.MethodGet, http.MethodHead).HandlerFunc(healthy)
	router.Path(healthPath).HandlerFunc(r.feedback.handler((*exchange).wrongHealth))
	for _, prefix := range executions.Prefixes() {
		router.PathPrefix(prefix).Handler(r.executions)
	}
	r.feedback.register(router)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.handlers.Add(1)
		defer r.handlers.Done()
		markHandled(req)
		closeIfAmbiguous(w, req)
		router.ServeHTTP(w, req)
	})
}

// closeIfAmbiguous closes the connection after a request whose end two parsers may see in
// different places, which allows request smuggling: one with a transfer coding, which may
// have had a Content-Length as well (RFC 9112 §6.3), and one of HTTP/1.0, which has no
// transfer codings (§6.1). net/http removes the header fields that would show the conflict.
func closeIfAmbiguous(w http.ResponseWriter, req *http.Request) {
	if !req.ProtoAtLeast(1, 1) || req.ProtoMajor == 1 && len(req.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// healthy answers the health check, which is not recorded.
func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

// event handles an event for a webhook.
func (x *exchange) event() {
	to, ok := x.endpoint()
	if !ok {
		return
	}
	x.read(&to.webhook)
	x.receive(to)
}

// wrongMethod refuses a request to a webhook that is not a POST.
func (x *exchange) wrongMethod() {
	to, ok := x.endpoint()
	if !ok {
		return
	}
	x.read(&to.webhook)
	x.refuse(wrongMethod(x.req.Method, http.MethodPost), http.MethodPost)
}

// wrongHealth refuses a request to the health check that does not read it.
func (x *exchange) wrongHealth() {
	x.read(nil)
	x.refuse(wrongMethod(x.req.Method, "GET, HEAD"), "GET, HEAD")
}

// notFound records a request to a path that cannot be a webhook's.
func (x *exchange) notFound() {
	x.unmatched(unknownPath(x.req.RequestURI))
}

// endpoint returns the webhook that the request's path names. If there is none, it stores
// and answers the request and returns false.
func (x *exchange) endpoint() (*endpoint, bool) {
	to, err := parsePathKey(x.req)
	if err != nil {
		x.unmatched(unknownPath(x.req.RequestURI))
		return nil, false
	}
	found, err := x.api.endpoints.at(x.api.working, to)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		x.unmatched(x.api.noWebhook(to))
		return nil, false
	case err != nil:
		x.read(nil)
		x.unstored(err)
		return nil, false
	}
	return found, true
}

// parsePathKey returns the names in the path, unescaped once.
func parsePathKey(req *http.Request) (pathKey, error) {
	names := mux.Vars(req)
	organization, err := url.PathUnescape(names["organization"])
	if err != nil {
		return pathKey{}, err
	}
	sandbox, err := url.PathUnescape(names["sandbox"])
	return pathKey{organization, sandbox}, err
}
