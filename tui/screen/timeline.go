package screen

import (
	"cmp"
	"context"
	"errors"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A Timeline lists records in chronological order, the newest last. There may be more than fit in
// memory, so it keeps a span, those around the selected one, and reads the next span when the
// selection gets near its end.
type Timeline[T any] struct {
	Table    component.Table
	Span     span[T]
	read     bool // at least once
	err      error
	env      *Env
	source   timelineSource[T]
	reads    reads[T]
	news     news[T]
	position position[T]
	until    storage.ID // while paused, the newest record that is shown; 0: it is not paused
	last     storage.ID // the last selected record, to return to from an empty list
	origin   origin     // the position before the filter
}

// reads reads the spans of a timeline. Successive spans overlap, unless one jumps.
type reads[T any] struct {
	Query[span[T]]
	jumps bool // a span is being read far from the present one
}

// jump reads a span that need not overlap the present one.
func (r *reads[T]) jump(read func(context.Context) (span[T], error)) tea.Cmd {
	r.jumps = true
	return r.Restart(read)
}

// An origin is a position in a timeline to which a person may return.
type origin struct {
	id        storage.ID
	following bool
}

// The limits of what a timeline holds in memory.
const (
	SpanReach  = 150           // how many records a span has on each side of the selected one
	SpanMargin = 60            // how near its end the next span is read: more than a page
	newsLimit  = 1000          // how many new records are counted at most
	firstID    = storage.ID(1) // lower than every ID
	newestSpan = SpanReach     // how many records a span has while following
)

// newTimeline returns a timeline that follows the newest records of a source.
func newTimeline[T any](s *Env, columns []component.Column, source timelineSource[T]) *Timeline[T] {
	t := &Timeline[T]{
		env:    s,
		Table:  component.Table{Columns: component.NewColumns(columns...), Tail: true},
		source: source,
		reads:  reads[T]{Query: Query[span[T]]{Ctx: s.Context}},
	}
	t.news = news[T]{source: &t.source, query: Query[newer]{Ctx: s.Context}}
	t.position = position[T]{source: &t.source, query: Query[rank]{Ctx: s.Context}, before: -1}
	t.Table.Follow(true)
	return t
}

// Len returns the number of records in memory.
func (t *Timeline[T]) Len() int { return t.Span.Len() }

// Selected returns the selected record. It returns false if there is none.
func (t *Timeline[T]) Selected() (T, bool) { return t.Span.at(t.Table.Index()) }

// SelectedID returns the ID of the selected record, or 0.
func (t *Timeline[T]) SelectedID() storage.ID {
	if item, ok := t.Selected(); ok {
		return t.source.id(item)
	}
	return 0
}

// refresh reads the span again and, unless the list follows the newest, counts new records.
func (t *Timeline[T]) refresh() tea.Cmd {
	return tea.Batch(t.reads.Ask(t.reader()), t.news.count(t.newAfter()))
}

// reader returns the function that reads the next span: the newest records while following,
// otherwise those around the selected one.
func (t *Timeline[T]) reader() func(context.Context) (span[T], error) {
	switch id := t.SelectedID(); {
	case t.Table.Following(), id == 0 && t.last == 0:
		return t.source.newest(t.until)
	case id != 0:
		return t.source.around(id, t.until, choice{})
	}
	return t.source.around(t.last, t.until, choice{near: t.last})
}

// take handles the answers to the timeline's reads, and reports whether msg was one.
func (t *Timeline[T]) take(msg tea.Msg) (cmd tea.Cmd, fresh bool) {
	if cmd, fresh := t.news.take(msg, t.newAfter()); fresh {
		return cmd, true
	}
	if a, fresh, cmd := t.position.query.Take(msg); fresh {
		if a.Err == nil && t.position.counted(a.Value, t.Span, t.until) {
			cmd = tea.Batch(cmd, t.rank())
		}
		return cmd, true
	}
	a, fresh, cmd := t.reads.Take(msg)
	switch {
	case !fresh:
		return cmd, false
	case a.Err != nil:
		t.err, t.reads.jumps = a.Err, false
		if t.read { // otherwise the view shows it
			cmd = tea.Batch(cmd, SayReadError(a.Err))
		}
	case a.Value.strayed(t.SelectedID(), t.Table.Following()):
		return tea.Batch(cmd, t.reads.Ask(t.reader())), true
	default:
		cmd = tea.Batch(cmd, t.position.slide(t.Span, a.Value, t.until), t.show(a.Value))
	}
	return cmd, true
}

// show shows another span, and selects the record for which it was read.
func (t *Timeline[T]) show(found span[T]) tea.Cmd {
	t.err, t.read, t.Span, t.reads.jumps = nil, true, found, false
	t.Table.SetSource(found)
	if id := found.selects; id != 0 && !t.Table.Select(id.String()) {
		return Say(AboutKeys("it has been removed"))
	}
	if at := found.from(found.near); found.near != 0 && at >= 0 {
		t.Table.Select(found.Key(at))
	}
	if found.follows && !found.newer && t.Table.Index() == found.Len()-1 {
		t.Table.Follow(true)
	}
	t.last = cmp.Or(t.SelectedID(), t.last)
	return tea.Batch(t.rank(), t.markSeen())
}

// rank counts the records before the span. While following, their number is derived from that of
// all records.
func (t *Timeline[T]) rank() tea.Cmd {
	if t.Table.Following() && !t.paused() {
		return nil
	}
	return t.position.find(t.Span)
}

// newAfter returns the record after which all records count as new: they arrived while the list was
// paused, or below what was visible because it does not follow the newest. 0: none is new.
func (t *Timeline[T]) newAfter() storage.ID {
	switch {
	case t.paused():
		return t.until
	case t.Table.Following():
		return 0
	}
	return t.news.seen
}

// markSeen notes which records have been visible, so that they do not count as new.
func (t *Timeline[T]) markSeen() tea.Cmd {
	if t.paused() {
		return nil
	}
	bottom := t.Table.Bottom()
	if t.Table.Following() {
		bottom, t.news.unseen = t.Len()-1, 0
	}
	item, ok := t.Span.at(bottom)
	if id := t.source.id; ok && id(item) > t.news.seen {
		t.news.seen = id(item)
		return t.news.count(t.newAfter())
	}
	return nil
}

// Position returns the position of the selection, and whether the list follows or is paused. total
// is the number of records, or -1 if it is unknown.
func (t *Timeline[T]) Position(total int64) string {
	text := t.position.text(t.Span, t.Table.Index()+1, total, t.paused())
	switch {
	case t.paused():
		return text + t.news.whilePaused()
	case t.Table.Following() && t.Len() > 0:
		return text + "   following"
	case t.Table.Following() || t.news.unseen == 0:
		return text
	}
	return text + "   " + t.env.News(t.news.unseen)
}

// SayReadError shows the error of a read in a toast, which replaces that of the read before. A
// record that was removed meanwhile is not an error.
func SayReadError(err error) tea.Cmd {
	if err == nil || errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	toast := Bad(OneLine(err))
	toast.ID = "read"
	return Say(toast)
}

// press handles a key that moves the selection, and reports whether it did.
func (t *Timeline[T]) press(msg tea.KeyMsg) (tea.Cmd, bool) {
	switch key := msg.String(); {
	case (key == "g" || key == "home") && t.Span.older:
		t.Table.Follow(false)
		return t.reads.jump(t.source.oldest(t.until)), true
	case (key == "G" || key == "end") && t.Span.newer:
		t.Table.Key(msg)
		return t.reads.jump(t.source.newest(t.until)), true
	case !t.Table.Key(msg):
		return nil, false
	}
	return t.moved(), true
}

// moved reads the next span if the selection has moved near the end of this one.
func (t *Timeline[T]) moved() tea.Cmd {
	t.last = t.SelectedID()
	at := t.Table.Index()
	if t.Span.older && at < SpanMargin || t.Span.newer && at >= t.Len()-SpanMargin {
		return tea.Batch(t.reads.Ask(t.reader()), t.markSeen())
	}
	return tea.Batch(t.rank(), t.markSeen())
}

// Reveal selects a record, which may be outside the span.
func (t *Timeline[T]) Reveal(id storage.ID) tea.Cmd {
	if t.Table.Select(id.String()) {
		return nil
	}
	t.resume()
	return t.jumpTo(id, choice{selects: id})
}

// goBack selects a record again, or the next one if it has been removed. If it was selected as the
// newest and still is, the timeline follows again.
func (t *Timeline[T]) goBack(id storage.ID, follows bool) tea.Cmd {
	if id == 0 {
		t.Table.Follow(follows)
		return t.reads.jump(t.source.newest(t.until))
	}
	return t.jumpTo(id, choice{near: id, follows: follows})
}

// choose changes the source to that of another filter. The caller must then call restart.
func (t *Timeline[T]) choose(from Chosen[T]) {
	t.source.Chosen = from
	t.position.forget()
}

// restart reads again after the source has changed, to another filter for example.
func (t *Timeline[T]) restart() tea.Cmd {
	return tea.Batch(t.reads.jump(t.reader()), t.news.count(t.newAfter()))
}

// jumpTo reads the span around a record, and stops following the newest.
func (t *Timeline[T]) jumpTo(id storage.ID, then choice) tea.Cmd {
	t.Table.Follow(false)
	return t.reads.jump(t.source.around(id, t.until, then))
}

// Busy reports whether a key must wait, because it may move to rows that are still being read: after
// a jump, or near the end of the span.
func (t *Timeline[T]) Busy() bool {
	at, page := t.Table.Index(), t.Table.Page()
	edge := t.Span.older && at < page || t.Span.newer && at >= t.Len()-page
	return t.reads.Running && (!t.read || t.reads.jumps || edge)
}

// leave saves the position before a filter.
func (t *Timeline[T]) leave() { t.origin = origin{t.SelectedID(), t.Table.Following()} }

// unfilter reads all records again after the filter was removed. The row that is selected in the
// filtered list stays selected. If that list is empty or the filter was given up while a person
// typed, the position is the one before the filter.
func (t *Timeline[T]) unfilter(givenUp bool) tea.Cmd {
	back := t.origin
	switch {
	case !givenUp && t.Len() > 0 || back.id == 0 && !back.following:
		return t.restart()
	case back.following:
		t.Table.Follow(true)
		return t.reads.jump(t.source.newest(t.until))
	}
	return t.jumpTo(back.id, choice{near: back.id})
}

// follow starts or stops keeping the newest record in view.
func (t *Timeline[T]) follow() tea.Cmd {
	if t.Table.Following() && !t.paused() {
		t.Table.Follow(false)
		return nil
	}
	t.resume()
	t.Table.Follow(true)
	return t.reads.jump(t.source.newest(t.until))
}

// paused reports whether the list is frozen.
func (t *Timeline[T]) paused() bool { return t.until != 0 }

// pause freezes the list and counts new records, or resumes it.
func (t *Timeline[T]) pause() tea.Cmd {
	if t.paused() {
		t.resume()
		return t.restart()
	}
	t.until, t.news.unseen, t.position.total = firstID, 0, -1
	if newest, ok := t.Span.at(t.Len() - 1); ok {
		t.until = t.source.id(newest)
	}
	return t.position.ask(t.until + 1)
}

func (t *Timeline[T]) resume() { t.until, t.news.unseen = 0, 0 }
