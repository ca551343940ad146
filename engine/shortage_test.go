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
		{"ports, as EAGAIN", dial("127.0.0.1:9", syscall.EAGAIN), connecting, true},
		{"a key file", sourceProblem(storage.ClassSecret, "JWT key", &os.PathError{Op: "open", Path: "key", Err: syscall.EMFILE}), starting, true},
		{"a lookup", &net.DNSError{Err: "no socket", UnwrapErr: os.NewSyscallError("socket", syscall.EMFILE)}, resolving, true},
		{"a local address that cannot reach it", dial("[fe80::1]:9", syscall.EADDRNOTAVAIL), connecting, false},
		{"nobody listens", dial("127.0.0.1:9", syscall.ECONNREFUSED), connecting, false},
		{"no route", dial("127.0.0.1:9", syscall.EHOSTUNREACH), connecting, false},
		{"no such host", &net.DNSError{Err: "no such host", IsNotFound: true}, resolving, false},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, answering, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if lack := shortage(c.err, c.at); (lack != "") != c.ours {
				t.Errorf("got the shortage %q, want one: %v", lack, c.ours)
			}
			var r Result
			if r.fail(c.err, c.at); (r.Class == policy.Starved) != c.ours {
				t.Errorf("got outcome %d, %q", r.Class, r.Attempt.Error)
			}
		})
	}
}

// The webhook allows 16 concurrent attempts, and the machine has the resources for fewer.
func TestThrottleFindsTheLimit(t *testing.T) {
	now := time.Unix(0, 0)
	var th throttle
	if n := th.limit(now, 16); n != 16 {
		t.Fatalf("without a shortage: got a limit of %d, want 16", n)
	}
	th.reduce(now, 9)
	if n := th.limit(now, 16); n != 9 || th.wait(now) != 0 {
		t.Errorf("after 9 attempts that worked: got a limit of %d, wait %s; want 9, 0s", n, th.wait(now))
	}
	for i, want := range []int{100, 200, 400, 800, 1600, 2000, 2000} {
		if th.reduce(now, 0); th.wait(now) != time.Duration(want)*time.Millisecond {
			t.Errorf("wait %d: got %s, want %d ms", i, th.wait(now), want)
		}
	}
	if n := th.limit(now, 16); n != 1 {
		t.Errorf("after no attempt that worked: got a limit of %d, want 1", n)
	}
	if n := th.limit(now.Add(3*time.Second), 16); n != 4 {
		t.Errorf("3 s after the shortage: got a limit of %d, want 4", n)
	}
	if wait := th.wait(now.Add(-time.Hour)); wait > maxShortageWait {
		t.Errorf("after the clock was set back: got a wait of %s, want at most %s", wait, maxShortageWait)
	}
	if n := th.limit(now.Add(time.Minute), 16); n != 16 || th != (throttle{}) {
		t.Errorf("a minute after the shortage: got a limit of %d, %+v; want 16, none", n, th)
	}
}

// The built-in receiver's disk is full for more requests than would open the breaker.
func TestRequestThatTheReceiverCannotStoreIsNotAnAttempt(t *testing.T) {
	const refused = policy.BreakerLimit + 2
	var requests atomic.Int64
	var stalls atomic.Int64
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
				stalls.Add(1)
			}
		}
	})
	w.run()
	hook := w.webhook(func(hook *storage.Webhook) { hook.URL, hook.Delivery.Retry = storage.BuiltinReceiver, nil })
	for _, id := range w.fire(hook, slices.Repeat([]string{"{}"}, refused)...) {
		w.await(id, storage.StateDelivered)
		if n := len(w.store.log(id)); n != 1 {
			t.Errorf("got %d attempts, want 1", n)
		}
	}
	if n := stalls.Load(); n != 1 {
		t.Errorf("got %d stalls, want 1", n)
	}
	if n := len(slices.DeleteFunc(activityTexts(w.store), func(s string) bool { return !strings.Contains(s, "disk full") })); n != 1 {
		t.Errorf("got %d activities about it, want 1: %q", n, activityTexts(w.store))
	}
}

// The same answer from another endpoint is a failure.
func TestOnlyTheBuiltInReceiverCanReportAShortage(t *testing.T) {
	ep := &endpoint{webhook: storage.Webhook{URL: "https://example.com"}}
	resp := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{storage.UnstoredHeader: {"disk full"}}, Body: http.NoBody}
	var r Result
	if ep.answered(t.Context(), &r, resp); r.Class != policy.Retryable {
		t.Errorf("another endpoint: got outcome %d, want %d", r.Class, policy.Retryable)
	}
	ep.webhook.URL = storage.BuiltinReceiver
	if ep.answered(t.Context(), &r, resp); r.Class != policy.Starved {
		t.Errorf("the built-in receiver: got outcome %d, want %d", r.Class, policy.Starved)
	}
}

// There are more webhooks than connections allowed, and the endpoint accepts no more connections, as the
// built-in receiver does then.
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
			t.Errorf("got %d attempts, want 1", n)
		}
	}
	if n := peak.Load(); n > most {
		t.Errorf("got %d concurrent attempts, want at most %d", n, most)
	}
}

func TestWaitingForAQuotaCanBeCancelled(t *testing.T) {
	q := newQuota(1)
	if !q.enter(t.Context(), func() { t.Error("enter waits although the quota is free") }) {
		t.Fatal("enter returned false although the quota is free")
	}
	ended, end := context.WithCancel(t.Context())
	if q.enter(ended, end) {
		t.Error("enter returned true although the quota is used up")
	}
	q.leave()
	if !q.enter(t.Context(), func() {}) {
		t.Error("the quota is not free after leave")
	}
}
