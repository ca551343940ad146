package receiver

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func TestListenErrors(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	g := newRig(t, nil)
	for _, c := range []struct {
		listen string
		busy   bool
		want   string
	}{
		{busy.Addr().String(), true, "is in use by another program; end that one, or choose another port with --listen"},
		{"9443", false, "not of the form HOST:PORT"},
		{"127.0.0.1:http-not", false, "--listen"},
		{"127.0.0.1:99999", false, "--listen"},
		{"192.0.2.1:0", false, "does not have that address"},
		{"no-such-host.invalid:0", false, "cannot be resolved"},
	} {
		r, err := New(g.store, Config{Listen: c.listen, CA: g.ca})
		if err != nil {
			t.Fatal(err)
		}
		err = r.Listen()
		if err == nil || errors.Is(err, ErrBusy) != c.busy || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.listen) {
			t.Errorf("%s: %v", c.listen, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestURL(t *testing.T) {
	g := newRig(t, nil)
	for listen, want := range map[string]string{
		"127.0.0.1:0": "https://127.0.0.1:", "localhost:0": "https://localhost:", "[::1]:0": "https://[::1]:",
		":0": "https://" + newServerNames("", nil).first + ":", "0.0.0.0:0": "https://" + newServerNames("0.0.0.0", nil).first + ":",
	} {
		r, err := New(g.store, Config{Listen: listen, CA: g.ca})
		if err != nil {
			t.Fatal(err)
		}
		if r.URL() != "" {
			t.Errorf("URL %s before Listen", r.URL())
		}
		if err := r.Listen(); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(r.URL(), want) || strings.HasSuffix(r.URL(), ":0") {
			t.Errorf("%s: URL %s", listen, r.URL())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestNewNeedsACA(t *testing.T) {
	if _, err := New(nil, Config{}); err == nil {
		t.Error("New succeeded without a CA")
	}
}

func TestMinimumTLSVersion(t *testing.T) {
	g := newRig(t, nil)
	if got := g.server().TLSConfig.MinVersion; got != 0x0303 {
		t.Errorf("got the minimum version %x, want TLS 1.2", got)
	}
}

// openShared opens a store that other stores may use at the same time.
func openShared(t *testing.T, dir string) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func TestChangesOfOtherProcessesTakeEffectAtOnce(t *testing.T) {
	dir := t.TempDir()
	g := newRigOn(t, openShared(t, dir), nil)
	w, other := g.webhook(nil), openShared(t, dir)
	code := func() int {
		answer, _ := g.post(w, event(t, w, storage.StatusSent))
		return answer.StatusCode
	}
	if got := code(); got != 204 {
		t.Fatalf("got %d", got)
	}
	if err := other.SetProfile(t.Context(), w.ID, storage.Profile{Statuses: []int{410}}); err != nil {
		t.Fatal(err)
	}
	g.eventually("the profile is in force", func() bool { return code() == 410 })
	if _, err := other.DeleteWebhook(t.Context(), w.ID); err != nil {
		t.Fatal(err)
	}
	g.eventually("the webhook is gone", func() bool { return code() == 404 })
}

func TestChangesOfThisProcessTakeEffectAtOnce(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	for i := range 20 {
		status := 200 + i
		g.setProfile(w, storage.Profile{Statuses: []int{status}, Body: "x"})
		if answer, _ := g.post(w, event(t, w, storage.StatusSent)); answer.StatusCode != status && status != 204 {
			t.Fatalf("got %d, want %d", answer.StatusCode, status)
		}
	}
}

func TestServeEndsAlthoughTheStoreHangs(t *testing.T) {
	entered := make(chan struct{})
	g := newRig(t, func(c *Config, s *Store) {
		c.Drain = 100 * time.Millisecond
		*s = hangingStore{*s, entered}
	})
	w := g.webhook(nil)
	done := make(chan error)
	go func() {
		_, err := g.do("POST", w.FeedbackPath(), bytes.NewReader(event(t, w, storage.StatusSent)))
		done <- err
	}()
	<-entered
	g.stop()
	if err := <-done; err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Error(err)
	}
}

// A hangingStore never commits.
type hangingStore struct {
	Store
	entered chan struct{}
}

func (h hangingStore) AddReceipt(ctx context.Context, _ *storage.Receipt, _ func([]storage.Earlier)) error {
	close(h.entered)
	<-ctx.Done()
	return ctx.Err()
}

// activities is a store that sends the text of each activity to a channel.
type activities struct{ texts chan string }

func (a activities) add(_ context.Context, one storage.Activity) error {
	a.texts <- one.Text
	return nil
}

func TestActivityRecorderCombinesIncidents(t *testing.T) {
	a := activities{make(chan string, 10)}
	activity := newActivityRecorder(a.add, time.Now, nil)
	stop, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	activity.record(refusedRequests(), "first")
	go func() {
		defer close(done)
		activity.run(t.Context(), stop)
	}()
	if got := <-a.texts; got != "1 request was refused before it could be read: first" {
		t.Errorf("got the activity %q", got)
	}
	for range 3 {
		activity.record(refusedRequests(), "last")
	}
	end()
	<-done
	if got := <-a.texts; got != "3 requests were refused before they could be read; the last: last" {
		t.Errorf("got the activity %q", got)
	}
	if len(a.texts) != 0 {
		t.Errorf("got %d more activities, want none", len(a.texts))
	}
}
