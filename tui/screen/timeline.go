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

// A Timeline lists records in the order of time, the newest last. There may be far
// more of them than anybody wants in memory: it holds those around the selected one,
// and reads others as the selection gets near the edge.
type Timeline[T any] struct {
	Table  component.Table
	Source TimelineSource[T]
	rows   Query[span[T]]
	news   Query[int]
	Span   span[T]
	Read   bool // once at least
	Err    error
	Paused bool
	until  storage.ID // while paused, the newest one that is shown
	unseen int        // newer ones, while paused
	held   storage.ID // selected last, to go back to when what was chosen is empty
	origin origin     // where one was before a filter
	jumps  bool       // to another place, which is still to be read
	ranks  Query[rank]
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

// The bounds of what a timeline holds in memory.
const (
	SpanReach  = 150           // how many records a span holds on either side
	SpanMargin = 60            // how near to the edge more are read; more than a page
	newsLimit  = 1000          // how far new ones are counted
	firstID    = storage.ID(1) // lower than any
	newestSpan = SpanReach     // how many while following
)

// NewTimeline follows the newest records of a source.
func NewTimeline[T any](s *Env, columns []component.Column, source TimelineSource[T]) Timeline[T] {
	t := Timeline[T]{
		Table:  component.Table{Columns: columns, Tail: true},
		Source: source,
		rows:   Query[span[T]]{Ctx: s.Context},
		news:   Query[int]{Ctx: s.Context},
		ranks:  Query[rank]{Ctx: s.Context},
		before: -1,
	}
	t.Table.Follow(true)
	return t
}

// Len is how many rows the table has; Len, Key and Row are for it.
func (t *Timeline[T]) Len() int { return len(t.Span.Items) }

// Key is the record's ID.
func (t *Timeline[T]) Key(i int) string { return t.Source.ID(t.Span.Items[i]).String() }

// Row is the record's cells.
func (t *Timeline[T]) Row(i int) []component.Cell { return t.Source.Row(t.Span.Items[i]) }

// Selected is the selected record; false when there is none.
func (t *Timeline[T]) Selected() (T, bool) {
	if i := t.Table.Index(); i < t.Len() {
		return t.Span.Items[i], true
	}
	var none T
	return none, false
}

// SelectedID is that of the selected record, or 0.
func (t *Timeline[T]) SelectedID() storage.ID {
	if item, ok := t.Selected(); ok {
		return t.Source.ID(item)
	}
	return 0
}

// Refresh reads again what is shown, and what is new.
func (t *Timeline[T]) Refresh() tea.Cmd {
	cmd := t.rows.Ask(t.reader())
	if !t.Paused {
		return cmd
	}
	after, pages := t.until, t.Source.Page
	return tea.Batch(cmd, t.news.Ask(func(ctx context.Context) (int, error) {
		rows, err := pages(ctx, Page{After: after, Limit: newsLimit})
		return len(rows), err
	}))
}

// reader reads the newest while following, else those around the selected one.
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

// Take takes what was read, and reports whether msg was that.
func (t *Timeline[T]) Take(msg tea.Msg) (cmd tea.Cmd, fresh bool) {
	if a, fresh, cmd := t.news.Take(msg); fresh {
		t.unseen = a.Value
		return cmd, true
	}
	if a, fresh, cmd := t.ranks.Take(msg); fresh {
		t.ranked(a.Value, a.Err)
		return cmd, true
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
		t.slide(a.Value)
		t.Err, t.Read, t.Span, t.jumps = nil, true, a.Value, false
		t.Table.SetSource(t)
		if id := a.Value.selects; id != 0 && !t.Table.Select(id.String()) {
			return tea.Batch(cmd, Say(AboutKeys("it is no longer kept"))), true
		}
		t.selectNear(a.Value.near)
		t.held = cmp.Or(t.SelectedID(), t.held)
		cmd = tea.Batch(cmd, t.rank())
	}
	return cmd, true
}

// selectNear selects a record, or the next one.
func (t *Timeline[T]) selectNear(id storage.ID) {
	at := slices.IndexFunc(t.Span.Items, func(item T) bool { return t.Source.ID(item) >= id })
	if id != 0 && at >= 0 {
		t.Table.Select(t.Key(at))
	}
}

// Trouble tells that reading failed, unless there is nothing to see yet: then the view
// says so itself.
func (t *Timeline[T]) Trouble() tea.Cmd {
	if !t.Read {
		return nil
	}
	return ReadTrouble(t.Err)
}

// ReadTrouble is a toast that says once what reading met again and again. What was removed
// meanwhile is not trouble.
func ReadTrouble(err error) tea.Cmd {
	if err == nil || errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	toast := Bad(OneLine(err))
	toast.ID = "read"
	return Say(toast)
}

// Press moves the selection, and reports whether the key meant something.
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
	t.held = t.SelectedID()
	at := t.Table.Index()
	if t.Span.older && at < SpanMargin || t.Span.newer && at >= t.Len()-SpanMargin {
		return t.rows.Ask(t.reader()), true
	}
	return t.rank(), true
}

// Reveal selects a record, wherever it is.
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

// Restart reads anew after the question changed: another filter, say.
func (t *Timeline[T]) Restart() tea.Cmd { return t.jump(t.reader()) }

// jump reads what one goes to.
func (t *Timeline[T]) jump(read func(context.Context) (span[T], error)) tea.Cmd {
	t.jumps = true
	return t.rows.Restart(read)
}

// Busy reports whether a key would meet rows that are not there yet: those that are jumped
// to, or those beyond an edge that is near.
func (t *Timeline[T]) Busy() bool {
	at, page := t.Table.Index(), t.Table.Page()
	edge := t.Span.older && at < page || t.Span.newer && at >= t.Len()-page
	return t.rows.Running && (!t.Read || t.jumps || edge)
}

// Leave remembers where one is before a filter is typed.
func (t *Timeline[T]) Leave() { t.origin = origin{t.SelectedID(), t.Table.Following()} }

// Unfilter reads all again after the filter was taken away. A row that was chosen in what
// it left stays selected; where there is none, and when it was given up, one is again where
// one was before.
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

// Follow keeps the newest in sight, or no longer does.
func (t *Timeline[T]) Follow() tea.Cmd {
	if t.Table.Following() && !t.Paused {
		t.Table.Follow(false)
		return nil
	}
	t.resume()
	t.Table.Follow(true)
	return t.jump(t.Source.newest(t.until))
}

// Pause holds the list as it is, while new ones are counted; or goes on.
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
