package check

import (
	"slices"

	"backchannel/storage"
	"backchannel/storage/report"
)

// A row is a case, or the heading of a group of cases.
type row struct {
	id      storage.ID // the number of the case in its run, by which the list finds it again
	heading bool
	name    string // of the heading
	folded  bool
	cases   []storage.CheckCase // below the heading
	c       storage.CheckCase
	whole   bool                // show the name of the case with its group
	was     storage.CheckResult // in the previous run
	run     *storage.CheckRun
}

// A shape says which rows there are.
type shape struct {
	folded   map[string]bool // by heading
	problems bool            // hide the cases that need no attention
	compared bool            // show the cases that differ from the previous run, and those that still fail
}

// headings is the ID of the first heading. It is greater than those of all cases.
// A run has a few hundred cases, whose IDs begin at 1.
const headings = storage.ID(1) << 20

// rows returns the rows of a run.
func rows(k known, as shape) (all []row) {
	// Cases are matched by their IDs, because the suite may have changed between two runs.
	before := map[string]storage.CheckResult{}
	if k.Before != nil {
		for _, c := range k.Before.Cases {
			before[c.ID] = c.Result
		}
	}
	for n, part := range parts(k, as) {
		part.id, part.heading, part.folded, part.run = headings+storage.ID(n), true, as.folded[part.name], &k.Run
		all = append(all, part)
		if part.folded {
			continue
		}
		for _, c := range part.cases {
			if !as.problems || attention(k.Run, c) {
				all = append(all, row{id: rowID(k.Run, c.ID), c: c, whole: as.compared, was: before[c.ID], run: &k.Run})
			}
		}
	}
	return all
}

// parts returns the headings with their cases: the groups in the order in which they are run, or the
// kinds of differences from the previous run.
func parts(k known, as shape) (all []row) {
	if as.compared {
		for _, change := range k.Changes() {
			all = append(all, row{name: change.What, cases: change.Cases})
		}
		return all
	}
	for _, g := range report.Groups(k.Run) {
		all = append(all, row{name: g.Name, cases: g.Cases})
	}
	return all
}

// runName returns the name of the group or the case by which CheckOptions.Only selects the row.
func (r row) runName() string {
	if r.heading {
		return r.name
	}
	return r.c.ID
}

// rowID returns the ID of the row of a case.
func rowID(run storage.CheckRun, id string) storage.ID {
	return storage.ID(1 + slices.IndexFunc(run.Cases, func(c storage.CheckCase) bool { return c.ID == id }))
}

// attention reports whether a case has failed, has warned, or is running.
func attention(run storage.CheckRun, c storage.CheckCase) bool {
	return c.Result == storage.CheckFailed || c.Result == storage.CheckWarned || underWay(run, c)
}

// underWay reports whether a case is running.
func underWay(run storage.CheckRun, c storage.CheckCase) bool {
	return !run.State.Ended() && c.Result == "" && !c.StartedAt.IsZero()
}

// interesting returns the ID of the row to select while following: the running case, and once the run
// has ended, the first finding or, if there is none, the first heading. 0: none.
func interesting(run storage.CheckRun) storage.ID {
	if run.State.Ended() {
		if found := report.Findings(run); len(found) > 0 {
			return rowID(run, found[0].ID)
		}
		return headings
	}
	if i := slices.IndexFunc(run.Cases, func(c storage.CheckCase) bool { return underWay(run, c) }); i >= 0 {
		return rowID(run, run.Cases[i].ID)
	}
	return 0
}

// fields returns what the filter compares. A heading matches if any of its cases does, so that it is
// shown above them.
func fields(r row) []storage.Fields {
	if !r.heading {
		return []storage.Fields{caseFields(r.c)}
	}
	all := []storage.Fields{{Words: []string{r.name}}}
	for _, c := range r.cases {
		all = append(all, caseFields(c))
	}
	return all
}

// caseFields returns the fields of a case that the filter compares.
func caseFields(c storage.CheckCase) storage.Fields {
	return storage.Fields{
		Values: map[string][]string{"case": {c.ID}, "group": {c.Group()}, "level": {string(c.Level)}, "result": {string(c.Result)}},
		Words:  []string{report.Word(c), c.Sent, c.Got},
	}
}
