package screen

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
)

// A Query reads one kind of value from the store, in commands. Only one of its reads runs at a time,
// and after it only the latest request made meanwhile, so that a burst of changes causes no more
// reads than the store can answer.
type Query[T any] struct {
	Ctx     context.Context
	latest  int // numbers the reads
	Running bool
	next    func(context.Context) (T, error) // the latest request while a read is running
}

// An answer is the result of a read. The root passes it to every screen, and the owner of the query
// recognizes it.
type answer[T any] struct {
	from   *Query[T]
	number int
	Value  T
	Err    error
}

// Ask reads now, or after the read that is running.
func (q *Query[T]) Ask(read func(context.Context) (T, error)) tea.Cmd {
	if q.Running {
		q.next = read
		return nil
	}
	return q.start(read)
}

// Restart reads now and drops the answers of earlier reads. Use it when those would answer another
// question.
func (q *Query[T]) Restart(read func(context.Context) (T, error)) tea.Cmd {
	q.next = nil
	return q.start(read)
}

// drop drops the answers of earlier reads.
func (q *Query[T]) drop() { q.Running, q.next = false, nil }

func (q *Query[T]) start(read func(context.Context) (T, error)) tea.Cmd {
	q.Running = true
	q.latest++
	ctx, number := q.Ctx, q.latest
	return func() tea.Msg {
		value, err := read(ctx)
		return answer[T]{q, number, value, err}
	}
}

// Take reports whether msg is the answer to the latest read, and starts the read that was
// requested meanwhile.
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
