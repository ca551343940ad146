package screen

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// news counts the records of a timeline that have not been visible.
type news[T any] struct {
	source *timelineSource[T]
	query  Query[newer]
	seen   storage.ID // the newest record that was visible
	unseen int        // while paused or not following, the number of records newer than seen
}

// newer is how many records are newer than one.
type newer struct {
	than storage.ID
	n    int
}

// count counts the records after one, unless that is 0.
func (n *news[T]) count(after storage.ID) tea.Cmd {
	page := n.source.Page
	if after == 0 {
		return nil
	}
	return n.query.Ask(func(ctx context.Context) (newer, error) {
		rows, err := page(ctx, Page{After: after, Limit: newsLimit})
		return newer{after, len(rows)}, err
	})
}

// take handles the answer to count, and reports whether msg was one. It counts again if the answer
// is about another record than after.
func (n *news[T]) take(msg tea.Msg, after storage.ID) (tea.Cmd, bool) {
	a, fresh, cmd := n.query.Take(msg)
	if !fresh || a.Err != nil {
		return cmd, fresh
	}
	if a.Value.than != after {
		return tea.Batch(cmd, n.count(after)), true
	}
	n.unseen = a.Value.n
	return cmd, true
}

func (n *news[T]) whilePaused() string {
	return fmt.Sprintf("   %s paused, %s new", style.Pause, counted(n.unseen))
}

// News returns that n new records are below, and the key that leads to them, or "" if n is 0.
func (s *Env) News(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s%s new · %s", style.Down, counted(n), s.KeyFor("F"))
}

// counted formats a number of new records, which is at most newsLimit.
func counted(n int) string {
	text := Thousands(int64(n))
	if n >= newsLimit {
		text += " or more"
	}
	return text
}
