package sqlite

import (
	"time"

	"backchannel/storage"
)

const (
	pollInterval  = 50 * time.Millisecond // without notices
	firstInterval = 2 * time.Millisecond  // after a notice; doubled by each poll, up to pollInterval
	alertFor      = 2 * time.Second       // after the last notice
	idleInterval  = time.Second           // while there are no notices
)

// A pollSchedule decides when to poll for commits of other processes, and whether the
// database's files are in place. A notice that the log is written to comes before the commit
// is visible, by as long as the disk takes. So a notice is followed by polls in quick
// succession, which become rarer.
//
// Without a watch there is a poll every 50 ms. The same applies if a watch gives no notice of
// a commit, such as that of another machine on a shared folder.
type pollSchedule struct {
	watch    *watch // nil without one
	interval time.Duration
	alert    time.Time // until then, polls follow a notice
	missed   bool      // a commit was found, and there has been no notice since
	timer    *time.Timer
}

func newPollSchedule() *pollSchedule {
	o := &pollSchedule{timer: time.NewTimer(0)}
	o.timer.Stop()
	return o
}

// begin starts polling. It begins as after a notice, because another process may be about to
// commit what it wrote before the watch began.
func (o *pollSchedule) begin(database string) {
	o.watch, _ = startWatch(database) // nil if that fails
	o.interval = idleInterval
	o.noticed(time.Now())
}

func (o *pollSchedule) notices() <-chan struct{} {
	if o.watch == nil {
		return nil
	}
	return o.watch.notices
}

func (o *pollSchedule) lost() <-chan struct{} {
	if o.watch == nil {
		return nil
	}
	return o.watch.lost
}

// noticed registers a notice and reports whether to poll at once.
func (o *pollSchedule) noticed(now time.Time) bool {
	o.missed = false
	idle := o.interval == idleInterval
	o.alert = now.Add(alertFor)
	if idle {
		o.interval = firstInterval
		o.timer.Reset(o.interval)
	}
	return idle
}

// polled schedules the next poll after one that found a commit or did not.
func (o *pollSchedule) polled(now time.Time, found bool) {
	switch {
	case o.watch == nil:
		o.interval = pollInterval
	case now.Before(o.alert):
		o.interval = min(2*o.interval, pollInterval)
	case o.missed:
		o.abandon()
	default:
		o.interval, o.missed = idleInterval, found
		o.timer.Reset(storage.NextTick(idleInterval))
		return
	}
	o.timer.Reset(o.interval)
}

// abandon closes a watch that is lost or misses commits, and polls from then on.
func (o *pollSchedule) abandon() {
	o.end()
	o.interval = pollInterval
	o.timer.Reset(o.interval)
}

// end closes the watch.
func (o *pollSchedule) end() {
	if o.watch != nil {
		o.watch.close()
		o.watch = nil
	}
}
