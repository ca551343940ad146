package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/file"
	"backchannel/storage/report"
	tuicheck "backchannel/tui/check"
	"backchannel/tui/style"
)

// reportFlags are the flags that say how a run is reported.
type reportFlags struct {
	diff, all   bool
	junit, html string
}

// register adds the flags. check and check show share them, so that the same report can be written
// again later.
func (v *reportFlags) register(f *pflag.FlagSet) {
	f.BoolVar(&v.diff, "diff", false, "compare with the previous run: fixed, broken, still failing")
	f.BoolVar(&v.all, "all", false, "name every case, including those that passed")
	f.StringVar(&v.junit, "junit", "", "write JUnit XML to `FILE`, which is replaced if it exists")
	f.StringVar(&v.html, "html", "", "write a page that prints well to `FILE`, which is replaced if it exists")
}

// files returns the files to write, with the flags that name them.
func (v *reportFlags) files() []reportFile {
	return []reportFile{{"junit", v.junit, report.JUnit}, {"html", v.html, report.HTML}}
}

// A reportFile is a file to write a report to.
type reportFile struct {
	flag, path string
	format     report.Format
}

// checkFiles rejects files that cannot be written. It does so before anything is sent, because a
// run takes minutes and must not be lost to a mistyped path.
func (v *reportFlags) checkFiles(p *parser) {
	for _, f := range v.files() {
		switch {
		case !p.given(f.flag):
		case f.path == "" || f.path == file.Stdin:
			p.add(f.flag, "%q is not a file; name one, or omit --%s", f.path, f.flag)
		default:
			if err := file.CheckReplace(f.path); err != nil {
				p.add(f.flag, "%v", err)
			}
		}
	}
	if v.junit != "" && v.junit == v.html {
		p.add("html", "is the file that --junit names; name another")
	}
}

// report prepares a run to be presented.
func (s checkSession) report(ctx context.Context, store checkStore, run storage.CheckRun, flags reportFlags) (report.Report, error) {
	r := report.Report{Run: run, Zone: s.zone, Version: programVersion()}
	if err := s.resolve(ctx, store, &r.Run); err != nil || !flags.diff {
		return r, err
	}
	before, err := store.CheckBefore(ctx, run)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		s.note("there is no run before %s to compare with", run.ID)
		return r, nil
	case err != nil:
		return r, err
	}
	r.Before = &before
	return r, nil
}

// resolve replaces @receiver in a run by the current URL of the built-in receiver.
func (s checkSession) resolve(ctx context.Context, store checkStore, run *storage.CheckRun) error {
	if run.URL != storage.BuiltinReceiver {
		return nil
	}
	base, err := s.receiverURL(ctx, store)
	if err != nil || base == "" {
		return err
	}
	w, err := store.Webhook(ctx, run.WebhookID)
	switch {
	case errors.Is(err, storage.ErrNotFound): // it has been deleted
		return nil
	case err == nil:
		run.URL = w.Target(base)
	}
	return err
}

// present shows a report and writes its files.
func (s checkSession) present(r report.Report, flags reportFlags) error {
	if s.settings.json() {
		if err := s.out.object(r.Object()); err != nil {
			return err
		}
	} else {
		writeReport(s.out, r, flags.all, s.out.width())
	}
	// The files are written after the report is shown, so that an error of one does not hide the
	// results.
	for _, f := range flags.files() {
		if f.path == "" {
			continue
		}
		if err := file.Replace(f.path, func(w io.Writer) error { return r.Write(w, f.format) }); err != nil {
			return err
		}
		s.note("%s written to %s", f.format, f.path)
	}
	return nil
}

// writeReport writes a report as text. Findings come before the cases that need no attention. width
// is that of the terminal, or 0 for no limit.
func writeReport(w io.Writer, r report.Report, all bool, width int) {
	// The order follows what a person asks: is it ready, what is wrong, how fast was it, and only
	// then what was fine.
	var about facts
	about.add("Result", r.Headline())
	for _, f := range r.Facts() {
		about.add(f.Name, f.Value)
	}
	about.write(w, "")
	writeGroups(w, r.Run, width)
	for _, c := range report.Findings(r.Run) {
		writeCase(w, c, width)
	}
	writeLatencies(w, r.Run.Load)
	results := []storage.CheckResult{storage.CheckInformed}
	if all {
		results = append(results, storage.CheckPassed)
	}
	for _, result := range results {
		writeCases(w, report.With(r.Run, result), width)
	}
	writeSkips(w, report.Skips(r.Run), all, width)
	writeChanges(w, r, width)
}

// writeGroups writes the number of cases with each result by group.
func writeGroups(w io.Writer, run storage.CheckRun, width int) {
	results := append(storage.CheckResults(), "")
	rows := table{head: []string{"GROUP", "CASES"}, omitEmpty: []string{"WARNED", "INFO", "SKIPPED", "TO DO"}}
	for _, result := range results {
		rows.head = append(rows.head, strings.ToUpper(result.Word()))
	}
	for _, g := range report.Groups(run) {
		cells := []string{g.Name, number(len(g.Cases))}
		for _, result := range results {
			cells = append(cells, number(g.Tally[result]))
		}
		rows.add(cells...)
	}
	if len(rows.rows) > 0 {
		fmt.Fprintln(w)
		rows.write(w, width)
	}
}

// caseIndent is the indentation of the lines about a case.
const caseIndent = "    "

// writeCase writes everything about one case.
func writeCase(w io.Writer, c storage.CheckCase, width int) {
	fmt.Fprintf(w, "\n%s %s %s, %s\n", tuicheck.Glyph(c.Result), style.Escape(c.ID), report.Word(c), withArticle(c.Level))
	var f facts
	for _, d := range report.Details(c) {
		f.add(d.Name, d.Value)
	}
	f.wrap(width-len(caseIndent)).write(w, caseIndent)
}

// withArticle returns "a must" or "an info".
func withArticle(level storage.CheckLevel) string {
	if level == storage.CheckInfo {
		return "an info"
	}
	return "a " + string(level)
}

// writeCases writes a line for each case. All of them must have the same result.
func writeCases(w io.Writer, cases []storage.CheckCase, width int) {
	if len(cases) == 0 {
		return
	}
	var f facts
	for _, c := range cases {
		f.add(c.ID, c.Got)
	}
	fmt.Fprintf(w, "\n%s %s\n", tuicheck.Glyph(cases[0].Result), report.Word(cases[0]))
	f.wrap(width-len(caseIndent)).write(w, caseIndent)
}

// maxSkipped is how many of the cases that were skipped for one reason are named, unless --all is
// given.
const maxSkipped = 6

// writeSkips writes which cases were skipped, grouped by reason: a dead endpoint skips a hundred
// cases for one reason.
func writeSkips(w io.Writer, skips []report.Skip, all bool, width int) {
	for _, skip := range skips {
		names := skip.IDs
		if more := len(names) - maxSkipped; !all && more > 1 {
			names = append(slices.Clone(names[:maxSkipped]), fmt.Sprintf("and %d more", more))
		}
		fmt.Fprintf(w, "\n%s skipped\n", tuicheck.Glyph(storage.CheckSkipped))
		var f facts
		f.add("why", skip.Reason)
		f.add("cases", strings.Join(names, ", "))
		f.wrap(width-len(caseIndent)).write(w, caseIndent)
	}
}

// histogramWidth is the length of the longest bar of a histogram, in cells.
const histogramWidth = 40

// writeLatencies writes the latencies under load, if the run had a load.
func writeLatencies(w io.Writer, l storage.CheckLoad) {
	bars := storage.Bars(l.Buckets, 0)
	if len(bars) == 0 {
		return
	}
	fmt.Fprintf(w, "\nLatency under load: %s\n", report.Latencies(l))
	writeBars(w, bars)
}

// writeBars writes a histogram.
func writeBars(w io.Writer, bars []storage.LatencyBar) {
	var f facts
	for _, b := range bars {
		f.add(b.UpTo, strings.TrimSpace(strings.Repeat("█", int(math.Ceil(b.Share*histogramWidth)))+" "+strconv.Itoa(b.N)))
	}
	f.write(w, caseIndent)
}

// writeChanges writes the differences from the previous run, if --diff was given.
func writeChanges(w io.Writer, r report.Report, width int) {
	if r.Before == nil {
		return
	}
	var f facts
	for _, change := range r.Changes() {
		names := make([]string, len(change.Cases))
		for i, c := range change.Cases {
			names[i] = c.ID
		}
		if len(names) == 0 {
			names = []string{"none"}
		}
		f.add(change.What, strings.Join(names, ", "))
	}
	fmt.Fprintf(w, "\nSince run %s\n", r.Before.ID)
	f.wrap(width-len(caseIndent)).write(w, caseIndent)
}
