package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
)

// listAll lists all records: as JSON one by one, or as a table, which is written when the last
// record has been read. It stops when stdout is closed.
func listAll[T any](s *session, pages storage.Pager[T], rows *table, add func(*table, T) error, empty string) error {
	for record, err := range pages.All() {
		if err != nil {
			return err
		}
		if err := add(rows, record); err != nil {
			return err
		}
		// head has read enough. The rest of a million rows need not be read from the store.
		if s.out.closed() {
			return nil
		}
	}
	s.list(rows, empty)
	return nil
}

// A listChoice is the flags that select what a command lists.
type listChoice struct {
	filter string
	limit  int
}

// newest is the help of --limit.
const newest = "only the `N` newest (default: all)"

// register adds the flags. The example is of a filter.
func (c *listChoice) register(f *pflag.FlagSet, example, limitHelp string) {
	f.StringVar(&c.filter, "filter", "", "only those that `EXPR` selects, such as '"+example+"'")
	f.IntVar(&c.limit, "limit", 0, limitHelp)
}

// read reads the flags.
func (c *listChoice) read(p *parser, syntax storage.FilterSyntax, now time.Time) storage.Filter {
	p.limit(c.limit)
	return p.filter(syntax, c.filter, now)
}

// listing makes a command list what the flags --filter and --limit select, which it adds.
func (s *session) listing(cmd *cobra.Command, syntax storage.FilterSyntax, example string, list func(context.Context, wholeStore, storage.Filter, int) error) *cobra.Command {
	var choice listChoice
	// The help of the filter follows from the syntax, so that no command can forget a key.
	cmd.Long += "\n\n" + filterHelp(syntax)
	cmd.Args = exactly()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p := s.parser(cmd)
		chosen := choice.read(p, syntax, s.now())
		if err := p.bad.Err(); err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error { return list(cmd.Context(), store, chosen, choice.limit) })
	}
	choice.register(cmd.Flags(), example, newest)
	return reportingFlagErrors(cmd)
}

// emptyText returns the message for an empty list: what to do about it or, if a filter was given,
// that nothing matches.
func emptyText(kind, hint string, of storage.Filter) string {
	if len(of.Terms) > 0 {
		return "no " + kind + " match the filter"
	}
	return "no " + kind + "; " + hint
}

// list writes the rows of a table. If there are none, it writes empty to stderr.
func (s *printer) list(rows *table, empty string) {
	switch {
	case s.json():
	case len(rows.rows) == 0:
		s.note("%s", empty)
	default:
		rows.write(s.out, s.out.width())
	}
}
