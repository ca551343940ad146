package engine

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// Connections become idle at different times, and each is closed when it has been idle for long
// enough.
func TestReaperReschedulesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var i idle
		var theirs []net.Conn
		for range 3 {
			ours, other := net.Pipe()
			theirs = append(theirs, other)
			i.put(newConn(&link{Conn: ours, certRequest: new(certRequest)}, &i), time.Now())
			time.Sleep(idleTimeout / 4)
		}
		for n, c := range theirs { // idle since 0, ¼ and ½ of idleTimeout; it is now ¾
			time.Sleep(idleTimeout/4 - time.Nanosecond)
			synctest.Wait()
			if left := i.count(); left != len(theirs)-n {
				t.Errorf("got %d connections left before connection %d is due", left, n)
			}
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			if _, err := c.Read(make([]byte, 1)); err == nil || i.count() != len(theirs)-n-1 {
				t.Errorf("connection %d was not closed when it was due: %v, %d left", n, err, i.count())
			}
		}
		if i.reaper != nil {
			t.Error("a reaper is scheduled without connections")
		}
	})
}

func (i *idle) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.conns)
}

// A connection that is returned after its endpoint was replaced must be closed, because it was made
// with files that the webhook may no longer name.
func TestRetiredPoolClosesReturnedConnections(t *testing.T) {
	t.Parallel()
	var i idle
	ours, theirs := net.Pipe()
	i.retire()
	i.put(newConn(&link{Conn: ours, certRequest: new(certRequest)}, &i), time.Now())
	if _, err := theirs.Read(make([]byte, 1)); err == nil || i.count() != 0 || i.reaper != nil {
		t.Errorf("got %v, %d connections left; want it closed", err, i.count())
	}
}
