package check

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings returns the keys of the report and of its selected case.
func (s *Screen) Bindings() []screen.Binding {
	if s.Typing() {
		return s.TypingBindings()
	}
	if s.report.Run.ID == 0 {
		// The other keys are listed with the reason why they are disabled, so that the help shows what a report
		// offers.
		return append([]screen.Binding{s.againBinding()}, screen.Because("it has not been checked yet; r does", s.runBindings())...)
	}
	return slices.Concat(s.SearchBindings(), s.caseBindings(), []screen.Binding{s.stopBinding(), s.againBinding()}, s.runBindings(), s.viewBindings())
}

// caseBindings returns the keys that act on the selected case, or on all cases of a heading.
func (s *Screen) caseBindings() []screen.Binding {
	r, ok := s.Selected()
	open := screen.Binding{Keys: []string{"enter"}, Label: "attempts", Help: "Open the attempts of the case", Do: s.OnSelected(s.open)}
	only := screen.Binding{Keys: []string{"t"}, Label: "try alone", Help: "Run this case again, or this group, alone", Do: s.OnSelected(func(r row) tea.Cmd { return s.ask(s.report.Run.AgainOnly(r.runName())) })}
	switch {
	case !ok:
		return screen.NoneHere("case", []screen.Binding{open, only})
	case r.heading:
		open.Label, open.Help = "fold", "Fold or unfold the group"
		if s.shape.compared {
			only.Off = "select one of the cases"
		}
	case len(r.c.Deliveries) == 0:
		open.Off = "this case sent nothing that could be opened"
	}
	if only.Off == "" {
		only.Off = s.summary().unable()
	}
	return []screen.Binding{open, only}
}

// stopBinding returns the key that stops the run.
func (s *Screen) stopBinding() screen.Binding {
	run := s.report.Run
	stop := screen.Binding{Keys: []string{"S"}, Label: "stop", Help: "Stop the run; the results so far are kept", Do: func() tea.Cmd {
		return screen.Act(s.env.Context, func(ctx context.Context) (string, error) {
			return "the run is being stopped; the results so far are kept", s.store.StopCheck(ctx, run.ID)
		})
	}}
	if run.State.Ended() {
		stop.Off = "the run has ended already (" + string(run.State) + ")"
	}
	return stop
}

// againBinding returns the key that runs the whole check, for the first time or again.
func (s *Screen) againBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"r"}, Label: "run again", Word: "run", Help: "Run the whole check again", Do: func() tea.Cmd { return s.ask(s.report.Run.Again()) }}
	if s.report.Run.ID == 0 {
		b.Label, b.Help = "check", "Run the check"
	}
	return b.Unless(s.summary().unable())
}

// runBindings returns the other keys that act on the run, or lead to another one.
func (s *Screen) runBindings() []screen.Binding {
	failing := s.report.Run.Failing()
	again := screen.Binding{Keys: []string{"R"}, Label: "failing again", Word: "failing", Help: "Run only the cases again that failed or warned", Do: func() tea.Cmd {
		return s.ask(s.report.Run.AgainOnly(failing...))
	}}
	if again.Off = s.summary().unable(); again.Off == "" && len(failing) == 0 {
		again.Off = "no case has failed or warned; r runs all again"
	}
	compare := screen.Binding{Keys: []string{"c"}, Label: "compare", Help: "Compare with the run before: broken, fixed, still failing", Do: s.compare}
	if s.shape.compared {
		compare.Label, compare.Help = "all cases", "Show the cases by group again"
	} else if s.report.Before == nil {
		compare.Off = "there is no run before this one to compare with"
	}
	earlier := screen.Binding{Keys: []string{"e"}, Label: "earlier", Help: "Show another run of this webhook", Do: s.chooseRun}
	if len(s.report.runs) < 2 {
		earlier.Off = "there is no other run of this webhook"
	}
	return []screen.Binding{again, compare, earlier, exporter{s.env, s.actions.Export}.binding(s.report.Report)}
}

// viewBindings returns the keys that change which cases are listed.
func (s *Screen) viewBindings() []screen.Binding {
	problems := screen.Binding{Keys: []string{"p"}, Label: "problems", Help: "Show only the cases that failed, warned or are running", Do: s.reshape(func(as *shape) { as.problems = !as.problems })}
	if s.shape.problems {
		problems.Label, problems.Help = "all cases", "Show the cases that passed too"
	}
	all := append([]screen.Binding{problems}, s.ListBindings("Filter cases: 401 group:auth result:fail")...)
	if !s.report.Run.State.Ended() && !s.follow {
		all = append(all, screen.Binding{Keys: []string{"F"}, Label: "follow", Help: "Follow the case that is running", Do: func() tea.Cmd {
			s.follow = true
			s.list()
			return nil
		}})
	}
	return all
}

// reshape returns the action of a key that changes which rows there are.
func (s *Screen) reshape(change func(*shape)) func() tea.Cmd {
	return func() tea.Cmd {
		change(&s.shape)
		s.list()
		return nil
	}
}

// compare switches between the differences from the previous run and all cases.
func (s *Screen) compare() tea.Cmd {
	cmd := s.reshape(func(as *shape) { as.compared = !as.compared })()
	if s.shape.compared {
		s.follow = false
		s.Select(headings)
	}
	return cmd
}

// ask requests a run. If the endpoint is on another machine, it first asks a person to confirm: a check
// sends forged tokens and load, which only the endpoint's owner may allow.
func (s *Screen) ask(o storage.CheckOptions) tea.Cmd {
	w := s.report.webhook
	if !w.LeavesMachine() {
		return s.askFor(o)
	}
	requests, rate := amount(s.actions, w, o)
	return s.env.Ask(component.Confirm{
		Title: "Check " + w.Name + "?",
		Text: []string{
			strings.ToUpper(requests[:1]) + requests[1:] + " go to " + w.ShownURL() + ", " + rate + ".",
			"Many of them are wrong on purpose: forged tokens, broken bodies, repeats.",
			"Only check an endpoint that is yours, or whose owner agrees.",
		},
		Yes: "check", No: "not now",
	}, func() tea.Cmd { return s.askFor(o) })
}

// amount returns how many requests a run sends, and how fast.
func amount(by Actions, w storage.Webhook, o storage.CheckOptions) (requests, rate string) {
	requests = "requests"
	if by.Requests != nil {
		requests = "about " + words.Count(by.Requests(w, o), "request")
	}
	return requests, "at most " + strconv.FormatFloat(o.For(w).PerSecond, 'f', -1, 64) + " a second"
}

// askFor requests a run and shows it. It is made by the engine, which may be in another process.
func (s *Screen) askFor(o storage.CheckOptions) tea.Cmd {
	// The store rejects a second run of a webhook, so two people who press r at once get only one.
	ctx, store, webhook := s.env.Context, s.store, s.choice.webhook
	return func() tea.Msg {
		run := storage.CheckRun{WebhookID: webhook, Options: o}
		if err := store.RequestCheck(ctx, &run); err != nil {
			return screen.Continue(func() tea.Cmd {
				return tea.Batch(screen.Say(screen.Bad(s.env.Translate(screen.OneLine(err), s.env.Now()))), s.Refresh(storage.ChangedChecks))
			})
		}
		return screen.Continue(func() tea.Cmd { return s.show(0) })
	}
}

// open opens the attempts of a case, or folds a group.
func (s *Screen) open(r row) tea.Cmd {
	if !r.heading {
		return screen.ShowDeliveries("Attempts of "+r.c.ID, storage.DeliveryQuery{CheckID: s.report.Run.ID, CheckCase: r.c.ID})
	}
	return s.reshape(func(as *shape) { as.folded[r.name] = !as.folded[r.name] })()
}

// chooseRun offers the runs of the webhook, the newest first.
func (s *Screen) chooseRun() tea.Cmd {
	runs := slices.Clone(s.report.runs)
	return screen.ReadThen(s.env, func(ctx context.Context) ([]storage.CheckRun, error) {
		// The runs were read without their cases, from which Summary counts the results.
		for i, r := range runs {
			whole, err := s.store.CheckRun(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			runs[i] = whole
		}
		return runs, nil
	}, func(runs []storage.CheckRun, err error) tea.Cmd {
		if err != nil {
			return screen.SayReadError(err)
		}
		return s.env.Choose(runMenu(s.env, s.summary().name(), runs, s.report.Run.ID), func(id string) tea.Cmd {
			at, err := strconv.Atoi(id)
			if err != nil || at == 0 {
				return s.show(0)
			}
			return s.show(runs[at].ID)
		})
	})
}

// runMenu returns a menu of runs, with the cursor on the one that is shown.
func runMenu(e *screen.Env, webhook string, runs []storage.CheckRun, shown storage.ID) component.Menu {
	m := component.Menu{Title: "Runs of " + webhook}
	for i, r := range runs {
		detail := r.Summary()
		if only := r.Options.Only; len(only) == 1 {
			detail += "   only " + only[0]
		} else if len(only) > 1 {
			detail += fmt.Sprintf("   only %s and %d more", only[0], len(only)-1)
		}
		m.Details = append(m.Details, component.MenuItem{ID: strconv.Itoa(i), Label: e.DayOrClock(r.RequestedAt), Detail: detail})
		if r.ID == shown {
			m.At = i
		}
	}
	return m
}
