package tui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
)

// A query reads one kind of thing from the store, in a command. At most one read
// is under way: what is asked meanwhile is read once that one is back, so that a
// burst of changes costs no more than the store can answer. Asking for something
// else with restart makes the answer under way stale.
type query[T any] struct {
	ctx     context.Context
	latest  int // numbers the reads
	running bool
	next    func(context.Context) (T, error) // asked for meanwhile
}

// An answer is what a query read. It is broadcast to every screen: the one that
// owns the query takes it.
type answer[T any] struct {
	from   *query[T]
	number int
	value  T
	err    error
}

// ask reads, now or after the read that is under way.
func (q *query[T]) ask(read func(context.Context) (T, error)) tea.Cmd {
	if q.running {
		q.next = read
		return nil
	}
	return q.start(read)
}

// restart reads now and drops the answer of any earlier read: use it when the
// question itself changed.
func (q *query[T]) restart(read func(context.Context) (T, error)) tea.Cmd {
	q.next = nil
	return q.start(read)
}

func (q *query[T]) start(read func(context.Context) (T, error)) tea.Cmd {
	q.running = true
	q.latest++
	ctx, number := q.ctx, q.latest
	return func() tea.Msg {
		value, err := read(ctx)
		return answer[T]{q, number, value, err}
	}
}

// take reports whether msg is the answer to the latest read, and starts the one
// that was asked for meanwhile.
func (q *query[T]) take(msg tea.Msg) (a answer[T], fresh bool, cmd tea.Cmd) {
	a, ok := msg.(answer[T])
	if !ok || a.from != q || a.number != q.latest || !q.running {
		return a, false, nil
	}
	q.running = false
	if read := q.next; read != nil {
		q.next = nil
		cmd = q.start(read)
	}
	return a, true, cmd
}
