package intake

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// The bounds of a body. At most maxLarge bodies longer than Small are in memory at once,
// so that thousands of slow senders cannot fill it.
const (
	MaxBody  = 1 << 20
	Small    = 16 << 10
	maxLarge = 32
)

// A Pool bounds the memory that bodies take until they are stored. Several APIs on one
// listener share one pool, because they share the memory.
type Pool struct {
	timeout time.Duration // how long a request may take to arrive
	large   chan struct{} // a slot for each body longer than Small that is not released
}

// NewPool returns a pool. timeout is the server's http.Server.ReadTimeout.
func NewPool(timeout time.Duration) *Pool {
	return &Pool{timeout: timeout, large: make(chan struct{}, maxLarge)}
}

// InUse returns how many bodies longer than Small are in memory.
func (p *Pool) InUse() int { return len(p.large) }

// A Body is what arrived of a request's body.
type Body struct {
	Bytes  []byte
	Flaw   storage.BodyFlaw
	Reason string // describes the flaw to a person

	pool *Pool // nil if the body does not hold a slot
}

// Release forgets the bytes and gives the body's slot back. Further calls do nothing.
func (b *Body) Release() {
	b.Bytes = nil
	if b.pool != nil {
		<-b.pool.large
		b.pool = nil
	}
}

// Read reads a body until it ends, fails or exceeds MaxBody. The caller must release the
// body. Read starts with a buffer for the announced length, but no larger than a small body: the
// length is only a claim of the sender.
func (p *Pool) Read(w http.ResponseWriter, req *http.Request) Body {
	var body Body
	from := http.MaxBytesReader(w, req.Body, MaxBody)
	buffer := make([]byte, 0, min(max(req.ContentLength, 512), Small)+1)
	var err error
	for err == nil {
		if len(buffer) == cap(buffer) {
			if len(buffer) > Small {
				p.acquire(&body, w, req)
			}
			buffer = slices.Grow(buffer, growth(req.ContentLength, len(buffer)))
		}
		var n int
		n, err = from.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
	}
	body.Bytes = buffer
	if !errors.Is(err, io.EOF) {
		p.describeFlaw(&body, req.ContentLength, err)
	}
	return body
}

// growth returns by how many bytes to grow the buffer of a body after read bytes have
// arrived: to the announced length, or to twice the size.
func growth(announced int64, read int) int {
	if announced > 0 {
		return int(min(announced, MaxBody)) + 1 - read
	}
	return min(read, MaxBody+1-read)
}

// acquire waits for a slot. It then extends the read deadline, so that the sender does not
// lose the time waited.
func (p *Pool) acquire(body *Body, w http.ResponseWriter, req *http.Request) {
	if body.pool != nil {
		return
	}
	select {
	case p.large <- struct{}{}:
		body.pool = p
		return
	default:
	}
	select {
	case p.large <- struct{}{}:
		body.pool = p
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(p.timeout))
	case <-req.Context().Done():
	}
}

// describeFlaw records why the body is incomplete.
func (p *Pool) describeFlaw(body *Body, announced int64, err error) {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		body.Flaw = storage.BodyOverLong
		body.Reason = fmt.Sprintf("a body of more than %d bytes, of which the first %d were kept", MaxBody, len(body.Bytes))
		return
	}
	body.Flaw = storage.BodyCut
	body.Reason = words.Count(len(body.Bytes), "byte")
	if announced >= 0 {
		body.Reason = fmt.Sprintf("%d of %d announced bytes", len(body.Bytes), announced)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		body.Reason += ", then nothing more within " + p.timeout.String()
	case strings.Contains(err.Error(), "chunk"): // net/http has no error to compare with
		body.Reason += ", then a chunk that cannot be read (" + strconv.Quote(err.Error()) + ")"
	default:
		body.Reason += ", then the body ended early"
	}
}
