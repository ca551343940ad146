package engine

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/netutil"

	"backchannel/engine/policy"
	"backchannel/storage"
)

func address(t *testing.T, text string) netip.AddrPort {
	t.Helper()
	parsed, err := netip.ParseAddrPort(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestShortageIsDistinguishedFromAnEndpointsFault(t *testing.T) {
	dial := func(to string, errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(address(t, to)), Err: os.NewSyscallError("connect", errno)}
	}
	for _, c := range []struct {
		name string
		err  error
		at   phase
		ours bool
	}{
		{"files", dial("127.0.0.1:9", syscall.EMFILE), connecting, true},
		{"files of the system", dial("127.0.0.1:9", syscall.ENFILE), connecting, true},
		{"buffers", dial("127.0.0.1:9", syscall.ENOBUFS), connecting, true},
		{"memory", fmt.Errorf("handshake: %w", syscall.ENOMEM), handshaking, true},
		{"ports", dial("127.0.0.1:9", syscall.EADDRNOTAVAIL), connecting, true},
		{"ports, by another name", dial("127.0.0.1:9", syscall.EAGAIN), connecting, true},
		{"a key file", sourceProblem(storage.ClassSecret, "JWT key", &os.PathError{Op: "open", Path: "key", Err: syscall.EMFILE}), starting, true},
		{"a lookup", &net.DNSError{Err: "no socket", UnwrapErr: os.NewSyscallError("socket", syscall.EMFILE)}, resolving, true},
		{"an address from which it cannot be reached", dial("[fe80::1]:9", syscall.EADDRNOTAVAIL), connecting, false},
		{"nobody listens", dial("127.0.0.1:9", syscall.ECONNREFUSED), connecting, false},
		{"no route", dial("127.0.0.1:9", syscall.EHOSTUNREACH), connecting, false},
		{"no such host", &net.DNSError{Err: "no such host", IsNotFound: true}, resolving, false},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, answering, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if lack := shortage(c.err, c.at); (lack != "") != c.ours {
				t.Errorf("lacking %q", lack)
			}
			var r Result
			if r.fail(c.err, c.at); (r.Class == policy.Starved) != c.ours {
				t.Errorf("verdict %d, %q", r.Class, r.Attempt.Error)
			}
		})
	}
}

// TestThrottleFindsTheLimit follows a webhook that allows 16 attempts at a time, where
// the machine has the resources for few.
func TestThrottleFindsTheLimit(t *testing.T) {
	now := time.Unix(0, 0)
	var th throttle
	if n := th.limit(now, 16); n != 16 {
		t.Fatalf("%d at a time without a shortage", n)
	}
	th.reduce(now, 9)
	if n := th.limit(now, 16); n != 9 || th.wait(now) != 0 {
		t.Errorf("%d at a time after %s where 9 went well", n, th.wait(now))
	}
	for i, want := range []int{100, 200, 400, 800, 1600, 2000, 2000} {
		if th.reduce(now, 0); th.wait(now) != time.Duration(want)*time.Millisecond {
			t.Errorf("wait %d is %s", i, th.wait(now))
		}
	}
	if n := th.limit(now, 16); n != 1 {
		t.Errorf("%d at a time where none went well", n)
	}
	if n := th.limit(now.Add(3*time.Second), 16); n != 4 {
		t.Errorf("%d at a time after 3 s without a shortage", n)
	}
	if wait := th.wait(now.Add(-time.Hour)); wait > maxShortageWait {
		t.Errorf("waits %s since the clock was set back", wait)
	}
	if n := th.limit(now.Add(time.Minute), 16); n != 16 || th != (throttle{}) {
		t.Errorf("%d at a time after a minute, %+v", n, th)
	}
}

// TestWhatTheReceiverCannotStoreCostsNoAttempt has the built-in receiver's disk be full for
// more requests than would open the breaker.
func TestWhatTheReceiverCannotStoreCostsNoAttempt(t *testing.T) {
	const refused = policy.BreakerLimit + 2
	var requests atomic.Int64
	var told atomic.Int64
	var w *world
	w = newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) <= refused {
			rw.Header().Set(storage.UnstoredHeader, "disk full")
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}, func(c *Config) {
		c.ReceiverURL = func() (string, string) { return w.server.URL, "" }
		c.OnStall = func(reason string) {
			if strings.Contains(reason, "disk full") {
				told.Add(1)
			}
		}
	})
	w.run()
	hook := w.webhook(func(hook *storage.Webhook) { hook.URL, hook.Delivery.Retry = storage.BuiltinReceiver, nil })
	for _, id := range w.fire(hook, slices.Repeat([]string{"{}"}, refused)...) {
		w.await(id, storage.StateDelivered)
		if n := len(w.store.log(id)); n != 1 {
			t.Errorf("%d attempts", n)
		}
	}
	if n := told.Load(); n != 1 {
		t.Errorf("told %d times", n)
	}
	if n := len(slices.DeleteFunc(activityTexts(w.store), func(s string) bool { return !strings.Contains(s, "disk full") })); n != 1 {
		t.Errorf("Activity tells of it %d times: %q", n, activityTexts(w.store))
	}
}

// TestAnotherEndpointsWordIsNotTaken: a stranger's answer of that kind is a failure.
func TestAnotherEndpointsWordIsNotTaken(t *testing.T) {
	ep := &endpoint{webhook: storage.Webhook{URL: "https://example.com"}}
	resp := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{storage.UnstoredHeader: {"disk full"}}, Body: http.NoBody}
	var r Result
	if ep.answered(t.Context(), &r, resp); r.Class != policy.Retryable {
		t.Errorf("verdict %d", r.Class)
	}
	ep.webhook.URL = storage.BuiltinReceiver
	if ep.answered(t.Context(), &r, resp); r.Class != policy.Starved {
		t.Errorf("verdict %d of our own receiver's", r.Class)
	}
}

// TestAllWebhooksShareScarceResources has more webhooks than there may be connections, at an
// endpoint that takes no more than these, as the built-in receiver does then.
func TestAllWebhooksShareScarceResources(t *testing.T) {
	const most, webhooks, events = 2, 8, 3
	var now, peak atomic.Int64
	w := newWorld(t, nil, func(c *Config) { c.Concurrency = most })
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		defer now.Add(-1)
		if n := now.Add(1); n > peak.Load() {
			peak.Store(n)
		}
	}))
	w.server.Listener = netutil.LimitListener(w.server.Listener, most)
	w.server.EnableHTTP2 = true
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	var ids []storage.ID
	for i := range webhooks {
		hook := w.webhook(func(hook *storage.Webhook) {
			hook.Name, hook.Sandbox.Name = fmt.Sprint("acme ", i), fmt.Sprint("sandbox", i)
		})
		ids = append(ids, w.fire(hook, slices.Repeat([]string{"{}"}, events)...)...)
	}
	w.run()
	for _, id := range ids {
		w.await(id, storage.StateDelivered)
		if n := len(w.store.log(id)); n != 1 {
			t.Errorf("%d attempts", n)
		}
	}
	if n := peak.Load(); n > most {
		t.Errorf("%d attempts at a time", n)
	}
}

// TestAQuotaIsLeftByWhoNoLongerWaits for it.
func TestAQuotaIsLeftByWhoNoLongerWaits(t *testing.T) {
	q := newQuota(1)
	if !q.enter(t.Context(), func() { t.Error("waits though there is room") }) {
		t.Fatal("there is room")
	}
	ended, end := context.WithCancel(t.Context())
	if q.enter(ended, end) {
		t.Error("entered without room")
	}
	q.leave()
	if !q.enter(t.Context(), func() {}) {
		t.Error("what was left is not free")
	}
}
