package check_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/engine/check"
	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/storetest"
	"backchannel/storage/token"
)

// runInMemory makes a run with a store in memory and a clock that does not wait.
func (b *bench) runInMemory(ctx context.Context, o storage.CheckOptions) storage.CheckRun {
	b.Helper()
	store, c := &memory{}, newClock()
	b.config.Now, b.config.Wait = c.Now, c.Wait
	if err := check.Run(ctx, b.config, store, storage.CheckRun{ID: 1, WebhookID: b.hook.ID, Options: o}, b.hook); err != nil {
		b.Fatal(err)
	}
	return store.run
}

// A defect is a fault of an endpoint, with the cases that find it.
type defect struct {
	name   string
	change func(*storage.Webhook)
	inject func(*reference)
	fails  string // IDs of the cases that must fail; those after "?" may
	warns  string // likewise, of those that warn
}

// skippingChecks ignores the named checks of a token.
func skippingChecks(names ...string) func(*reference) {
	return func(r *reference) {
		r.auth = func(r *reference, values []string) bool { return len(values) == 1 && r.judges(values[0], names...) }
	}
}

// algorithm returns the alg of a token's header, and the header.
func algorithm(value string) (alg string, header map[string]any) {
	head, _, _ := strings.Cut(strings.TrimPrefix(value, "Bearer "), ".")
	raw, _ := base64url(head)
	_ = json.Unmarshal(raw, &header)
	alg, _ = header["alg"].(string)
	return alg, header
}

// alsoAccepting accepts the tokens that satisfy the condition, besides the valid ones.
func alsoAccepting(condition func(r *reference, value string) bool) func(*reference) {
	return func(r *reference) {
		r.auth = func(r *reference, values []string) bool {
			return strict(r, values) || len(values) == 1 && condition(r, values[0])
		}
	}
}

// unsigned accepts tokens whose alg is one of the names.
func unsigned(names ...string) func(*reference) {
	return alsoAccepting(func(_ *reference, value string) bool {
		alg, _ := algorithm(value)
		return slices.Contains(names, alg)
	})
}

// statuses answers events of the refused statuses with a code.
func statuses(code int, refused ...string) func(*reference) {
	return func(r *reference) {
		r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
			return slices.Contains(refused, e.Status) && fail(w, code)
		}
	}
}

// containing answers events whose body contains a text with a code.
func containing(code int, text string) func(*reference) {
	return func(r *reference) {
		r.parsed = func(w http.ResponseWriter, _ fixtures.Summary, body []byte) bool {
			return bytes.Contains(body, []byte(text)) && fail(w, code)
		}
	}
}

// bodies answers bodies that satisfy the condition with a code.
func bodies(code int, condition func([]byte) bool) func(*reference) {
	return func(r *reference) {
		r.body = func(w http.ResponseWriter, body []byte) bool { return condition(body) && fail(w, code) }
	}
}

func asymmetric(w *storage.Webhook) {
	w.Auth.JWT.Algorithm, w.Auth.JWT.Secret = "RS256", storage.Secret(storetest.Must(rsaKey()))
}

func defects() []defect {
	return []defect{
		{name: "does not know bounce code 22 (Mailbox Full)", inject: containing(422, `"code":"22"`), fails: "accept/email-bounce-soft accept/email-bounce-22", warns: "accept/other-revision-email"},
		{name: "does not support SMS", inject: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				return e.Channel == "sms" && fail(w, 400)
			}
		}, fails: every("accept/sms-"), warns: "accept/other-revision-sms"},
		{name: "refuses unknown fields", inject: containing(400, "addedLater"), warns: "accept/unknown-field"},
		{name: "knows only the classic revision", inject: containing(400, "campaignType"), warns: "accept/other-revision-email accept/other-revision-sms"},
		{name: "stores events in PostgreSQL's jsonb", inject: containing(500, `\u0000`), warns: "accept/nul"},
		{name: "stores events in utf8mb3", inject: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, _ fixtures.Summary, body []byte) bool {
				return bytes.ContainsRune(body, '📪') && fail(w, 500)
			}
		}, warns: "accept/scripts"},
		{name: "parses with regular expressions", inject: containing(400, `\"quoted\"`), warns: "accept/escapes"},
		{name: "has a column of 4,000 characters", inject: bodies(500, func(body []byte) bool { return len(body) > 5000 && len(body) < 9500 }), warns: "accept/long-reason"},
		{name: "has an enum of the four statuses", inject: statuses(422, "delay", "exclude", "duplicate", "denylist", "read", "unknown"),
			warns: "accept/status-delay accept/status-exclude accept/status-duplicate accept/status-denylist accept/status-read accept/status-unknown"},
		{name: "accepts only transactional messages", inject: containing(422, `"marketing"`), warns: "accept/marketing"},
		{name: "has an enum of three failure types", inject: containing(422, `"Admin"`), warns: "accept/type-admin"},
		{name: "reports a repeat as a conflict", inject: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				return r.countSeen(e.RequestID+e.Identity+e.Status) > 1 && fail(w, 409)
			}
		}, fails: "repeat/twice repeat/at-once", warns: "repeat/same-token"},
		{name: "de-duplicates on requestId alone, as a conflict", inject: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				key := e.Identity + e.Status
				before := r.swapLast(e.RequestID, key)
				return before != "" && before != key && strings.Contains(e.Identity, "+") && fail(w, 409)
			}
		}, fails: "same-request/recipients"},
		{name: "requires statuses in order", inject: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				before := r.swapLast("order "+e.RequestID+e.Identity, e.Status)
				return e.Status == "sent" && (before == "delivered" || before == "bounce") && fail(w, 409)
			}
		}, fails: "order/delivered-first order/sent-after-bounce ?order/at-once", warns: "?order/at-once"},
		{name: "has no authentication", inject: func(r *reference) { r.auth = func(*reference, []string) bool { return true } },
			fails: every("auth/", "auth/clock-skew", "auth/scheme-case", "auth/no-exp", "auth/other-issuer", "auth/two-headers", "auth/other-algorithm", "auth/public-key"),
			warns: "auth/no-exp auth/other-issuer auth/two-headers auth/other-algorithm"},
		{name: "accepts requests without a token", inject: func(r *reference) {
			r.auth = func(r *reference, values []string) bool { return len(values) == 0 || strict(r, values) }
		}, fails: "auth/missing"},
		{name: "accepts an empty header", inject: func(r *reference) {
			r.auth = func(r *reference, values []string) bool {
				return len(values) == 1 && values[0] == "" || strict(r, values)
			}
		}, fails: "auth/empty"},
		{name: "accepts Basic authentication", inject: alsoAccepting(func(_ *reference, value string) bool { return strings.HasPrefix(value, "Basic ") }), fails: "auth/other-scheme"},
		{name: "decodes without verifying", inject: skippingChecks("signature", "alg"), fails: "auth/signature-changed auth/signature-cut auth/signature-empty auth/other-key auth/alg-none auth/alg-none-title auth/alg-none-upper auth/alg-none-mixed auth/own-key auth/own-key-url", warns: "auth/other-algorithm"},
		{name: "accepts alg none", inject: unsigned("none"), fails: "auth/alg-none"},
		{name: "refuses alg none, but not nOnE", inject: unsigned("None", "NONE", "nOnE"), fails: "auth/alg-none-title auth/alg-none-upper auth/alg-none-mixed"},
		{name: "uses the public key as a secret", change: asymmetric, inject: alsoAccepting(func(_ *reference, value string) bool {
			alg, _ := algorithm(value)
			return alg == "HS256"
		}), fails: "auth/public-key-as-secret auth/public-key-as-secret-cut"},
		{name: "trusts the token's own key", inject: alsoAccepting(func(_ *reference, value string) bool {
			_, header := algorithm(value)
			return header["jwk"] != nil
		}), fails: "auth/own-key"},
		{name: "fetches the token's key", inject: alsoAccepting(func(_ *reference, value string) bool {
			_, header := algorithm(value)
			return header["jku"] != nil
		}), fails: "auth/own-key-url"},
		{name: "ignores exp", inject: skippingChecks("exp"), fails: "auth/expired", warns: "auth/no-exp"},
		{name: "ignores nbf", inject: skippingChecks("nbf", "iat"), fails: "auth/not-yet-valid"},
		{name: "ignores aud", inject: skippingChecks("aud"), fails: "auth/other-audience"},
		{name: "ignores iss", inject: skippingChecks("iss"), warns: "auth/other-issuer"},
		{name: "allows every algorithm that fits the key", change: asymmetric, inject: alsoAccepting(func(_ *reference, value string) bool {
			alg, _ := algorithm(value)
			return alg == "RS384"
		}), warns: "auth/other-algorithm"},
		{name: "uses the last of two headers", inject: func(r *reference) {
			r.auth = func(r *reference, values []string) bool { return len(values) > 0 && r.judges(values[len(values)-1]) }
		}, warns: "auth/two-headers"},
		{name: "allows no leeway", inject: func(r *reference) { r.now = func() time.Time { return time.Now().Add(token.Leeway) } }, warns: "auth/clock-skew"},
		{name: "compares the scheme exactly", inject: func(r *reference) {
			r.auth = func(r *reference, values []string) bool {
				return strict(r, values) && strings.HasPrefix(values[0], "Bearer ")
			}
		}, warns: "auth/scheme-case"},
		{name: "crashes on a token that it cannot parse", inject: crashingOnTokens(), fails: "auth/missing auth/empty auth/other-scheme auth/not-a-jwt"},
		{name: "answers 400 to a bad token", inject: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				return !strict(r, req.Header.Values(r.spec.Header)) && fail(w, 400)
			}
		}, warns: every("auth/", "auth/clock-skew", "auth/scheme-case", "auth/public-key")},
		{name: "acknowledges before it parses", inject: bodies(204, func(body []byte) bool { return !json.Valid(body) || len(body) > 100_000 }), fails: "body/cut body/empty body/not-json", warns: "body/bom"},
		{name: "crashes on what is not JSON", inject: bodies(500, func(body []byte) bool { return bytes.HasPrefix(body, []byte("status=")) }), fails: "body/not-json"},
		{name: "treats an empty body as a ping", inject: bodies(200, func(body []byte) bool { return len(body) == 0 }), fails: "body/empty"},
		{name: "accepts arrays", inject: bodies(202, func(body []byte) bool { return bytes.HasPrefix(body, []byte("[{")) }), fails: "body/array"},
		{name: "decodes UTF-8 leniently", inject: bodies(204, func(body []byte) bool { return bytes.Contains(body, []byte("\xff")) }), warns: "body/invalid-utf8"},
		{name: "strips a BOM", inject: bodies(204, func(body []byte) bool { return bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")) }), warns: "body/bom"},
		{name: "overflows its stack", inject: bodies(500, func(body []byte) bool { return bytes.HasPrefix(body, []byte("[[")) }), warns: "body/deep"},
		{name: "crashes on a large body", inject: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool { return req.ContentLength > 1<<19 && fail(w, 500) }
		}, warns: "body/large"},
		{name: "crashes on GET", inject: methods("GET", 500), warns: "http/get"},
		{name: "treats PUT as POST", inject: methods("PUT", 200), warns: "http/put"},
		{name: "cannot read chunks", inject: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				return len(req.TransferEncoding) > 0 && fail(w, 501)
			}
		}, warns: "http/chunked"},
		{name: "answers 400 to Expect", inject: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				return req.Header.Get("Expect") != "" && fail(w, 400)
			}
		}, warns: "http/expect-continue"},
		{name: "hangs on half an event", change: func(w *storage.Webhook) { w.Delivery.Timeout = 3 * time.Second }, inject: func(r *reference) {
			r.body = func(w http.ResponseWriter, body []byte) bool {
				if !bytes.HasPrefix(body, []byte("{")) || json.Valid(body) || bytes.Contains(body, []byte("\xff")) {
					return false
				}
				<-r.hang
				return fail(w, 400)
			}
		}, fails: "body/cut"},
	}
}

// crashingOnTokens answers 500 to a token that does not have three segments.
func crashingOnTokens() func(*reference) {
	return func(r *reference) {
		r.before = func(w http.ResponseWriter, req *http.Request) bool {
			return req.Method == http.MethodPost && strings.Count(req.Header.Get(r.spec.Header), ".") != 2 && fail(w, 500)
		}
	}
}

// methods answers requests of a method with a code.
func methods(method string, code int) func(*reference) {
	return func(r *reference) {
		r.before = func(w http.ResponseWriter, req *http.Request) bool { return req.Method == method && fail(w, code) }
	}
}

// every lists the cases whose ID begins with prefix but not with any of except.
func every(prefix string, except ...string) string {
	var ids []string
	for _, c := range check.Cases() {
		if strings.HasPrefix(c.ID, prefix) && !slices.ContainsFunc(except, func(other string) bool { return strings.HasPrefix(c.ID, other) }) {
			ids = append(ids, c.ID)
		}
	}
	return strings.Join(ids, " ")
}

// An endpoint with one defect fails exactly the cases that look for it.
func TestDefectsFailTheirOwnCases(t *testing.T) {
	t.Parallel()
	for i, d := range defects() {
		if i%defectStep != 0 {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, d.change)
			r := b.reference()
			d.inject(r)
			b.pointTo(serve(r, &tls.Config{}))
			b.Cleanup(func() { close(r.hang) }) // before the server is closed
			run := b.runInMemory(t.Context(), quick("load", "slow"))
			for result, want := range map[storage.CheckResult]string{storage.CheckFailed: d.fails, storage.CheckWarned: d.warns} {
				got, described := withResult(run, result)
				wanted, maybe, _ := strings.Cut(want, "?")
				if missing := slices.DeleteFunc(strings.Fields(wanted), func(id string) bool { return slices.Contains(got, id) }); len(missing) > 0 {
					t.Errorf("want %s, but not so: %v", result, missing)
				}
				if more := slices.DeleteFunc(described, func(text string) bool {
					id, _, _ := strings.Cut(text, " ")
					return slices.Contains(strings.Fields(wanted+" "+maybe), id)
				}); len(more) > 0 {
					t.Errorf("unexpected %s:\n%s", result, strings.Join(more, "\n"))
				}
			}
		})
	}
}
