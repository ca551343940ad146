package engine

import (
	"time"

	"backchannel/storage"
)

const (
	maxQueue   = 512
	lowWater   = maxQueue / 4
	queueBytes = 8 << 20 // of payload, about
	firstPage  = 64      // before it is known how large payloads are

	fullScanAfter = 50 * time.Millisecond
	sweepGap      = 5 * time.Millisecond
	backlogGap    = time.Second // between sweeps while there is more behind the cursor
	scanRetry     = 500 * time.Millisecond
	clockCheck    = time.Second // how late a change of the clock is noticed
)

// A fetcher is how far a dispatcher has read the store. It goes on behind the last job that it
// saw, which finds all but a few of what is enqueued: commits do not become visible in
// the order of due times, retries become due, clocks are set. So a full scan from the
// beginning follows every change within 50 ms. What is found again is known by its ID.
type fetcher struct {
	cursor     storage.Cursor
	hinted     bool      // something changed since the last scan
	more       bool      // the last page was full
	fullScanAt time.Time // zero: no reason for a full scan
	swept      time.Time
	nextDue    time.Time // earliest future attempt, as far as known
	latest     time.Time // the clock's highest reading
	size       int       // of a payload, on average
	blind      bool      // nextDue is not known since the last full scan

	// during has what ended while somebody was reading the store, which that reading
	// may still show as due.
	during  map[storage.ID]bool
	readers int
}

// A page is one reading of the store.
type page struct {
	query storage.DueQuery
	wall  time.Time
}

func (s *fetcher) hint(now time.Time) {
	s.hinted = true
	if s.fullScanAt.IsZero() {
		s.fullScanAt = now.Add(fullScanAfter)
	}
}

// due notes when an attempt will be due.
func (s *fetcher) due(at time.Time) {
	at = at.Round(0)
	if s.nextDue.IsZero() || at.Before(s.nextDue) {
		s.nextDue = at
	}
}

func (s *fetcher) beginReading() {
	if s.readers == 0 {
		s.during = map[storage.ID]bool{}
	}
	s.readers++
}

func (s *fetcher) endReading() {
	if s.readers--; s.readers == 0 {
		s.during = nil
	}
}

func (s *fetcher) ended(id storage.ID) {
	if s.readers > 0 {
		s.during[id] = true
	}
}

// fullScanIn is how long it is until a full scan is due.
func (s *fetcher) fullScanIn(now time.Time) time.Duration {
	wait := never
	for _, at := range []time.Time{s.fullScanAt, s.nextDue} {
		if !at.IsZero() {
			wait = min(wait, at.Sub(now), clockCheck)
		}
	}
	if wait == never {
		return never
	}
	if s.fullScanAt.Sub(now) > backlogGap { // the clock was set back
		wait = 0
	}
	gap := sweepGap
	if s.more {
		gap = backlogGap
	}
	if since := now.Sub(s.swept); since >= 0 {
		wait = max(wait, gap-since)
	}
	return max(wait, 0)
}

// begin chooses what to read, given how many jobs are wanted and how many the dispatcher has.
func (s *fetcher) begin(now time.Time, full bool, room, has int) page {
	s.beginReading()
	if wall := now.Round(0); wall.After(s.latest) { // its monotonic reading would win
		s.latest = wall
	}
	q := storage.DueQuery{Until: s.latest, After: s.cursor, Limit: room}
	if full {
		q.After, q.Limit = storage.Cursor{}, room+has
		s.fullScanAt, s.nextDue, s.swept, s.blind = time.Time{}, time.Time{}, now, true
	}
	s.hinted = false
	return page{query: q, wall: now}
}

// end takes note of how far the page went. It reports whether the end was reached and
// it is not known yet what comes after it.
func (s *fetcher) end(p page, jobs []storage.Job) (lookAhead bool) {
	s.endReading()
	s.more = len(jobs) == p.query.Limit
	bytes := 0
	for _, j := range jobs {
		bytes += len(j.Payload)
	}
	if n := len(jobs); n > 0 {
		s.size = bytes/n + 1
		s.cursor = storage.Cursor{At: jobs[n-1].NextAttemptAt, ID: jobs[n-1].DeliveryID}
	}
	lookAhead = s.blind && !s.more
	s.blind = s.blind && !lookAhead
	return lookAhead
}

// capacity is how many jobs the queue should hold.
func (s *fetcher) capacity() int {
	if s.size == 0 {
		return firstPage
	}
	return min(max(queueBytes/s.size, lowWater/8), maxQueue)
}
