package engine

import (
	"time"

	"backchannel/storage"
)

const (
	// A few hundred jobs keep a fast endpoint busy while the next page is read. More would only
	// take memory: the store is the queue, and this is a window into it.
	maxQueue     = 512
	lowWatermark = maxQueue / 4
	queueBytes   = 8 << 20 // of payload, roughly
	firstPage    = 64      // while the size of payloads is not known

	// A full scan follows a change after fullScanAfter, so that the changes of a burst share one.
	// scanGap bounds the rate of full scans if attempts are due all the time.
	fullScanAfter = 50 * time.Millisecond
	scanGap       = 5 * time.Millisecond
	backlogGap    = time.Second // between full scans while there is more behind the cursor
	scanRetry     = 500 * time.Millisecond
	clockCheck    = time.Second // how late a change of the clock is noticed
)

// A fetcher keeps track of how far a webhook's deliveries have been read from the store. It
// continues behind the last job read, which finds nearly everything that is enqueued, but
// not all: commits do not become visible in the order of due times, retries become due,
// and clocks are set back. So a full scan from the beginning follows each change within
// fullScanAfter. A job that is read again is recognized by its ID.
type fetcher struct {
	cursor     storage.Cursor
	hinted     bool      // something changed since the last scan
	more       bool      // the last page was full
	fullScanAt time.Time // zero: there is no reason for a full scan
	scanned    time.Time // when the last full scan began
	nextDue    time.Time // the earliest future attempt, as far as known
	blind      bool      // nextDue is not known since the last full scan
	latest     time.Time // the latest time that the clock has shown
	size       int       // of a payload, on average

	// during has the deliveries that ended during a read, which may still return them.
	during  map[storage.ID]bool
	readers int
}

// A page is one read of the store.
type page struct {
	query storage.DueQuery
	wall  time.Time
}

// hint records that the store may have something new.
func (f *fetcher) hint(now time.Time) {
	f.hinted = true
	if f.fullScanAt.IsZero() {
		f.fullScanAt = now.Add(fullScanAfter)
	}
}

// due records when an attempt will be due. It compares wall times, as the store does: Round
// removes the monotonic reading.
func (f *fetcher) due(at time.Time) {
	at = at.Round(0)
	if f.nextDue.IsZero() || at.Before(f.nextDue) {
		f.nextDue = at
	}
}

// beginReading and endReading enclose a read of the store, which happens without the queue's
// lock. What ends meanwhile is remembered: the read may still return it as waiting.
func (f *fetcher) beginReading() {
	if f.readers == 0 {
		f.during = map[storage.ID]bool{}
	}
	f.readers++
}

func (f *fetcher) endReading() {
	if f.readers--; f.readers == 0 {
		f.during = nil
	}
}

// ended records that an attempt or a delivery has ended.
func (f *fetcher) ended(id storage.ID) {
	if f.readers > 0 {
		f.during[id] = true
	}
}

// next reports whether the next page should be a full scan, and how long until it is due.
func (f *fetcher) next(now time.Time) (full bool, wait time.Duration) {
	wait = f.fullScanIn(now)
	if wait > 0 && (f.hinted || f.more) {
		return false, 0
	}
	return true, wait
}

// fullScanIn returns how long until a full scan is due. It never waits longer than clockCheck for a
// point in time, because timers follow the monotonic clock and due times the wall clock, which
// may be set forward.
func (f *fetcher) fullScanIn(now time.Time) time.Duration {
	wait := storage.Never
	for _, at := range []time.Time{f.fullScanAt, f.nextDue} {
		if !at.IsZero() {
			wait = min(wait, at.Sub(now), clockCheck)
		}
	}
	if wait == storage.Never {
		return storage.Never
	}
	if f.fullScanAt.Sub(now) > backlogGap { // the clock was set back
		wait = 0
	}
	gap := scanGap
	if f.more {
		gap = backlogGap
	}
	if since := now.Sub(f.scanned); since >= 0 {
		wait = max(wait, gap-since)
	}
	return max(wait, 0)
}

// begin returns the page to read next: up to space jobs, and in a full scan also the inMemory
// ones that the webhook has already. It reads up to the latest time that the clock has shown,
// so that what was enqueued before the clock was set back does not wait until it is that late
// again.
func (f *fetcher) begin(now time.Time, full bool, space, inMemory int) page {
	f.beginReading()
	if wall := now.Round(0); wall.After(f.latest) { // without Round, After compares the monotonic clock
		f.latest = wall
	}
	q := storage.DueQuery{Until: f.latest, After: f.cursor, Limit: space}
	if full {
		q.After, q.Limit = storage.Cursor{}, space+inMemory
		f.fullScanAt, f.nextDue, f.scanned, f.blind = time.Time{}, time.Time{}, now, true
	}
	f.hinted = false
	return page{query: q, wall: now}
}

// end records how far a page went. It reports whether the page was the last one, so that
// it has to be found out when the delivery after it is due.
func (f *fetcher) end(p page, jobs []storage.Job) (lookAhead bool) {
	f.endReading()
	f.more = len(jobs) == p.query.Limit
	bytes := 0
	for _, j := range jobs {
		bytes += len(j.Payload)
	}
	if n := len(jobs); n > 0 {
		f.size = bytes/n + 1
		f.cursor = storage.Cursor{At: jobs[n-1].NextAttemptAt, ID: jobs[n-1].DeliveryID}
	}
	lookAhead = f.blind && !f.more
	f.blind = f.blind && !lookAhead
	return lookAhead
}

// capacity returns how many jobs the queue should hold: as many as fit into queueBytes at the
// average size of the last page, but enough to keep a webhook busy with large payloads.
func (f *fetcher) capacity() int {
	if f.size == 0 {
		return firstPage
	}
	return min(max(queueBytes/f.size, lowWatermark/8), maxQueue)
}

// lowWatermark returns how short the queue must be before another page is read. While the
// last page was not full, pages are small, and worth reading only for what can start soon.
func (f *fetcher) lowWatermark(concurrency int) int {
	if f.more {
		return lowWatermark
	}
	return min(concurrency/2, lowWatermark)
}
