package sqlite

import (
	"time"

	"backchannel/storage"
)

const (
	foreignCheck = 50 * time.Millisecond // between looks for other processes' commits
	firstLook    = 2 * time.Millisecond  // after a notice, the next takes twice as long, and so on
	alertFor     = 2 * time.Second       // after the last notice
	idleCheck    = time.Second           // while nothing is noticed
)

// A lookout decides when to look whether another process has committed, and whether the
// database is where it was. A notice that the
// log is written to comes before the commit that this is for can be seen, by as long as
// the disk takes. So one notice makes for looks in quick succession, which become rarer.
//
// Without a watch there is a look every 50 ms. That is also what becomes of a watch that
// gives no notice of a commit: another machine's on a shared folder, for one.
type lookout struct {
	watch   *watch // nil without one
	gap     time.Duration
	alert   time.Time // until then looks follow a notice
	missed  bool      // a commit was seen, and since then no notice
	looking *time.Timer
}

func newLookout() *lookout {
	o := &lookout{looking: time.NewTimer(0)}
	o.looking.Stop()
	return o
}

// begin has looks made from now on, the first ones as after a notice: somebody may be
// about to commit what was written before the watch began.
func (o *lookout) begin(database string) {
	o.watch, _ = startWatch(database) // nil if that fails
	o.gap = idleCheck
	o.noticed(time.Now())
}

func (o *lookout) notices() <-chan struct{} {
	if o.watch == nil {
		return nil
	}
	return o.watch.heard
}

func (o *lookout) lost() <-chan struct{} {
	if o.watch == nil {
		return nil
	}
	return o.watch.lost
}

// noticed reports whether to look at once.
func (o *lookout) noticed(now time.Time) bool {
	o.missed = false
	quiet := o.gap == idleCheck
	o.alert = now.Add(alertFor)
	if quiet {
		o.gap = firstLook
		o.looking.Reset(o.gap)
	}
	return quiet
}

// looked plans the next look, after one that found a commit or did not.
func (o *lookout) looked(now time.Time, found bool) {
	switch {
	case o.watch == nil:
		o.gap = foreignCheck
	case now.Before(o.alert):
		o.gap = min(2*o.gap, foreignCheck)
	case o.missed:
		o.abandon()
	default:
		o.gap, o.missed = idleCheck, found
		o.looking.Reset(storage.NextTick(idleCheck))
		return
	}
	o.looking.Reset(o.gap)
}

// abandon closes a watch that is lost.
func (o *lookout) abandon() {
	o.end()
	o.gap = foreignCheck
	o.looking.Reset(o.gap)
}

// end closes the watch.
func (o *lookout) end() {
	if o.watch != nil {
		o.watch.close()
		o.watch = nil
	}
}
