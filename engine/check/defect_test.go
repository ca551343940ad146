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
	"backchannel/storage/token"
)

// tried makes a run of an endpoint without a store and without waiting.
func (b *bench) tried(ctx context.Context, o storage.CheckOptions) storage.CheckRun {
	b.Helper()
	store, c := &memory{}, newClock()
	b.config.Now, b.config.Wait = c.Now, c.Wait
	if err := check.Run(ctx, b.config, store, storage.CheckRun{ID: 1, WebhookID: b.hook.ID, Options: o}, b.hook); err != nil {
		b.Fatal(err)
	}
	return store.run
}

// A defect is what is wrong with an endpoint, and what the check has to say of it.
type defect struct {
	name   string
	change func(*storage.Webhook)
	spoil  func(*reference)
	fails  string // the cases that fail
	warns  string // and those that warn
}

// lax accepts a token in spite of the checks that are named.
func lax(but ...string) func(*reference) {
	return func(r *reference) {
		r.auth = func(r *reference, values []string) bool { return len(values) == 1 && r.judges(values[0], but...) }
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

// believing accepts tokens that the condition is true of besides the good ones.
func believing(condition func(r *reference, value string) bool) func(*reference) {
	return func(r *reference) {
		r.auth = func(r *reference, values []string) bool {
			return strict(r, values) || len(values) == 1 && condition(r, values[0])
		}
	}
}

func unsigned(names ...string) func(*reference) {
	return believing(func(_ *reference, value string) bool {
		alg, _ := algorithm(value)
		return slices.Contains(names, alg)
	})
}

// statuses answers events of a status with a code.
func statuses(code int, refused ...string) func(*reference) {
	return func(r *reference) {
		r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
			return slices.Contains(refused, e.Status) && fail(w, code)
		}
	}
}

// containing answers events whose body has a text.
func containing(code int, text string) func(*reference) {
	return func(r *reference) {
		r.parsed = func(w http.ResponseWriter, _ fixtures.Summary, body []byte) bool {
			return bytes.Contains(body, []byte(text)) && fail(w, code)
		}
	}
}

// bodies answers bodies that a condition is true of.
func bodies(code int, condition func([]byte) bool) func(*reference) {
	return func(r *reference) {
		r.body = func(w http.ResponseWriter, body []byte) bool { return condition(body) && fail(w, code) }
	}
}

func asymmetric(w *storage.Webhook) {
	w.Auth.JWT.Algorithm, w.Auth.JWT.Secret = "RS256", storage.Secret(must(rsaKey()))
}

func defects() []defect {
	return []defect{
		{name: "knows no bounce code 22 (Mailbox Full)", spoil: containing(422, `"code":"22"`), fails: "accept/email-bounce-soft accept/email-bounce-22", warns: "accept/other-revision-email"},
		{name: "has no SMS", spoil: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				return e.Channel == "sms" && fail(w, 400)
			}
		}, fails: every("accept/sms-"), warns: "accept/other-revision-sms"},
		{name: "refuses unknown fields", spoil: containing(400, "addedLater"), warns: "accept/unknown-field"},
		{name: "knows classic alone", spoil: containing(400, "campaignType"), warns: "accept/other-revision-email accept/other-revision-sms"},
		{name: "stores into PostgreSQL's jsonb", spoil: containing(500, `\u0000`), warns: "accept/nul"},
		{name: "stores into utf8mb3", spoil: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, _ fixtures.Summary, body []byte) bool {
				return bytes.ContainsRune(body, '📪') && fail(w, 500)
			}
		}, warns: "accept/scripts"},
		{name: "reads with patterns", spoil: containing(400, `\"quoted\"`), warns: "accept/escapes"},
		{name: "has a column of 4,000 characters", spoil: bodies(500, func(body []byte) bool { return len(body) > 5000 && len(body) < 9500 }), warns: "accept/long-reason"},
		{name: "has an enum of the four statuses", spoil: statuses(422, "delay", "exclude", "duplicate", "denylist", "read", "unknown"),
			warns: "accept/status-delay accept/status-exclude accept/status-duplicate accept/status-denylist accept/status-read accept/status-unknown"},
		{name: "takes transactional messages alone", spoil: containing(422, `"marketing"`), warns: "accept/marketing"},
		{name: "has an enum of three failure types", spoil: containing(422, `"Admin"`), warns: "accept/type-admin"},
		{name: "reports a repeat as a conflict", spoil: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				return r.once(e.RequestID+e.Identity+e.Status) > 1 && fail(w, 409)
			}
		}, fails: "repeat/twice repeat/at-once", warns: "repeat/same-token"},
		{name: "de-duplicates on requestId alone, as a conflict", spoil: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				key := e.Identity + e.Status
				before := r.was(e.RequestID, key)
				return before != "" && before != key && strings.Contains(e.Identity, "+") && fail(w, 409)
			}
		}, fails: "same-request/recipients"},
		{name: "wants the order", spoil: func(r *reference) {
			r.parsed = func(w http.ResponseWriter, e fixtures.Summary, _ []byte) bool {
				before := r.was("order "+e.RequestID+e.Identity, e.Status)
				return e.Status == "sent" && (before == "delivered" || before == "bounce") && fail(w, 409)
			}
		}, fails: "order/delivered-first order/sent-after-bounce ?order/at-once", warns: "?order/at-once"},
		{name: "has no authentication", spoil: func(r *reference) { r.auth = func(*reference, []string) bool { return true } },
			fails: every("auth/", "auth/clock-skew", "auth/scheme-case", "auth/no-exp", "auth/other-issuer", "auth/two-headers", "auth/other-algorithm", "auth/public-key"),
			warns: "auth/no-exp auth/other-issuer auth/two-headers auth/other-algorithm"},
		{name: "lets requests without a token in", spoil: func(r *reference) {
			r.auth = func(r *reference, values []string) bool { return len(values) == 0 || strict(r, values) }
		}, fails: "auth/missing"},
		{name: "lets an empty header in", spoil: func(r *reference) {
			r.auth = func(r *reference, values []string) bool {
				return len(values) == 1 && values[0] == "" || strict(r, values)
			}
		}, fails: "auth/empty"},
		{name: "lets Basic in", spoil: believing(func(_ *reference, value string) bool { return strings.HasPrefix(value, "Basic ") }), fails: "auth/other-scheme"},
		{name: "decodes without verifying", spoil: lax("signature", "alg"), fails: "auth/signature-changed auth/signature-cut auth/signature-empty auth/other-key auth/alg-none auth/alg-none-title auth/alg-none-upper auth/alg-none-mixed auth/own-key auth/own-key-url", warns: "auth/other-algorithm"},
		{name: "accepts alg none", spoil: unsigned("none"), fails: "auth/alg-none"},
		{name: "refuses none, but not nOnE", spoil: unsigned("None", "NONE", "nOnE"), fails: "auth/alg-none-title auth/alg-none-upper auth/alg-none-mixed"},
		{name: "takes the public key for a secret", change: asymmetric, spoil: believing(func(_ *reference, value string) bool {
			alg, _ := algorithm(value)
			return alg == "HS256"
		}), fails: "auth/public-key-as-secret auth/public-key-as-secret-cut"},
		{name: "trusts the token's own key", spoil: believing(func(_ *reference, value string) bool {
			_, header := algorithm(value)
			return header["jwk"] != nil
		}), fails: "auth/own-key"},
		{name: "fetches the token's key", spoil: believing(func(_ *reference, value string) bool {
			_, header := algorithm(value)
			return header["jku"] != nil
		}), fails: "auth/own-key-url"},
		{name: "ignores exp", spoil: lax("exp"), fails: "auth/expired", warns: "auth/no-exp"},
		{name: "ignores nbf", spoil: lax("nbf", "iat"), fails: "auth/not-yet-valid"},
		{name: "ignores aud", spoil: lax("aud"), fails: "auth/other-audience"},
		{name: "ignores iss", spoil: lax("iss"), warns: "auth/other-issuer"},
		{name: "allows every algorithm of the key", change: asymmetric, spoil: believing(func(_ *reference, value string) bool {
			alg, _ := algorithm(value)
			return alg == "RS384"
		}), warns: "auth/other-algorithm"},
		{name: "looks at the last of two headers", spoil: func(r *reference) {
			r.auth = func(r *reference, values []string) bool { return len(values) > 0 && r.judges(values[len(values)-1]) }
		}, warns: "auth/two-headers"},
		{name: "allows no leeway", spoil: func(r *reference) { r.now = func() time.Time { return time.Now().Add(token.Leeway) } }, warns: "auth/clock-skew"},
		{name: "compares the scheme exactly", spoil: func(r *reference) {
			r.auth = func(r *reference, values []string) bool {
				return strict(r, values) && strings.HasPrefix(values[0], "Bearer ")
			}
		}, warns: "auth/scheme-case"},
		{name: "crashes on a token that it cannot parse", spoil: crashing(), fails: "auth/missing auth/empty auth/other-scheme auth/not-a-jwt"},
		{name: "answers 400 to a bad token", spoil: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				return !strict(r, req.Header.Values(r.spec.Header)) && fail(w, 400)
			}
		}, warns: every("auth/", "auth/clock-skew", "auth/scheme-case", "auth/public-key")},
		{name: "acknowledges before it parses", spoil: bodies(204, func(body []byte) bool { return !json.Valid(body) || len(body) > 100_000 }), fails: "body/cut body/empty body/not-json", warns: "body/bom"},
		{name: "crashes on what is not JSON", spoil: bodies(500, func(body []byte) bool { return bytes.HasPrefix(body, []byte("status=")) }), fails: "body/not-json"},
		{name: "takes an empty body for a ping", spoil: bodies(200, func(body []byte) bool { return len(body) == 0 }), fails: "body/empty"},
		{name: "takes arrays", spoil: bodies(202, func(body []byte) bool { return bytes.HasPrefix(body, []byte("[{")) }), fails: "body/array"},
		{name: "decodes UTF-8 leniently", spoil: bodies(204, func(body []byte) bool { return bytes.Contains(body, []byte("\xff")) }), warns: "body/invalid-utf8"},
		{name: "strips a BOM", spoil: bodies(204, func(body []byte) bool { return bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")) }), warns: "body/bom"},
		{name: "overflows its stack", spoil: bodies(500, func(body []byte) bool { return bytes.HasPrefix(body, []byte("[[")) }), warns: "body/deep"},
		{name: "crashes on a large body", spoil: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool { return req.ContentLength > 1<<19 && fail(w, 500) }
		}, warns: "body/large"},
		{name: "crashes on GET", spoil: methods("GET", 500), warns: "http/get"},
		{name: "takes PUT for POST", spoil: methods("PUT", 200), warns: "http/put"},
		{name: "cannot read chunks", spoil: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				return len(req.TransferEncoding) > 0 && fail(w, 501)
			}
		}, warns: "http/chunked"},
		{name: "refuses Expect in its own way", spoil: func(r *reference) {
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				return req.Header.Get("Expect") != "" && fail(w, 400)
			}
		}, warns: "http/expect-continue"},
		{name: "hangs on half an event", spoil: func(r *reference) {
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

// crashing answers 500 if there are no three segments.
func crashing() func(*reference) {
	return func(r *reference) {
		r.before = func(w http.ResponseWriter, req *http.Request) bool {
			return req.Method == http.MethodPost && strings.Count(req.Header.Get(r.spec.Header), ".") != 2 && fail(w, 500)
		}
	}
}

func methods(method string, code int) func(*reference) {
	return func(r *reference) {
		r.before = func(w http.ResponseWriter, req *http.Request) bool { return req.Method == method && fail(w, code) }
	}
}

// every lists the cases whose ID begins with a prefix, but for those that begin with another.
func every(prefix string, but ...string) string {
	var ids []string
	for _, c := range check.Cases() {
		if strings.HasPrefix(c.ID, prefix) && !slices.ContainsFunc(but, func(other string) bool { return strings.HasPrefix(c.ID, other) }) {
			ids = append(ids, c.ID)
		}
	}
	return strings.Join(ids, " ")
}

// Each endpoint with one defect fails exactly the cases that name it.
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
			d.spoil(r)
			b.at(serve(r, &tls.Config{}))
			b.Cleanup(func() { close(r.hang) }) // before the server is closed
			run := b.tried(t.Context(), quick("load", "slow"))
			for result, want := range map[storage.CheckResult]string{storage.CheckFailed: d.fails, storage.CheckWarned: d.warns} {
				got, told := bad(run, result)
				wanted, maybe, _ := strings.Cut(want, "?")
				if missing := slices.DeleteFunc(strings.Fields(wanted), func(id string) bool { return slices.Contains(got, id) }); len(missing) > 0 {
					t.Errorf("no %s of %v", result, missing)
				}
				if more := slices.DeleteFunc(told, func(text string) bool {
					id, _, _ := strings.Cut(text, " ")
					return slices.Contains(strings.Fields(wanted+" "+maybe), id)
				}); len(more) > 0 {
					t.Errorf("%s too many:\n%s", result, strings.Join(more, "\n"))
				}
			}
		})
	}
}
