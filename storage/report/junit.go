package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/script"
)

// The elements of JUnit XML, as CI servers read them: a testsuite for each group.
type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

// A junitSuite is a group of cases.
type junitSuite struct {
	Name      string `xml:"name,attr"`
	Timestamp string `xml:"timestamp,attr,omitempty"`
	junitCounts
	Cases []junitCase `xml:"testcase"`
}

// junitCounts are the counts that JUnit has as attributes of a suite, and of all suites.
type junitCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"` // in seconds
}

// A junitCase is a case.
type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Time    string       `xml:"time,attr"`
	Failure *junitDetail `xml:"failure"`
	Error   *junitDetail `xml:"error"`
	Skipped *junitDetail `xml:"skipped"`
	Output  string       `xml:"system-out,omitempty"`
}

// A junitDetail says why a case did not pass.
type junitDetail struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes the report as JUnit XML. It contains a failure or an error unless the endpoint is
// ready: for a run that ended early, or whose endpoint stopped answering, the reason is the error of
// the case that was in progress.
func (r Report) writeJUnit(w io.Writer) error {
	all := junitSuites{Name: "backchannel check of " + script.Escape(r.Run.Webhook)}
	broken := r.broken()
	total := time.Duration(0)
	for _, g := range Groups(r.Run) {
		suite := junitSuite{Name: g.Name, Timestamp: timestamp(r.Run.StartedAt)}
		lasted := time.Duration(0)
		for _, c := range g.Cases {
			made := r.junitCase(escaped(c))
			if c.ID == broken {
				made.Failure, made.Skipped = nil, nil
				made.Error = &junitDetail{Message: script.Escape(r.Run.Reason), Type: string(r.Run.State), Text: details(escaped(c))}
			}
			suite.count(made)
			suite.Cases = append(suite.Cases, made)
			lasted += lastedOf(c)
		}
		suite.Time = seconds(lasted)
		total += lasted
		all.add(suite.junitCounts)
		all.Suites = append(all.Suites, suite)
	}
	if len(all.Suites) == 0 && r.Run.Reason != "" {
		all.add(junitCounts{Tests: 1, Errors: 1})
		all.Suites = []junitSuite{unbegun(script.Escape(r.Run.Reason))}
	}
	all.Time = seconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// lastedOf returns how long a case took, or 0 if it has not begun or not ended.
func lastedOf(c storage.CheckCase) time.Duration {
	if c.StartedAt.IsZero() || c.EndedAt.IsZero() {
		return 0
	}
	return c.EndedAt.Sub(c.StartedAt)
}

// unbegun is the only suite of a run that ended before it had cases.
func unbegun(reason string) junitSuite {
	counts := junitCounts{Tests: 1, Errors: 1, Time: seconds(0)}
	return junitSuite{Name: "check", junitCounts: counts, Cases: []junitCase{{Class: "check", Name: "run", Time: seconds(0), Error: &junitDetail{Message: reason}}}}
}

// broken returns the case that was in progress when the run ended early. It returns "" if the run did
// not, or if a failure says enough.
func (r Report) broken() string {
	cases := r.Run.Cases
	if r.Run.Reason == "" || len(cases) == 0 || r.Run.State == storage.CheckFinished && r.Run.Tally()[storage.CheckFailed] > 0 {
		return ""
	}
	latest := slices.MaxFunc(cases, func(a, b storage.CheckCase) int { return a.StartedAt.Compare(b.StartedAt) })
	return latest.ID
}

// junitCase returns a case in the terms of JUnit, which has no warnings: with Strict they are
// failures, and otherwise only output.
func (r Report) junitCase(c storage.CheckCase) junitCase {
	made := junitCase{Class: c.Group(), Name: strings.TrimPrefix(c.ID, c.Group()+"/"), Time: seconds(lastedOf(c))}
	switch {
	case c.Result == storage.CheckFailed, c.Result == storage.CheckWarned && r.Strict:
		made.Failure = &junitDetail{Message: c.Got, Type: string(c.Level), Text: details(c)}
	case c.Result == storage.CheckSkipped, c.Result == "":
		made.Skipped = &junitDetail{Message: cmp.Or(c.Got, "not run")}
	case c.Result == storage.CheckWarned:
		made.Output = "warning: " + details(c)
	default:
		made.Output = Word(c) + ": " + c.Got
	}
	return made
}

// details returns the facts about a case that did not pass.
func details(c storage.CheckCase) string {
	var text strings.Builder
	for _, line := range Details(c) {
		fmt.Fprintf(&text, "%-9s %s\n", line.Name, line.Value)
	}
	return text.String()
}

// count counts a case.
func (n *junitCounts) count(c junitCase) {
	n.Tests++
	switch {
	case c.Error != nil:
		n.Errors++
	case c.Failure != nil:
		n.Failures++
	case c.Skipped != nil:
		n.Skipped++
	}
}

// add adds the counts of a suite.
func (n *junitCounts) add(of junitCounts) {
	n.Tests += of.Tests
	n.Failures += of.Failures
	n.Errors += of.Errors
	n.Skipped += of.Skipped
}

// seconds writes a duration in seconds.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// timestamp writes a time in UTC as an xs:dateTime without a zone, which the schema that Jenkins
// uses does not allow.
func timestamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05")
}
