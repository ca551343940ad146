package check

import (
	"net/http"
	"slices"
	"strings"

	"backchannel/engine"
	"backchannel/storage"
)

func httpCases() []Case {
	const should, info = storage.CheckShould, storage.CheckInfo
	return []Case{
		{
			ID: "http/get", Level: should, What: "GET instead of POST, without a body", Expected: "no 5xx except 501, and no hang",
			Why:    "people, monitors and crawlers open the URL; an unsupported method should be answered with 405 (RFC 9110 §15.5.6)",
			Remedy: "answer 405 with Allow: POST", plan: bodyless(http.MethodGet), judge: survives(false),
		},
		{
			ID: "http/put", Level: should, What: "PUT instead of POST", Expected: "no 5xx except 501, no hang, and no 2xx",
			Why:    "events come by POST; 2xx says that the event was accepted (RFC 9110 §15.5.6)",
			Remedy: "answer 405 with Allow: POST", plan: single(engine.Variation{Method: http.MethodPut}), judge: survives(true),
		},
		{
			ID: "http/chunked", Level: should, What: "an event in chunks, without Content-Length", Expected: "2xx, or 411",
			Why: "a server must understand it (RFC 9112 §7.1), and a proxy may switch to it; 411 is allowed (RFC 9110 §15.5.12)", Remedy: "enable chunked requests in the server or gateway, or answer 411",
			plan: single(engine.Variation{Chunked: true}), judge: acceptedOr(http.StatusLengthRequired),
		},
		{
			ID: "http/expect-continue", Level: should, What: "an event whose body waits for 100 Continue, a second at most", Expected: "2xx, or 417",
			Why: "some clients, such as curl, wait on their own (RFC 9110 §10.1.1); 417 is allowed", Remedy: "let the server answer 100 Continue, or 417",
			plan: single(engine.Variation{Expect: true, Fresh: true}), judge: acceptedOr(http.StatusExpectationFailed),
		},
		{
			ID: "http/content-type", Level: info, What: "an event with the Content-Type text/plain", Expected: "any answer",
			Why: "some frameworks parse JSON only if the Content-Type says so, as that of Journey Optimizer does", Remedy: "nothing",
			plan: single(engine.Variation{Lines: replaced("Content-Type", asText)}), judge: noted,
		},
		{
			ID: "http/version-1.0", Level: info, What: "an event over HTTP/1.0", Expected: "any answer",
			Why: "some proxies speak it to their backends", Remedy: "nothing",
			plan: single(engine.Variation{Version10: true, Fresh: true}), judge: noted,
		},
		{
			ID: "http/keep-alive", Level: info, What: "two events on one connection", Expected: "any answer; ideally the connection is kept",
			Why: "a new connection for each event costs a TCP and a TLS handshake (RFC 9112 §9.3)", Remedy: "enable keep-alive in the server",
			plan: func(s *eventSource) ([]round, error) {
				return inTurn(s.message(storage.StatusSent, storage.StatusDelivered))
			}, judge: keptAlive,
		},
		{
			ID: "http/http2", Level: info, What: "an event with HTTP/2 on offer", Expected: "any answer",
			Why: "it shares one connection among all requests (RFC 9113)", Remedy: "nothing",
			skipReason: requiresTLS, plan: offeringHTTP2, judge: negotiated,
		},
	}
}

// requiresTLS skips a case for URLs without TLS.
func requiresTLS(w *storage.Webhook) string {
	if strings.HasPrefix(strings.ToLower(w.URL), "http://") {
		return "the URL is http://; Journey Optimizer takes https:// only"
	}
	return ""
}

// bodyless sends a request of another method without a body.
func bodyless(method string) plan {
	return func(s *eventSource) ([]round, error) {
		rounds, err := raw(func([]byte) []byte { return []byte{} })(s)
		if err == nil {
			rounds[0][0].v = engine.Variation{Method: method, Lines: replaced("Content-Type", func(storage.HeaderField) []storage.HeaderField { return nil })}
		}
		return rounds, err
	}
}

// offeringHTTP2 sends an event on a new connection, for which it offers HTTP/2.
func offeringHTTP2(s *eventSource) ([]round, error) {
	rounds, err := single(engine.Variation{Fresh: true})(s)
	if err == nil {
		rounds[0][0].http2 = true
	}
	return rounds, err
}

func asText(h storage.HeaderField) []storage.HeaderField {
	h.Value = "text/plain"
	return []storage.HeaderField{h}
}

// survives expects that a request breaks nothing and, if refuse is set, that it is not accepted.
func survives(refuse bool) func([]answer) judgement {
	return func(all []answer) judgement {
		bad := func(a answer) bool {
			return a.none() || a.crashed() && a.code != http.StatusNotImplemented || refuse && a.ok()
		}
		if slices.ContainsFunc(all, bad) {
			return judgement{result: storage.CheckFailed, got: describeAnswers(all, bad), grave: slices.ContainsFunc(all, answer.hung)}
		}
		return judgement{result: storage.CheckPassed, got: describeAnswers(all, nil)}
	}
}

// keptAlive reports whether the second request used the connection of the first.
func keptAlive(all []answer) judgement {
	j := noted(all)
	if len(all) > 1 && all[len(all)-1].kept {
		j.got = "the connection is kept: " + j.got
	} else {
		j.got = "the connection is closed after each answer: " + j.got
	}
	return j
}

// negotiated reports which version of HTTP was used.
func negotiated(all []answer) judgement {
	j := noted(all)
	if slices.ContainsFunc(all, func(a answer) bool { return a.http2 }) {
		j.got = "HTTP/2: " + j.got
	} else {
		j.got = "HTTP/1.1: " + j.got
	}
	return j
}
