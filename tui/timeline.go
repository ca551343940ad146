package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A timeline lists records in the order of time, the newest last. There may be far
// more of them than anybody wants in memory: it holds those around the selected one,
// and reads others as the selection gets near the edge.
type timeline[T any] struct {
	table  component.Table
	source timelineSource[T]
	rows   query[span[T]]
	news   query[int]
	span   span[T]
	read   bool // once at least
	err    error
	paused bool
	until  storage.ID // while paused, the newest one that is shown
	unseen int        // newer ones, while paused
	held   storage.ID // selected last, to go back to when what was chosen is empty
	origin origin     // where one was before a filter
	jumps  bool       // to another place, which is still to be read
	ranks  query[rank]
	before int64 // how many there are before the span; -1: not known
	total  int64 // how many there are while paused; -1: not known
}

// A rank is how many records there are before an ID.
type rank struct {
	id storage.ID
	n  int64
}

// An origin is where one was in a timeline, to go back to.
type origin struct {
	id        storage.ID
	following bool
}

// timelineSource is where the records of a timeline come from, and how they look.
type timelineSource[T any] struct {
	page  func(context.Context, page) ([]T, error)
	count func(ctx context.Context, before storage.ID) (int64, error) // nil: nobody knows
	id    func(T) storage.ID
	row   func(T) []component.Cell
}

// A page is some records: those before one, newest first, or those after one, oldest
// first.
type page struct {
	before, after storage.ID
	limit         int
}

// A span is records without a gap, oldest first, and whether there are more.
type span[T any] struct {
	items        []T
	older, newer bool
	selects      storage.ID // what is to be selected, if not 0
	near         storage.ID // what is to be selected, or the one after it, if not 0
}

const (
	spanReach  = 150           // how many records a span holds on either side
	spanMargin = 60            // how near to the edge more are read; more than a page
	newsLimit  = 1000          // how far new ones are counted
	firstID    = storage.ID(1) // lower than any
	newestSpan = spanReach     // how many while following
)

func newTimeline[T any](s *shared, columns []component.Column, source timelineSource[T]) timeline[T] {
	t := timeline[T]{
		table:  component.Table{Columns: columns, Tail: true},
		source: source,
		rows:   query[span[T]]{ctx: s.ctx},
		news:   query[int]{ctx: s.ctx},
		ranks:  query[rank]{ctx: s.ctx},
		before: -1,
	}
	t.table.Follow(true)
	return t
}

// Len, Key and Row are for the table.
func (t *timeline[T]) Len() int { return len(t.span.items) }

// Key is the record's ID.
func (t *timeline[T]) Key(i int) string { return t.source.id(t.span.items[i]).String() }

// Row is the record's cells.
func (t *timeline[T]) Row(i int) []component.Cell { return t.source.row(t.span.items[i]) }

func (t *timeline[T]) selected() (T, bool) {
	if i := t.table.Index(); i < t.Len() {
		return t.span.items[i], true
	}
	var none T
	return none, false
}

// selectedID is that of the selected record, or 0.
func (t *timeline[T]) selectedID() storage.ID {
	if item, ok := t.selected(); ok {
		return t.source.id(item)
	}
	return 0
}

// refresh reads again what is shown, and what is new.
func (t *timeline[T]) refresh() tea.Cmd {
	cmd := t.rows.ask(t.reader())
	if !t.paused {
		return cmd
	}
	after, pages := t.until, t.source.page
	return tea.Batch(cmd, t.news.ask(func(ctx context.Context) (int, error) {
		rows, err := pages(ctx, page{after: after, limit: newsLimit})
		return len(rows), err
	}))
}

// reader reads the newest while following, else those around the selected one.
func (t *timeline[T]) reader() func(context.Context) (span[T], error) {
	switch id := t.selectedID(); {
	case t.table.Following(), id == 0 && t.held == 0:
		return t.newest()
	case id != 0:
		return t.around(id)
	}
	read, held := t.around(t.held), t.held
	return func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.near = held
		return found, err
	}
}

func (t *timeline[T]) newest() func(context.Context) (span[T], error) {
	source, until := t.source, t.until
	return func(ctx context.Context) (span[T], error) {
		before := storage.ID(0)
		if until != 0 {
			before = until + 1
		}
		rows, err := source.page(ctx, page{before: before, limit: newestSpan})
		slices.Reverse(rows)
		return span[T]{items: rows, older: len(rows) == newestSpan}, err
	}
}

func (t *timeline[T]) oldest() func(context.Context) (span[T], error) {
	source, until := t.source, t.until
	return func(ctx context.Context) (span[T], error) {
		rows, err := source.page(ctx, page{after: firstID, limit: newestSpan})
		found := source.upTo(until, span[T]{items: rows, newer: len(rows) == newestSpan})
		if len(rows) > 0 {
			found.selects = source.id(rows[0])
		}
		return found, err
	}
}

func (t *timeline[T]) around(id storage.ID) func(context.Context) (span[T], error) {
	source, until := t.source, t.until
	return func(ctx context.Context) (span[T], error) {
		before, err := source.page(ctx, page{before: id + 1, limit: spanReach})
		if err != nil {
			return span[T]{}, err
		}
		after, err := source.page(ctx, page{after: id, limit: spanReach})
		older := len(before) == spanReach
		slices.Reverse(before)
		return source.upTo(until, span[T]{items: slices.Concat(before, after), older: older, newer: len(after) == spanReach}), err
	}
}

// upTo leaves out what came after one, unless that is 0.
func (s timelineSource[T]) upTo(until storage.ID, found span[T]) span[T] {
	if until == 0 {
		return found
	}
	if end := slices.IndexFunc(found.items, func(item T) bool { return s.id(item) > until }); end >= 0 {
		found.items, found.newer = found.items[:end], false
	}
	return found
}

// take takes what was read, and reports whether msg was that.
func (t *timeline[T]) take(msg tea.Msg) (cmd tea.Cmd, fresh bool) {
	if a, fresh, cmd := t.news.take(msg); fresh {
		t.unseen = a.value
		return cmd, true
	}
	if a, fresh, cmd := t.ranks.take(msg); fresh {
		t.ranked(a.value, a.err)
		return cmd, true
	}
	a, fresh, cmd := t.rows.take(msg)
	switch {
	case !fresh:
		return cmd, false
	case a.err != nil:
		t.err, t.jumps = a.err, false
	case t.strayed(a.value):
		return tea.Batch(cmd, t.rows.ask(t.reader())), true
	default:
		t.slide(a.value)
		t.err, t.read, t.span, t.jumps = nil, true, a.value, false
		t.table.SetSource(t)
		if id := a.value.selects; id != 0 && !t.table.Select(id.String()) {
			return tea.Batch(cmd, say(aboutKeys("it is no longer kept"))), true
		}
		t.settleNear(a.value.near)
		t.held = cmp.Or(t.selectedID(), t.held)
		cmd = tea.Batch(cmd, t.rank())
	}
	return cmd, true
}

// settleNear selects a record, or the next one.
func (t *timeline[T]) settleNear(id storage.ID) {
	at := slices.IndexFunc(t.span.items, func(item T) bool { return t.source.id(item) >= id })
	if id != 0 && at >= 0 {
		t.table.Select(t.Key(at))
	}
}

// trouble tells that reading failed, unless there is nothing to see yet: then the view
// says so itself.
func (t *timeline[T]) trouble() tea.Cmd {
	if !t.read {
		return nil
	}
	return trouble(t.err)
}

// trouble is a toast that says once what reading met again and again. What was removed
// meanwhile is not trouble.
func trouble(err error) tea.Cmd {
	if err == nil || errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	toast := bad(refusal(err))
	toast.ID = "read"
	return say(toast)
}

// strayed reports whether the selection left the span while it was read.
func (t *timeline[T]) strayed(found span[T]) bool {
	id := t.selectedID()
	if id == 0 || found.selects != 0 || t.table.Following() || len(found.items) == 0 {
		return false
	}
	first, last := t.source.id(found.items[0]), t.source.id(found.items[len(found.items)-1])
	return found.older && id < first || found.newer && id > last
}

// key moves the selection, and reports whether the key meant something.
func (t *timeline[T]) key(msg tea.KeyMsg) (tea.Cmd, bool) {
	switch key := msg.String(); {
	case (key == "g" || key == "home") && t.span.older:
		t.table.Follow(false)
		return t.jump(t.oldest()), true
	case (key == "G" || key == "end") && t.span.newer:
		t.table.Key(msg)
		return t.jump(t.newest()), true
	case !t.table.Key(msg):
		return nil, false
	}
	t.held = t.selectedID()
	at := t.table.Index()
	if t.span.older && at < spanMargin || t.span.newer && at >= t.Len()-spanMargin {
		return t.rows.ask(t.reader()), true
	}
	return t.rank(), true
}

// reveal selects a record, wherever it is.
func (t *timeline[T]) reveal(id storage.ID) tea.Cmd {
	if t.table.Select(id.String()) {
		return nil
	}
	t.table.Follow(false)
	t.resume()
	read := t.around(id)
	return t.jump(func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.selects = id
		return found, err
	})
}

// restart reads anew after the question changed: another filter, say.
func (t *timeline[T]) restart() tea.Cmd { return t.jump(t.reader()) }

// jump reads what one goes to.
func (t *timeline[T]) jump(read func(context.Context) (span[T], error)) tea.Cmd {
	t.jumps = true
	return t.rows.restart(read)
}

// busy reports whether a key would meet rows that are not there yet: those that are jumped
// to, or those beyond an edge that is near.
func (t *timeline[T]) busy() bool {
	at, page := t.table.Index(), t.table.Page()
	edge := t.span.older && at < page || t.span.newer && at >= t.Len()-page
	return t.rows.running && (!t.read || t.jumps || edge)
}

// leave remembers where one is before a filter is typed.
func (t *timeline[T]) leave() { t.origin = origin{t.selectedID(), t.table.Following()} }

// unfilter reads all again after the filter was taken away. A row that was chosen in what
// it left stays selected; where there is none, and when it was given up, one is again where
// one was before.
func (t *timeline[T]) unfilter(givenUp bool) tea.Cmd {
	back := t.origin
	switch {
	case !givenUp && t.Len() > 0 || back.id == 0 && !back.following:
		return t.restart()
	case back.following:
		t.table.Follow(true)
		return t.jump(t.newest())
	}
	t.table.Follow(false)
	read := t.around(back.id)
	return t.jump(func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.near = back.id
		return found, err
	})
}

// follow keeps the newest in sight, or no longer does.
func (t *timeline[T]) follow() tea.Cmd {
	if t.table.Following() && !t.paused {
		t.table.Follow(false)
		return nil
	}
	t.resume()
	t.table.Follow(true)
	return t.jump(t.newest())
}

// pause holds the list as it is, while new ones are counted; or goes on.
func (t *timeline[T]) pause() tea.Cmd {
	if t.paused {
		t.resume()
		return t.restart()
	}
	t.paused, t.until, t.unseen, t.total = true, firstID, 0, -1
	if n := t.Len(); n > 0 {
		t.until = t.source.id(t.span.items[n-1])
	}
	return t.countBefore(t.until + 1)
}

func (t *timeline[T]) resume() { t.paused, t.until, t.unseen = false, 0, 0 }

// position says where the selection is, and whether the list moves. total is how many
// there are, -1 when nobody knows.
func (t *timeline[T]) position(total int64) string {
	text := ""
	if t.paused {
		total = t.total
	}
	if t.before >= 0 && !t.span.newer && !t.paused && total >= 0 {
		total = t.before + int64(t.Len()) // which is newer
	}
	switch at := t.table.Index() + 1; {
	case t.Len() == 0:
	case !t.span.older && !t.span.newer:
		text = fmt.Sprintf("%d of %d", at, t.Len())
	case t.before >= 0:
		text = fmt.Sprintf("%s of %s", thousands(t.before+int64(at)), thousands(total))
	case !t.span.newer && total >= int64(t.Len()):
		text = fmt.Sprintf("%s of %s", thousands(total-int64(t.Len()-at)), thousands(total))
	case total >= 0:
		text = "of " + thousands(total)
	}
	switch {
	case t.paused && t.unseen >= newsLimit:
		text += fmt.Sprintf("   %s paused, %s or more new", style.Pause, thousands(newsLimit))
	case t.paused:
		text += fmt.Sprintf("   %s paused, %d new", style.Pause, t.unseen)
	case t.table.Following() && t.Len() > 0:
		text += "   following"
	}
	return text
}

// thousands writes a number with its digits in groups of three.
func thousands(n int64) string {
	if n < 0 {
		return "many"
	}
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
