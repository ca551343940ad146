package screen

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A Timeline lists records in the order of time, the newest last. There may be more of them
// than fit in memory, so it holds those around the selected one, a span, and reads the next
// span when the selection gets near its end.
type Timeline[T any] struct {
	Table  component.Table
	Source TimelineSource[T]
	rows   Query[span[T]]
	news   Query[news]
	Span   span[T]
	Read   bool // at least once
	Err    error
	Paused bool
	until  storage.ID // while paused, the newest record that is shown
	seen   storage.ID // the newest record that was visible
	unseen int        // while paused or not following, how many are newer than that
	held   storage.ID // the last selected record, to return to from an empty list
	origin origin     // the position before the filter
	jumps  bool       // another span is being read, far from this one
	ranks  Query[rank]
	before int64 // how many records there are before the span; -1: unknown
	total  int64 // how many records there are while paused; -1: unknown
	others bool  // the span is of another source, from which nothing follows about this one
}

// A rank is the number of records before an ID.
type rank struct {
	id storage.ID
	n  int64
}

// An origin is a position in a timeline to which a person may return.
type origin struct {
	id        storage.ID
	following bool
}

// The limits of what a timeline holds in memory.
const (
	SpanReach  = 150           // how many records a span has on each side of the selected one
	SpanMargin = 60            // how near its end the next is read: more than a page
	newsLimit  = 1000          // how many new records are counted
	firstID    = storage.ID(1) // lower than every ID
	newestSpan = SpanReach     // how many records a span has while following
)

// NewTimeline returns a timeline that follows the newest records of a source.
func NewTimeline[T any](s *Env, columns []component.Column, source TimelineSource[T]) Timeline[T] {
	t := Timeline[T]{
		Table:  component.Table{Columns: columns, Tail: true},
		Source: source,
		rows:   Query[span[T]]{Ctx: s.Context},
		news:   Query[news]{Ctx: s.Context},
		ranks:  Query[rank]{Ctx: s.Context},
		before: -1,
	}
	t.Table.Follow(true)
	return t
}

// Len returns the number of records in the span; Len, Key and Row are for the table.
func (t *Timeline[T]) Len() int { return len(t.Span.Items) }

// Key returns the ID of a record.
func (t *Timeline[T]) Key(i int) string { return t.Source.ID(t.Span.Items[i]).String() }

// Row returns the cells of a record.
func (t *Timeline[T]) Row(i int) []component.Cell { return t.Source.Row(t.Span.Items[i]) }

// Selected returns the selected record. It returns false if there is none.
func (t *Timeline[T]) Selected() (T, bool) {
	if i := t.Table.Index(); i < t.Len() {
		return t.Span.Items[i], true
	}
	var none T
	return none, false
}

// SelectedID returns the ID of the selected record, or 0.
func (t *Timeline[T]) SelectedID() storage.ID {
	if item, ok := t.Selected(); ok {
		return t.Source.ID(item)
	}
	return 0
}

// Refresh reads the span again, and unless the list follows the newest, counts what is new.
func (t *Timeline[T]) Refresh() tea.Cmd { return tea.Batch(t.rows.Ask(t.reader()), t.countNews()) }

// reader returns the read of the newest records while following, otherwise of those around
// the selected one.
func (t *Timeline[T]) reader() func(context.Context) (span[T], error) {
	switch id := t.SelectedID(); {
	case t.Table.Following(), id == 0 && t.held == 0:
		return t.Source.newest(t.until)
	case id != 0:
		return t.Source.around(id, t.until)
	}
	read, held := t.Source.around(t.held, t.until), t.held
	return func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.near = held
		return found, err
	}
}

// Take takes the answers to the timeline's reads, and reports whether msg was one.
func (t *Timeline[T]) Take(msg tea.Msg) (cmd tea.Cmd, fresh bool) {
	if cmd, fresh := t.takeNews(msg); fresh {
		return cmd, true
	}
	if a, fresh, cmd := t.ranks.Take(msg); fresh {
		return tea.Batch(cmd, t.ranked(a.Value, a.Err)), true
	}
	a, fresh, cmd := t.rows.Take(msg)
	switch {
	case !fresh:
		return cmd, false
	case a.Err != nil:
		t.Err, t.jumps = a.Err, false
	case t.Source.strayed(a.Value, t.SelectedID(), t.Table.Following()):
		return tea.Batch(cmd, t.rows.Ask(t.reader())), true
	default:
		cmd = tea.Batch(cmd, t.slide(a.Value))
		t.Err, t.Read, t.Span, t.jumps = nil, true, a.Value, false
		t.Table.SetSource(t)
		if id := a.Value.selects; id != 0 && !t.Table.Select(id.String()) {
			return tea.Batch(cmd, Say(AboutKeys("it is no longer kept"))), true
		}
		t.selectNear(a.Value.near)
		t.followOn(a.Value)
		t.held = cmp.Or(t.SelectedID(), t.held)
		cmd = tea.Batch(cmd, t.rank(), t.look())
	}
	return cmd, true
}

// selectNear selects a record, or the next one if it is not in the list.
func (t *Timeline[T]) selectNear(id storage.ID) {
	at := slices.IndexFunc(t.Span.Items, func(item T) bool { return t.Source.ID(item) >= id })
	if id != 0 && at >= 0 {
		t.Table.Select(t.Key(at))
	}
}

// Trouble shows that reading has failed. If nothing was read yet, the view does so itself.
func (t *Timeline[T]) Trouble() tea.Cmd {
	if !t.Read {
		return nil
	}
	return ReadTrouble(t.Err)
}

// ReadTrouble shows an error of a read in a toast that replaces the one before. That a record
// was removed meanwhile is not an error.
func ReadTrouble(err error) tea.Cmd {
	if err == nil || errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	toast := Bad(OneLine(err))
	toast.ID = "read"
	return Say(toast)
}

// Press handles a key that moves the selection, and reports whether it did.
func (t *Timeline[T]) Press(msg tea.KeyMsg) (tea.Cmd, bool) {
	switch key := msg.String(); {
	case (key == "g" || key == "home") && t.Span.older:
		t.Table.Follow(false)
		return t.jump(t.Source.oldest(t.until)), true
	case (key == "G" || key == "end") && t.Span.newer:
		t.Table.Key(msg)
		return t.jump(t.Source.newest(t.until)), true
	case !t.Table.Key(msg):
		return nil, false
	}
	return t.moved(), true
}

// moved reads what is near the row that a person has gone to.
func (t *Timeline[T]) moved() tea.Cmd {
	t.held = t.SelectedID()
	at := t.Table.Index()
	if t.Span.older && at < SpanMargin || t.Span.newer && at >= t.Len()-SpanMargin {
		return tea.Batch(t.rows.Ask(t.reader()), t.look())
	}
	return tea.Batch(t.rank(), t.look())
}

// Reveal selects a record, which may be far from the span.
func (t *Timeline[T]) Reveal(id storage.ID) tea.Cmd {
	if t.Table.Select(id.String()) {
		return nil
	}
	t.Table.Follow(false)
	t.resume()
	read := t.Source.around(id, t.until)
	return t.jump(func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.selects = id
		return found, err
	})
}

// Choose changes the source, to that of another filter. The caller has the timeline read again.
func (t *Timeline[T]) Choose(from Chosen[T]) {
	t.Source.Page, t.Source.Count = from.Page, from.Count
	t.others, t.before, t.total = true, -1, -1
	t.ranks.Drop()
}

// Restart reads again after the source has changed, to another filter for example.
func (t *Timeline[T]) Restart() tea.Cmd { return tea.Batch(t.jump(t.reader()), t.countNews()) }

// jump reads another span.
func (t *Timeline[T]) jump(read func(context.Context) (span[T], error)) tea.Cmd {
	t.jumps = true
	return t.rows.Restart(read)
}

// Busy reports whether a key may move to rows that are still being read: after a jump, or near
// the end of the span.
func (t *Timeline[T]) Busy() bool {
	at, page := t.Table.Index(), t.Table.Page()
	edge := t.Span.older && at < page || t.Span.newer && at >= t.Len()-page
	return t.rows.Running && (!t.Read || t.jumps || edge)
}

// Leave remembers the position before a filter.
func (t *Timeline[T]) Leave() { t.origin = origin{t.SelectedID(), t.Table.Following()} }

// Unfilter reads all records again after the filter was removed. The row that was selected in
// the filtered list stays selected. If that list is empty or the filter was given up, the
// position is again the one before the filter.
func (t *Timeline[T]) Unfilter(givenUp bool) tea.Cmd {
	back := t.origin
	switch {
	case !givenUp && t.Len() > 0 || back.id == 0 && !back.following:
		return t.Restart()
	case back.following:
		t.Table.Follow(true)
		return t.jump(t.Source.newest(t.until))
	}
	t.Table.Follow(false)
	read := t.Source.around(back.id, t.until)
	return t.jump(func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.near = back.id
		return found, err
	})
}

// Follow keeps the newest record in view, or no longer does.
func (t *Timeline[T]) Follow() tea.Cmd {
	if t.Table.Following() && !t.Paused {
		t.Table.Follow(false)
		return nil
	}
	t.resume()
	t.Table.Follow(true)
	return t.jump(t.Source.newest(t.until))
}

// Pause keeps the list as it is and counts new records, or goes on.
func (t *Timeline[T]) Pause() tea.Cmd {
	if t.Paused {
		t.resume()
		return t.Restart()
	}
	t.Paused, t.until, t.unseen, t.total = true, firstID, 0, -1
	if n := t.Len(); n > 0 {
		t.until = t.Source.ID(t.Span.Items[n-1])
	}
	return t.countBefore(t.until + 1)
}

func (t *Timeline[T]) resume() { t.Paused, t.until, t.unseen = false, 0, 0 }
