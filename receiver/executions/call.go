package executions

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// A call is one request and its answer.
type call struct {
	h       *Handler
	w       http.ResponseWriter
	req     *http.Request
	name    string // the ID in the path, if it has one
	id      string // x-request-id of the answer
	body    intake.Body
	request request
	e       storage.Execution
}

// requestIDHeader identifies a call. The answer repeats the caller's, or has a new one.
const requestIDHeader = "X-Request-Id"

// newCall begins the record of a request and reads its body.
func (h *Handler) newCall(w http.ResponseWriter, req *http.Request) *call {
	c := &call{h: h, w: w, req: req, id: req.Header.Get(requestIDHeader)}
	if c.id == "" {
		c.id = newRequestID()
	}
	c.e = storage.Execution{
		ReceivedAt:   h.cfg.Now(),
		XRequestID:   intake.Indexed(c.id),
		Organization: intake.Indexed(req.Header.Get("x-gw-ims-org-id")),
		Sandbox:      intake.Indexed(req.Header.Get("x-sandbox-name")),
		Method:       req.Method,
		Path:         req.RequestURI,
		Proto:        req.Proto,
		Remote:       req.RemoteAddr,
		Headers:      intake.Headers(req, ownHeader),
	}
	if req.TLS != nil {
		c.e.TLSVersion = tls.VersionName(req.TLS.Version)
	}
	c.body = h.cfg.Bodies.Read(w, req)
	c.e.Body, c.e.Flaw = c.body.Bytes, c.body.Flaw
	return c
}

// ownHeader reports which headers the API defines, and whether their values are secret.
func ownHeader(name string) (secret, known bool) {
	switch name {
	case "X-Api-Key":
		return true, true
	case "X-Gw-Ims-Org-Id", "X-Sandbox-Name", "X-Request-Id":
		return false, true
	}
	return false, false
}

// A verdict returns the answer to a call, and the messages that follow from it. It is
// called within the transaction that stores the call.
type verdict func(storage.Precedent) (answer, []storage.PlannedMessage)

// fixed returns the verdict on a call whose answer does not depend on earlier ones.
func fixed(a answer) verdict {
	return func(storage.Precedent) (answer, []storage.PlannedMessage) { return a, nil }
}

// conclude stores the call, then answers it.
func (c *call) conclude(v verdict) {
	a, err := c.keep(v)
	if err != nil {
		c.unstored(err)
		return
	}
	c.answer(a)
}

// keep stores the call with its answer, and returns after the commit.
func (c *call) keep(v verdict) (a answer, err error) {
	before := c.e
	err = c.h.store.AddExecution(c.h.ctx, &c.e, func(p storage.Precedent) (planned []storage.PlannedMessage) {
		a, planned = v(p)
		a.headers = append(slices.Clip(a.headers), storage.HeaderField{Name: requestIDHeader, Value: c.id})
		c.e.Code, c.e.Fault = a.status, a.fault
		c.e.AnswerHeaders, c.e.AnswerBody = a.fields(), a.body
		c.e.Duration = c.h.cfg.Now().Sub(c.e.ReceivedAt)
		return planned
	})
	if err != nil {
		// The transaction set these fields, and the caller may try again.
		c.e = before
	}
	return a, err
}

// answer answers a call that is stored. The header that it adds tells our own commands which record
// that is.
func (c *call) answer(a answer) {
	c.w.Header().Set(storage.ExecutionHeader, c.e.ID.String())
	send(c.w, a)
}

// unstored answers 503 to a call that could not be stored, because the caller would take any
// other answer to mean that the call was handled.
func (c *call) unstored(err error) {
	c.h.cfg.Unstored(c.req.RequestURI, err)
	c.w.Header().Set("Cache-Control", "no-store")
	c.w.Header().Set(storage.UnstoredHeader, intake.Clip(err.Error(), 4*intake.MaxShown))
	send(c.w, answer{status: http.StatusServiceUnavailable, kind: "text/plain; charset=utf-8",
		body: fmt.Appendf(nil, "backchannel could not store this request, so treat it as not received: %v\n", err)})
}

// outdated reports whether a call could not be stored because the webhook that its events
// are for was deleted, or lost its channel, after they were planned.
func outdated(err error) bool {
	return errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrInvalid)
}
