package engine

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheReaperRunsAgain puts connections away at different times: each is closed when it
// was idle for long enough, the last one by a reaper that the one before has called for.
func TestTheReaperRunsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var i idle
		var theirs []net.Conn
		for range 3 {
			ours, other := net.Pipe()
			theirs = append(theirs, other)
			i.put(newConn(&link{Conn: ours, certRequest: new(certRequest)}, &i), time.Now())
			time.Sleep(idleTimeout / 4)
		}
		for n, c := range theirs { // put away at 0, ¼ and ½ of the time, it now being ¾
			time.Sleep(idleTimeout/4 - time.Nanosecond)
			synctest.Wait()
			if left := i.count(); left != len(theirs)-n {
				t.Errorf("%d connections are left before the one at %d is due", left, n)
			}
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			if _, err := c.Read(make([]byte, 1)); err == nil || i.count() != len(theirs)-n-1 {
				t.Errorf("connection %d is idle for too long: %v, %d left", n, err, i.count())
			}
		}
		if i.reaper != nil {
			t.Error("a reaper waits for nothing")
		}
	})
}

func (i *idle) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.conns)
}

// A connection that is given back after its endpoint was replaced must not stay open: its
// files may no longer be the webhook's.
func TestARetiredPoolClosesWhatIsGivenBack(t *testing.T) {
	t.Parallel()
	var i idle
	ours, theirs := net.Pipe()
	i.retire()
	i.put(newConn(&link{Conn: ours, certRequest: new(certRequest)}, &i), time.Now())
	if _, err := theirs.Read(make([]byte, 1)); err == nil || i.count() != 0 || i.reaper != nil {
		t.Errorf("read %v, %d left", err, i.count())
	}
}
