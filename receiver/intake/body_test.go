package intake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"backchannel/storage"
)

// deadlines is a ResponseWriter that records its read deadlines.
type deadlines struct {
	http.ResponseWriter
	read []time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.read = append(d.read, at)
	return nil
}

func post(body io.Reader) *http.Request { return httptest.NewRequest(http.MethodPost, "/", body) }

func spaces(n int) io.Reader { return strings.NewReader(strings.Repeat(" ", n)) }

func TestReadLimitsBodies(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 512, Small, 3 * Small, MaxBody, MaxBody + 1} {
		for _, announced := range []bool{true, false} {
			pool := NewPool(time.Second)
			req := post(spaces(size))
			if !announced {
				req.ContentLength = -1
			}
			body := pool.Read(httptest.NewRecorder(), req)
			if kept := min(size, MaxBody); len(body.Bytes) != kept || (body.Flaw == storage.BodyOverLong) != (size > MaxBody) {
				t.Errorf("%d bytes: got %d, flaw %q", size, len(body.Bytes), body.Flaw)
			}
			if held := pool.InUse() == 1; held != (size > Small) {
				t.Errorf("%d bytes: got a slot in use: %v", size, held)
			}
			body.Release()
			body.Release()
			if pool.InUse() != 0 || body.Bytes != nil {
				t.Errorf("%d bytes: not released", size)
			}
		}
	}
}

func TestReadSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		announced int64
		err       error
		want      string
	}{
		{10, io.ErrUnexpectedEOF, "2 of 10 announced bytes, then the body ended early"},
		{10, os.ErrDeadlineExceeded, "2 of 10 announced bytes, then nothing more within 3s"},
		{-1, os.ErrDeadlineExceeded, "2 bytes, then nothing more within 3s"},
		{-1, errors.New("malformed chunked encoding"), `2 bytes, then a chunk that cannot be read ("malformed chunked encoding")`},
		{-1, io.ErrClosedPipe, "2 bytes, then the body ended early"},
	} {
		req := post(io.MultiReader(strings.NewReader("{}"), iotest.ErrReader(c.err)))
		req.ContentLength = c.announced
		body := NewPool(3*time.Second).Read(httptest.NewRecorder(), req)
		if string(body.Bytes) != "{}" || body.Flaw != storage.BodyCut || body.Reason != c.want {
			t.Errorf("%v: got %q, flaw %q: %s\nwant %s", c.err, body.Bytes, body.Flaw, body.Reason, c.want)
		}
	}
}

func TestWaitingForASlotExtendsTheDeadline(t *testing.T) {
	t.Parallel()
	for _, announced := range []int64{-1, 3 * Small} {
		synctest.Test(t, func(t *testing.T) {
			pool := &Pool{timeout: time.Hour, large: make(chan struct{}, 1)}
			pool.large <- struct{}{}
			w := &deadlines{ResponseWriter: httptest.NewRecorder()}
			req := post(spaces(3 * Small))
			req.ContentLength = announced
			read := make(chan Body, 1)
			go func() { read <- pool.Read(w, req) }()
			synctest.Wait() // Read waits for the slot
			time.Sleep(time.Minute)
			synctest.Wait()
			if len(read) != 0 {
				t.Errorf("%d announced: read without a slot", announced)
			}
			<-pool.large
			synctest.Wait()
			if body := <-read; len(body.Bytes) != 3*Small || body.Flaw != "" || pool.InUse() != 1 {
				t.Errorf("%d announced: got %d bytes, flaw %q", announced, len(body.Bytes), body.Flaw)
			}
			if len(w.read) != 1 || time.Until(w.read[0]) != time.Hour {
				t.Errorf("%d announced: got deadlines %v, want one in an hour", announced, w.read)
			}
		})
	}
}

func TestSenderThatDisconnectsTakesNoSlot(t *testing.T) {
	t.Parallel()
	pool := &Pool{large: make(chan struct{}, 1)}
	pool.large <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	body := pool.Read(httptest.NewRecorder(), post(spaces(2*Small)).WithContext(ctx))
	body.Release()
	if pool.InUse() != 1 {
		t.Error("Release freed a slot that the body did not have")
	}
}

func TestGrowthStaysWithinTheLimit(t *testing.T) {
	t.Parallel()
	for _, announced := range []int64{-1, 0, 1, Small, Small + 1, MaxBody, MaxBody + 1, 1 << 60} {
		for read := 1; read <= MaxBody; read += 1 + read/2 {
			if capacity := read + growth(announced, read); announced <= 0 && (capacity <= read || capacity > MaxBody+1) || announced > 0 && capacity > MaxBody+1 {
				t.Errorf("%d announced, %d read: got capacity %d", announced, read, capacity)
			}
		}
	}
}
