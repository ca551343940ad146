package engine

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"backchannel/storage"
)

// explainStatus returns in one line why an answer is not a success, and what to do.
func (ep *endpoint) explainStatus(ctx context.Context, code int, location string, body []byte) string {
	text := strings.TrimSpace(fmt.Sprintf("answered %d %s", code, http.StatusText(code)))
	switch {
	case code >= 300 && code <= 399 && location != "":
		return text + "; redirects are not followed: " + ep.redirectRemedy(ctx, location)
	case code == http.StatusGone:
		return text + "; it wants no more events, so the webhook is paused now: " + storage.ResumeAdvice(ep.webhook.Name)
	case code == http.StatusBadRequest && ep.target.Scheme == "http" && wantsTLS(body):
		secure := *ep.target
		secure.Scheme = "https"
		return text + ": the port speaks HTTPS; set the URL to " + clipped(secure.String())
	}
	return text + ep.certificateRemedy(code, body)
}

// certificateRemedy returns what to do about the client certificate if an answer is due to it, or to the
// lack of one, and otherwise "".
func (ep *endpoint) certificateRemedy(code int, body []byte) string {
	if code < 400 || code > 499 {
		return ""
	}
	if file := ep.dial.client; file != "" {
		if code == http.StatusBadRequest && bodyContains(body, "The SSL certificate error") {
			return fmt.Sprintf(": the endpoint does not accept the client certificate in %s; name one that it accepts%s", file, nameClient)
		}
		return ""
	}
	switch {
	case bodyContains(body, "No required SSL certificate was sent", "No required TLS certificate was sent"):
		return ": the endpoint wants a client certificate" + noClient + nameClient
	case refusesSender(code) && ep.dial.asked.Load():
		return ": the endpoint asks for a client certificate and the webhook has none, which may be why: if so, name one that it accepts" + nameClient
	}
	return ""
}

// refusesSender reports whether a status refuses the sender rather than the request. 495 and
// 496 are nginx's for a wrong and a missing client certificate.
func refusesSender(code int) bool {
	return slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, 495, 496}, code)
}

// wantsTLS reports whether an answer is that of an HTTPS port to a request without TLS. It
// recognizes Go, nginx, Apache and Tomcat.
func wantsTLS(body []byte) bool {
	return bodyContains(body, "HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port",
		"speaking plain HTTP to an SSL-enabled server port", "combination of host and port requires TLS")
}

// bodyContains reports whether a body contains one of the texts.
func bodyContains(body []byte, texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(body, []byte(text)) })
}
