package receiver

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

func TestSlowSendersDoNotDelayOthers(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	const slow = 200
	for i := range slow {
		conn := g.dial()
		if i%2 == 0 {
			g.write(conn, "POST / HTTP/1.1\r\nHost: x\r\nX: ") // and nothing more
		} else {
			g.write(conn, head(w, "HTTP/1.1", "Content-Length: 1000000")+"\r\n"+strings.Repeat(" ", intake.Small-1))
		}
	}
	answer, _ := g.post(w, event(t, w, storage.StatusSent))
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("got %s", answer.Status)
	}
}

// deadlines is a ResponseWriter that records its deadlines.
type deadlines struct {
	http.ResponseWriter
	read, written []time.Time // for reading, for writing
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.read = append(d.read, at)
	return nil
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.written = append(d.written, at)
	return nil
}

func (d *deadlines) FlushError() error { return nil }
