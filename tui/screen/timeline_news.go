package screen

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// news is how many records are newer than one.
type news struct {
	after storage.ID
	n     int
}

// countNews counts the records that came while the list was paused, or else those that nobody
// has seen because the list does not follow the newest.
func (t *Timeline[T]) countNews() tea.Cmd {
	after, pages := t.newAfter(), t.Source.Page
	if after == 0 || !t.Paused && t.Table.Following() {
		return nil
	}
	return t.news.Ask(func(ctx context.Context) (news, error) {
		rows, err := pages(ctx, Page{After: after, Limit: newsLimit})
		return news{after, len(rows)}, err
	})
}

// newAfter returns the record after which all are new.
func (t *Timeline[T]) newAfter() storage.ID {
	if t.Paused {
		return t.until
	}
	return t.seen
}

// takeNews takes the number of new records, and reports whether msg was that. It counts again
// if more of them have been seen since.
func (t *Timeline[T]) takeNews(msg tea.Msg) (tea.Cmd, bool) {
	a, fresh, cmd := t.news.Take(msg)
	if !fresh || a.Err != nil {
		return cmd, fresh
	}
	if a.Value.after != t.newAfter() {
		return tea.Batch(cmd, t.countNews()), true
	}
	t.unseen = a.Value.n
	return cmd, true
}

// look remembers which records were visible.
func (t *Timeline[T]) look() tea.Cmd {
	if t.Paused {
		return nil
	}
	bottom := t.Table.Bottom()
	if t.Table.Following() {
		bottom, t.unseen = t.Len()-1, 0
	}
	if bottom < 0 || bottom >= t.Len() {
		return nil
	}
	if id := t.Source.ID(t.Span.Items[bottom]); id > t.seen {
		t.seen = id
		return t.countNews()
	}
	return nil
}

// newText says how many records are new, and whether the list moves.
func (t *Timeline[T]) newText() string {
	switch {
	case t.Paused:
		return fmt.Sprintf("   %s paused, %s new", style.Pause, counted(t.unseen))
	case t.Table.Following() && t.Len() > 0:
		return "   following"
	case t.Table.Following() || t.unseen == 0:
		return ""
	}
	return "   " + News(t.unseen)
}

// News says that n records below are new, and which key leads to them, or returns "".
func News(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s%s new · F", style.Down, counted(n))
}

// counted formats a number of new records, of which no more than newsLimit are counted.
func counted(n int) string {
	text := Thousands(int64(n))
	if n >= newsLimit {
		text += " or more"
	}
	return text
}
