package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"backchannel/storage"
	"backchannel/storage/report"
)

//nolint:gochecknoglobals // a flag of the tests
var update = flag.Bool("update", false, "rewrite the golden files")

func at(seconds int) time.Time {
	return time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second)
}

func ended(id string, level storage.CheckLevel, result storage.CheckResult, got string) storage.CheckCase {
	return storage.CheckCase{
		ID: id, Level: level, Result: result, Sent: "what was sent", Expected: "2xx", Got: got,
		Why: "because of RFC 9110", Remedy: "do this", Deliveries: []storage.ID{7}, StartedAt: at(1), EndedAt: at(2),
	}
}

// sample returns a run with each result.
func sample() storage.CheckRun {
	return storage.CheckRun{
		ID: 1 << 40, WebhookID: 3, Webhook: "acme", URL: "https://acme.example.com/hooks", State: storage.CheckFinished,
		RequestedAt: at(0), StartedAt: at(0), EndedAt: at(12), Requests: 42,
		Cases: []storage.CheckCase{
			ended("accept/canary", storage.CheckMust, storage.CheckPassed, "204 No Content in 1.2ms"),
			ended("tls/renewal", storage.CheckShould, storage.CheckWarned, "3 days left, until 2026-10-04"),
			ended("auth/alg-none", storage.CheckMust, storage.CheckFailed, "anybody can post events: 200 OK in 2ms: ok"),
			{ID: "auth/other-key", Level: storage.CheckMust, Result: storage.CheckSkipped, Sent: "a token", Expected: "401", Got: "not looked at", EndedAt: at(2)},
			ended("headers/missing", storage.CheckInfo, storage.CheckInformed, "204 No Content in 1ms"),
			ended("load/steady", storage.CheckMust, storage.CheckPassed, "100 requests"),
		},
		Load: storage.CheckLoad{PerSecond: 19.8, P50: 1200 * time.Microsecond, P95: 3 * time.Millisecond, P99: 9 * time.Millisecond, Buckets: []storage.LatencyBucket{
			{UpTo: 2 * time.Millisecond, N: 80}, {UpTo: 5 * time.Millisecond, N: 0}, {UpTo: 10 * time.Millisecond, N: 20},
		}},
	}
}

func before() *storage.CheckRun {
	run := sample()
	run.ID--
	run.Cases[0].Result, run.Cases[1].Result = storage.CheckFailed, storage.CheckPassed
	return &run
}

func written(t *testing.T, r report.Report, f report.Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	r := report.Report{Run: sample(), Before: before(), Version: "v1.2.3"}
	for format, name := range map[report.Format]string{report.HTML: "report.html", report.JUnit: "report.xml", report.JSON: "report.json"} {
		got, path := written(t, r, format), filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; run go test ./storage/report -update and read the diff\n%s", path, got)
		}
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	only := func(results ...storage.CheckResult) storage.CheckRun {
		run := storage.CheckRun{State: storage.CheckFinished}
		for _, result := range results {
			run.Cases = append(run.Cases, storage.CheckCase{ID: "auth/" + string(result), Result: result})
		}
		return run
	}
	with := func(run storage.CheckRun, state storage.CheckState, reason string) storage.CheckRun {
		run.State, run.Reason = state, reason
		return run
	}
	for _, test := range []struct {
		name             string
		run              storage.CheckRun
		failure, strict  string
		headline, tested string
	}{
		{"all passed", only(storage.CheckPassed), "", "", "ready", ""},
		{"info and skipped", only(storage.CheckInformed, storage.CheckSkipped), "", "", "ready", ""},
		{"warned", only(storage.CheckPassed, storage.CheckWarned), "", "1 case warned, which fails a strict check", "ready, with 1 warning", ""},
		{"failed", only(storage.CheckFailed, storage.CheckWarned), "1 case failed", "1 case failed", "not ready: 1 case failed", ""},
		{"died", with(only(storage.CheckWarned, storage.CheckSkipped), storage.CheckFinished, "it died"), "it died", "it died", "not ready: it died", "it died"},
		{"timed out", with(only(storage.CheckPassed), storage.CheckTimedOut, "too slow"), "too slow", "too slow", "timed out: too slow", "too slow"},
		{"interrupted", with(only(storage.CheckPassed, ""), storage.CheckInterrupted, "stopped"), "stopped", "stopped", "interrupted: stopped", "stopped"},
		{"running", with(only(storage.CheckPassed, ""), storage.CheckRunning, ""), "", "", "running: 1 of 2 cases done", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, strict := report.Report{Run: test.run}, report.Report{Run: test.run, Strict: true}
			if got := r.Failure(); got != test.failure {
				t.Errorf("Failure: got %q, want %q", got, test.failure)
			}
			if got := strict.Failure(); got != test.strict {
				t.Errorf("strict Failure: got %q, want %q", got, test.strict)
			}
			if got := r.Headline(); got != test.headline {
				t.Errorf("Headline: got %q, want %q", got, test.headline)
			}
			if want := test.run.State == storage.CheckFinished && test.failure == ""; r.Passed() != want {
				t.Errorf("Passed: got %t, want %t", r.Passed(), want)
			}
			suites := parsed(t, written(t, r, report.JUnit))
			if red := suites.Failures+suites.Errors > 0; test.run.State.Ended() && red == r.Passed() {
				t.Errorf("JUnit has %d failures and %d errors, but Passed is %t", suites.Failures, suites.Errors, r.Passed())
			}
			if test.tested != "" && suites.Errors != 1 {
				t.Errorf("JUnit has %d errors, want one, for the run", suites.Errors)
			}
			if strict := parsed(t, written(t, strict, report.JUnit)); (strict.Failures+strict.Errors > 0) != (test.strict != "") && test.run.State.Ended() {
				t.Errorf("strict: JUnit has %d failures and %d errors", strict.Failures, strict.Errors)
			}
		})
	}
}

// A suites is a JUnit report as a CI server reads it.
type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Class   string `xml:"classname,attr"`
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func parsed(t *testing.T, text string) (s suites) {
	t.Helper()
	if err := xml.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	n := suites{}
	for _, suite := range s.Suites {
		n.Tests += len(suite.Cases)
		for _, c := range suite.Cases {
			switch {
			case c.Error != nil:
				n.Errors++
			case c.Failure != nil:
				n.Failures++
			case c.Skipped != nil:
				n.Skipped++
			}
		}
	}
	if n.Tests != s.Tests || n.Failures != s.Failures || n.Errors != s.Errors || n.Skipped != s.Skipped {
		t.Errorf("the attributes count %d tests, %d failures, %d errors, %d skipped; there are %d, %d, %d, %d",
			s.Tests, s.Failures, s.Errors, s.Skipped, n.Tests, n.Failures, n.Errors, n.Skipped)
	}
	return s
}

func TestJUnitHasASuiteForEachGroup(t *testing.T) {
	t.Parallel()
	s := parsed(t, written(t, report.Report{Run: sample()}, report.JUnit))
	var names []string
	for _, suite := range s.Suites {
		names = append(names, suite.Name)
	}
	if got, want := strings.Join(names, " "), "accept tls auth headers load"; got != want {
		t.Errorf("got the suites %q, want %q", got, want)
	}
	failed := s.Suites[2].Cases[0]
	if failed.Class != "auth" || failed.Name != "alg-none" || failed.Failure == nil || !strings.Contains(failed.Failure.Text, "remedy    do this") {
		t.Errorf("the failed case: got %+v", failed)
	}
}

// hostile returns texts that a terminal, a browser or a parser would act on.
func hostile() []string {
	return []string{
		"\x1b[2J\x1b]0;title\a", "<script>alert(1)</script>", "]]><x>", "\x00", "a\xff\xfe", "\u202egnp.exe", "-->", "</title><img src=x onerror=alert(1)>",
		`" onload="alert(1)`, "{{.Run}}", "\u0085\u2028", "&lt;b&gt;", "\r\nSet-Cookie: a=b", "javascript:alert(1)", "\ufffe\uffff", "</style><style>*{display:none}",
	}
}

func TestForeignTextIsEscaped(t *testing.T) {
	t.Parallel()
	for _, text := range hostile() {
		run := sample()
		run.Webhook, run.URL, run.Reason = text, "https://example.com/"+text, text
		for i := range run.Cases {
			c := &run.Cases[i]
			c.Sent, c.Expected, c.Got, c.Why, c.Remedy = text, text, text, text, text
		}
		run.Options.Only = []string{text}
		for _, format := range []report.Format{report.HTML, report.JUnit, report.JSON} {
			got := written(t, report.Report{Run: run, Before: before(), Version: text}, format)
			if !utf8.ValidString(got) {
				t.Errorf("%s of %q is not UTF-8", format, text)
			}
			for _, r := range got {
				if unicode.IsControl(r) && r != '\n' || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
					t.Errorf("%s of %q contains %U", format, text, r)
					break
				}
			}
			switch format {
			case report.JUnit:
				parsed(t, got)
			case report.JSON:
				var o report.Object
				if err := json.Unmarshal([]byte(got), &o); err != nil {
					t.Errorf("JSON of %q: %v", text, err)
				}
			case report.HTML:
				for _, tag := range []string{"<script", "<img", "<x>", "<style>*", "onload=\"alert", "onerror=alert(1)>"} {
					if strings.Contains(got, tag) {
						t.Errorf("HTML of %q contains %s", text, tag)
					}
				}
				balanced(t, got)
			}
		}
	}
}

// balanced checks that the page is well formed, which it is not if a text breaks out of its element.
func balanced(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = true, []string{"meta"}, xml.HTMLEntity
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
	if elements["h1"] != 1 || elements["style"] != 1 || elements["article"] != 2 {
		t.Errorf("the page has the elements %v", elements)
	}
}

func TestPageIsSelfContained(t *testing.T) {
	t.Parallel()
	page := written(t, report.Report{Run: sample()}, report.HTML)
	for _, foreign := range []string{"<script", "<link", "<img", "<iframe", "url(", "@import", "src=", "ZgotmplZ"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page contains %s", foreign)
		}
	}
	if strings.Count(page, "<svg") != 2 || !strings.Contains(page, "@media print") || !strings.Contains(page, "prefers-color-scheme: dark") {
		t.Error("the page lacks one of its two charts, or the styles for print or dark mode")
	}
}

func TestReportOfEmptyRun(t *testing.T) {
	t.Parallel()
	r := report.Report{Run: storage.CheckRun{ID: 5, Webhook: "acme", State: storage.CheckInterrupted, Reason: "stopped before an engine took it", RequestedAt: at(0)}}
	for _, format := range []report.Format{report.HTML, report.JUnit, report.JSON} {
		if got := written(t, r, format); !strings.Contains(got, "acme") || strings.Contains(got, "NaN") {
			t.Errorf("%s: got %s", format, got)
		}
	}
	if s := parsed(t, written(t, r, report.JUnit)); s.Errors != 1 {
		t.Errorf("JUnit has %d errors, want one, as nothing was run", s.Errors)
	}
}
