// Package check is the screen of the endpoint check: the report of a run, live while it is running, and
// earlier runs. Start with [New].
package check

import (
	"context"
	"errors"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/storage/report"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store stores the runs. A run is requested with RequestCheck and made by the engine, which may be in another
// process.
type Store interface {
	storage.ParkedStore
	CheckRuns(ctx context.Context, webhook storage.ID) ([]storage.CheckRun, error)
	CheckRun(context.Context, storage.ID) (storage.CheckRun, error)
	CheckBefore(context.Context, storage.CheckRun) (storage.CheckRun, error)
	RequestCheck(context.Context, *storage.CheckRun) error
	StopCheck(context.Context, storage.ID) error
}

// Actions has what the screen cannot do with the store alone.
type Actions struct {
	// Requests returns approximately how many requests a run sends; nil: unknown.
	Requests func(storage.Webhook, storage.CheckOptions) int
	// Export writes a report to a file, and returns its path. If the file exists and to.Replace is
	// false, its error matches fs.ErrExist. If Export is nil, the screen cannot write files.
	Export func(ctx context.Context, r report.Report, to Destination) (path string, err error)
}

// A Destination says where to write a report, and in which format.
type Destination struct {
	Format  report.Format
	Path    string // as a person has typed it
	Replace bool
}

// Screen is the report of one run.
type Screen struct {
	*screen.Inventory[row]
	env     *screen.Env
	store   Store
	actions Actions

	choice  choice
	reading screen.Query[known]
	report  known
	err     error

	shape  shape
	above  int  // the lines above the list, as drawn last
	follow bool // select the running case, and at the end the first failed one, until a person moves
}

// A choice selects the run of a webhook to show: the one with an ID, otherwise the latest that was requested
// by a time, otherwise the newest.
type choice struct {
	webhook, id storage.ID
	at          time.Time
}

// known is a run with everything that the screen shows about it. If the webhook has never been checked,
// Run is the zero CheckRun.
type known struct {
	report.Report
	read    bool                  // at least once
	webhook storage.Webhook       // the zero Webhook: it has been deleted
	parked  *storage.ParkedReason // nil: it can be checked
	runs    []storage.CheckRun    // of the webhook, the newest first, without cases
}

// New returns the report of a webhook's run at a time, or of its newest run for the zero time.
func New(e *screen.Env, store Store, actions Actions, webhook storage.ID, at time.Time) *Screen {
	s := &Screen{
		env: e, store: store, actions: actions, choice: choice{webhook: webhook, at: at}, follow: true,
		reading: screen.Query[known]{Ctx: e.Context}, shape: shape{folded: map[string]bool{}},
	}
	s.Inventory = screen.NewInventory(e, screen.InventorySpec[row]{
		Columns: columns(),
		ID:      func(r row) storage.ID { return r.id },
		Row:     func(r row) []component.Cell { return cells(e.Theme, r) },
		Filter:  screen.FilterSpec{View: "check", Syntax: storage.CaseFilter()},
		Fields:  fields,
		Detail:  func(r row, width int, focused bool) []string { return describe(e, r, width, focused) },
	})
	return s
}

// Title returns the heading.
func (s *Screen) Title() string {
	if name := s.summary().name(); name != "" {
		return "Endpoint check of " + name
	}
	return "Endpoint check"
}

// summary returns what is shown above the list.
func (s *Screen) summary() summary { return summary{s.env, s.choice.webhook, s.report} }

// Webhook returns the webhook that is checked, at which f fires.
func (s *Screen) Webhook() (storage.ID, bool) { return s.choice.webhook, true }

// Refresh reads the run again if a change affects it. Changes of webhooks do, because a paused webhook
// cannot be checked.
func (s *Screen) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedChecks | storage.ChangedWebhooks) {
		return nil
	}
	return s.reading.Ask(s.choice.read(s.store))
}

// show shows a run of the webhook. With 0 it shows the newest run, and later any newer one.
func (s *Screen) show(id storage.ID) tea.Cmd {
	s.choice, s.follow, s.shape = choice{webhook: s.choice.webhook, id: id}, true, shape{folded: map[string]bool{}}
	return s.reading.Restart(s.choice.read(s.store))
}

// read returns the function that reads the run.
func (c choice) read(store Store) func(context.Context) (known, error) {
	return func(ctx context.Context) (r known, err error) {
		r.read = true
		if r.runs, err = store.CheckRuns(ctx, c.webhook); err != nil {
			return r, err
		}
		if r.webhook, r.parked, err = readWebhook(ctx, store, c.webhook); err != nil || len(r.runs) == 0 {
			return r, err
		}
		if r.Run, err = store.CheckRun(ctx, c.among(r.runs)); err != nil {
			return r, err
		}
		before, err := store.CheckBefore(ctx, r.Run)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			return r, nil
		case err == nil:
			r.Before = &before
		}
		return r, err
	}
}

// readWebhook reads a webhook and why nothing is sent to its endpoint, if it still exists.
func readWebhook(ctx context.Context, store Store, id storage.ID) (storage.Webhook, *storage.ParkedReason, error) {
	w, err := store.Webhook(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Webhook{}, nil, nil
	}
	if err != nil {
		return w, nil, err
	}
	breakers, err := store.Breakers(ctx)
	return w, storage.WhyParked(w, breakers), err
}

// among returns the ID of the chosen run, or of the newest one if the chosen run has been removed.
func (c choice) among(runs []storage.CheckRun) storage.ID {
	at := slices.IndexFunc(runs, func(r storage.CheckRun) bool {
		switch {
		case c.id != 0:
			return r.ID == c.id
		case !c.at.IsZero():
			return !r.RequestedAt.After(c.at)
		}
		return true
	})
	return runs[max(0, at)].ID
}

// Update handles the results of reads, and keys without a binding. Any key stops following, so that the
// selection does not move while a person reads.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := s.reading.Take(msg); fresh {
		if s.err = a.Err; s.err == nil {
			s.report = a.Value
			s.list()
		}
		if s.report.read {
			cmd = tea.Batch(cmd, screen.SayReadError(s.err))
		}
		return cmd
	}
	if _, ok := msg.(tea.KeyMsg); ok {
		s.follow = false
		return s.Inventory.Update(msg)
	}
	return nil
}

// list shows the rows of the report and, while following, selects the most interesting one.
func (s *Screen) list() {
	s.Show(rows(s.report, s.shape), nil)
	if !s.follow {
		return
	}
	if id := interesting(s.report.Run); id != 0 {
		if r, ok := s.Selected(); !ok || r.id != id {
			s.Select(id)
		}
	}
}

// Busy reports whether the report is being read for the first time.
func (s *Screen) Busy(tea.KeyMsg) bool { return s.reading.Running && !s.report.read && !s.Typing() }

// Copies returns the texts of the selected case and its run that a person may want to copy.
func (s *Screen) Copies() []screen.CopyItem {
	var items []screen.CopyItem
	if r, ok := s.Selected(); ok && !r.heading {
		items = []screen.CopyItem{{Label: "case", Text: r.c.ID}, {Label: "what it got", Text: r.c.Got}, {Label: "what to do", Text: r.c.Remedy}}
	}
	if s.report.Run.ID != 0 {
		items = append(items, screen.CopyItem{Label: "run ID", Text: s.report.Run.ID.String()}, screen.CopyItem{Label: "URL", Text: s.report.Run.URL})
	}
	return items
}
