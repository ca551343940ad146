package check_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"backchannel/fixtures"
	"backchannel/storage/token"
)

// A reference is a correct endpoint. Tests give it defects through its hooks; without any it has
// none.
type reference struct {
	spec token.Spec
	key  *token.Key
	now  func() time.Time

	// Each hook is called before what a correct endpoint does, and reports whether it has answered
	// instead.
	before func(w http.ResponseWriter, req *http.Request) bool
	// auth judges the values of the JWT's header instead of strict.
	auth func(r *reference, values []string) bool
	// parsed is called with a valid event.
	parsed func(w http.ResponseWriter, e fixtures.Summary, body []byte) bool
	// body is called with any body.
	body func(w http.ResponseWriter, body []byte) bool

	hang chan struct{} // closed when the test ends

	mu   sync.Mutex
	seen map[string]int // how often each event has come
	last map[string]string
}

func (r *reference) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.before != nil && r.before(w, req) {
		return
	}
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	auth := r.auth
	if auth == nil {
		auth = strict
	}
	if r.key != nil && !auth(r, req.Header.Values(r.spec.Header)) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 512<<10))
	switch {
	case err != nil && strings.Contains(err.Error(), "too large"):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, "the body is incomplete", http.StatusBadRequest)
	default:
		r.receive(w, body)
	}
}

func (r *reference) receive(w http.ResponseWriter, body []byte) {
	if r.body != nil && r.body(w, body) {
		return
	}
	var event struct{ RequestID, Channel string }
	if !utf8.Valid(body) || json.Unmarshal(body, &event) != nil || event.RequestID == "" || event.Channel == "" {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	s, _ := fixtures.Describe(body)
	if r.parsed != nil && r.parsed(w, s, body) {
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// strict accepts one valid token, and nothing else.
func strict(r *reference, values []string) bool {
	return len(values) == 1 && r.judges(values[0])
}

// judges reports whether a header's value passes every check of [token.Judge] except the named ones.
func (r *reference) judges(value string, except ...string) bool {
	for _, c := range token.Judge(r.spec, r.key, []string{value}, r.now()) {
		if c.Result == token.Fail && !slices.Contains(except, c.Name) {
			return false
		}
	}
	return true
}

// countSeen counts an event and returns how often it has come.
func (r *reference) countSeen(key string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]int{}
	}
	r.seen[key]++
	return r.seen[key]
}

// swapLast replaces the value of a key and returns the previous one.
func (r *reference) swapLast(key, value string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = map[string]string{}
	}
	before := r.last[key]
	r.last[key] = value
	return before
}

// serve starts an endpoint, with TLS if config is not nil.
func serve(handler http.Handler, config *tls.Config) *httptest.Server {
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if config == nil {
		s.Start()
	} else {
		s.TLS = config
		s.EnableHTTP2 = true
		s.StartTLS()
	}
	return s
}

func fail(w http.ResponseWriter, code int) bool {
	http.Error(w, fmt.Sprintf(`{"error":"answer %d"}`, code), code)
	return true
}
