package receiver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
)

func TestSlowSendersHinderNobody(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	const slow = 200
	for i := range slow {
		conn := g.dial()
		if i%2 == 0 {
			g.say(conn, "POST / HTTP/1.1\r\nHost: x\r\nX: ") // and no more
		} else {
			g.say(conn, head(w, "HTTP/1.1", "Content-Length: 1000000")+"\r\n"+strings.Repeat(" ", smallBody-1))
		}
	}
	answer, _ := g.post(w, event(t, w, storage.Sent))
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("answered %s", answer.Status)
	}
}

func TestALargeBodyGivesItsSlotBack(t *testing.T) {
	g := newRig(t, func(c *Config, _ *Store) { c.ReadTimeout = time.Second })
	w := g.webhook(nil)
	for range maxLarge - 1 {
		g.large <- struct{}{}
	}
	for range 3 { // each has the last slot
		answer, err := g.do("POST", w.FeedbackPath(), strings.NewReader(strings.Repeat(" ", 2*smallBody)))
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("answered %d", answer.StatusCode)
		}
	}
	for range maxLarge - 1 {
		<-g.large
	}
}

// deadlines is a ResponseWriter that notes the deadlines that are set.
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

func TestWaitingForASlotIsNotHeldAgainstTheSender(t *testing.T) {
	for _, announced := range []int64{-1, 3 * smallBody} {
		synctest.Test(t, func(t *testing.T) {
			r := &Receiver{large: make(chan struct{}, 1), cfg: Config{ReadTimeout: time.Hour, Now: time.Now}}
			r.large <- struct{}{}
			w := &deadlines{ResponseWriter: httptest.NewRecorder()}
			req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat(" ", 3*smallBody)))
			req.ContentLength = announced
			x := r.newExchange(w, req)
			go x.readBody()
			synctest.Wait() // for the slot
			time.Sleep(time.Minute)
			synctest.Wait()
			if x.slot {
				t.Errorf("%d announced: read without a slot", announced)
			}
			<-r.large
			synctest.Wait()
			if len(x.receipt.Body) != 3*smallBody || x.receipt.Flaw != "" || !x.slot {
				t.Errorf("%d announced: kept %d bytes, flaw %q", announced, len(x.receipt.Body), x.receipt.Flaw)
			}
			if len(w.read) != 1 || time.Until(w.read[0]) != time.Hour {
				t.Errorf("%d announced: deadlines %v", announced, w.read)
			}
		})
	}
}

func TestABodyTakesNoMoreRoomThanItMay(t *testing.T) {
	for _, announced := range []int64{-1, 0, 1, smallBody, smallBody + 1, MaxBody, MaxBody + 1, 1 << 60} {
		for read := 1; read <= MaxBody; read += 1 + read/2 {
			x := &exchange{req: &http.Request{ContentLength: announced}}
			if room := read + x.growth(read); announced <= 0 && (room <= read || room > MaxBody+1) || announced > 0 && room > MaxBody+1 {
				t.Errorf("%d announced, %d read: room for %d", announced, read, room)
			}
		}
	}
}
