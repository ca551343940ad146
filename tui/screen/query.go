package screen

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
)

// A Query reads one kind of thing from the store, in a command. At most one read
// is under way: what is asked meanwhile is read once that one is back, so that a
// burst of changes costs no more than the store can answer. Asking for something
// else with restart makes the answer under way stale.
type Query[T any] struct {
	Ctx     context.Context
	latest  int // numbers the reads
	Running bool
	next    func(context.Context) (T, error) // asked for meanwhile
}

// An answer is what a query read. It is broadcast to every screen: the one that
// owns the query takes it.
type answer[T any] struct {
	from   *Query[T]
	number int
	Value  T
	Err    error
}

// Ask reads, now or after the read that is under way.
func (q *Query[T]) Ask(read func(context.Context) (T, error)) tea.Cmd {
	if q.Running {
		q.next = read
		return nil
	}
	return q.start(read)
}

// Restart reads now and drops the answer of any earlier read: use it when the
// question itself changed.
func (q *Query[T]) Restart(read func(context.Context) (T, error)) tea.Cmd {
	q.next = nil
	return q.start(read)
}

func (q *Query[T]) start(read func(context.Context) (T, error)) tea.Cmd {
	q.Running = true
	q.latest++
	ctx, number := q.Ctx, q.latest
	return func() tea.Msg {
		value, err := read(ctx)
		return answer[T]{q, number, value, err}
	}
}

// Take reports whether msg is the answer to the latest read, and starts the one
// that was asked for meanwhile.
func (q *Query[T]) Take(msg tea.Msg) (a answer[T], fresh bool, cmd tea.Cmd) {
	a, ok := msg.(answer[T])
	if !ok || a.from != q || a.number != q.latest || !q.Running {
		return a, false, nil
	}
	q.Running = false
	if read := q.next; read != nil {
		q.next = nil
		cmd = q.start(read)
	}
	return a, true, cmd
}
