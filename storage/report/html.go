package report

import (
	"html/template"
	"io"

	"backchannel/storage"
	"backchannel/storage/script"
)

// A pageView is what the template shows. Its texts are escaped for people: what html/template
// escapes besides is for browsers.
type pageView struct {
	Title, Headline, Tone string
	Facts                 []Fact
	Counts                []count
	Findings              []caseView
	Changes               []changeView
	Latencies             string
	Bars                  []barView
	BarsHeight            int
	Groups                []groupView
	Made                  string
}

// A count is how many cases had a result, with the width of its part in the bar of all.
type count struct {
	Word  string
	Tone  string
	N     int
	At, W float64
}

// A caseView is a case as the page shows it. Its texts are escaped for control characters; the
// template escapes them for HTML.
type caseView struct {
	ID, Level, Word, Tone string
	Sent, Expected, Got   string
	Details               []Fact
}

// A changeView is a list of cases that changed in the same way since the run before.
type changeView struct {
	What string
	IDs  []string
}

// A groupView is a group of cases.
type groupView struct {
	Name  string
	Tally string
	Cases []caseView
}

// A barView is a bar of the histogram with its place in the SVG.
type barView struct {
	storage.LatencyBar
	Y, W, TextY, CountX float64
}

// writeHTML writes the report as one page that needs nothing else: no script, no font, no
// image.
func (r Report) writeHTML(w io.Writer) error {
	t, err := template.New("page").Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, r.view())
}

// view returns everything that the page shows, so that the template need not decide anything.
func (r Report) view() pageView {
	v := pageView{
		Title:    "Endpoint check of " + script.Escape(r.Run.Webhook),
		Headline: script.Escape(r.Headline()), Tone: r.tone(),
		Counts:    counts(r.Run.Tally(), len(r.Run.Cases)),
		Latencies: Latencies(r.Run.Load),
		Made:      "backchannel " + script.Escape(r.Version),
	}
	for _, f := range r.Facts() {
		v.Facts = append(v.Facts, Fact{f.Name, script.Escape(f.Value)})
	}
	v.Findings = caseViews(Findings(r.Run))
	for _, c := range r.Changes() {
		v.Changes = append(v.Changes, changeView{c.What, ids(c.Cases)})
	}
	v.Bars, v.BarsHeight = barViews(storage.Bars(r.Run.Load.Buckets, 0))
	for _, g := range Groups(r.Run) {
		v.Groups = append(v.Groups, groupView{script.Escape(g.Name), g.Tally.String(), caseViews(g.Cases)})
	}
	return v
}

// tone returns the class of the headline, which decides its colour.
func (r Report) tone() string {
	switch {
	case r.Passed() && r.Run.Tally()[storage.CheckWarned] == 0:
		return "pass"
	case r.Passed(), !r.Run.State.Ended():
		return "warn"
	}
	return "fail"
}

// counts returns the results that there are, and their parts of a bar that is 100 wide.
func counts(t storage.CheckTally, cases int) (all []count) {
	at := 0.0
	for _, result := range storage.CheckResults() {
		if n := t[result]; n > 0 {
			width := 100 * float64(n) / float64(max(1, cases))
			all = append(all, count{Word: result.Word(), Tone: string(result), N: n, At: at, W: width})
			at += width
		}
	}
	return all
}

// caseViews returns the cases as the page shows them.
func caseViews(cases []storage.CheckCase) (all []caseView) {
	for _, c := range cases {
		c = escaped(c)
		tone := string(c.Result)
		if tone == "" {
			tone = "open"
		}
		all = append(all, caseView{
			ID: c.ID, Level: string(c.Level), Word: Word(c), Tone: tone,
			Sent: c.Sent, Expected: c.Expected, Got: c.Got, Details: Details(c),
		})
	}
	return all
}

// The measures of the histogram, in the units of its viewBox.
const (
	barsLabel, barsLength, barHeight, barStep = 90, 400, 14, 20
)

// barViews places the bars one below the other, and returns their height in all.
func barViews(bars []storage.LatencyBar) (all []barView, height int) {
	for i, b := range bars {
		y := float64(i * barStep)
		width := b.Share * barsLength
		all = append(all, barView{LatencyBar: b, Y: y, W: width, TextY: y + barHeight - 3, CountX: barsLabel + width + 6})
	}
	return all, len(bars) * barStep
}
