package check

import (
	"math"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/report"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// describe returns the lines of a case, or of all cases of a heading.
func describe(e *screen.Env, r row, width int, focused bool) []string {
	d := screen.Detail{Theme: e.Theme, Width: width}
	if r.heading {
		describeHeading(&d, r, focused)
	} else {
		describeCase(e, &d, r, focused)
	}
	return d.Lines
}

// describeHeading draws the totals of a group, and each of its cases that needs attention.
func describeHeading(d *screen.Detail, r row, focused bool) {
	th := d.Theme
	d.Heading(th.Strong.Render(style.Escape(r.name)), th.Dim.Render(words.Count(len(r.cases), "case")), focused)
	if all := storage.TallyCases(r.cases).Parts(worstFirst()...); len(all) > 0 {
		d.Paragraph(strings.Join(all, ", "), th.Text)
	}
	for _, c := range r.cases {
		if !attention(*r.run, c) {
			continue
		}
		glyph, _, ink := outcome(th, *r.run, c)
		d.Blank()
		d.Lines = append(d.Lines, " "+ink.Render(glyph)+" "+th.Text.Render(style.Escape(c.ID)))
		d.Indented(c.Got, th.Dim)
	}
	if load := r.run.Load; r.name == "load" && len(load.Buckets) > 0 {
		describeLoad(d, load)
	}
}

// describeCase draws a case. What it got comes first, because the rest is the same in every run.
func describeCase(e *screen.Env, d *screen.Detail, r row, focused bool) {
	th, c := e.Theme, r.c
	glyph, word, ink := outcome(th, *r.run, c)
	d.Heading(ink.Render(glyph+" "+word)+"  "+th.Strong.Render(style.Escape(c.ID)), th.Dim.Render(style.Escape(string(c.Level))), focused)
	if r.was != "" && c.Result != "" && r.was != c.Result {
		d.Note("in the previous run: " + r.was.Word())
	}
	d.Blank()
	fact := func(label, value string) {
		if value != "" {
			d.Fact(label, value, th.Text)
		}
	}
	if c.Got != "" {
		d.Fact("Got", c.Got, th.Strong)
	}
	fact("Expected", c.Expected)
	fact("Sent", c.Sent)
	// The remedy is prominent only if it is needed. For a passed case it comes last, as "If it fails".
	if c.Result != storage.CheckPassed {
		fact("What to do", c.Remedy)
	}
	fact("Why", c.Why)
	d.Blank()
	if c.Result == storage.CheckPassed {
		fact("If it fails", c.Remedy)
	}
	fact("Took", took(c))
	describeDeliveries(d, c.Deliveries)
	if strings.HasPrefix(c.ID, "load/") && len(r.run.Load.Buckets) > 0 {
		describeLoad(d, r.run.Load)
	}
}

// describeDeliveries draws the number of requests of a case and the IDs of the first ones.
func describeDeliveries(d *screen.Detail, all []storage.ID) {
	const few = 4
	if len(all) == 0 {
		return
	}
	// A case such as load/burst sends hundreds of requests, whose IDs would fill the pane.
	d.Fact("Requests", words.Count(len(all), "delivery")+"; enter opens them", d.Theme.Text)
	for i, id := range all {
		if i == few {
			d.Fact("", style.More, d.Theme.Dim)
			break
		}
		d.Fact("", id.String(), d.Theme.Dim)
	}
}

// describeLoad draws the results of the load cases, with a histogram of the latencies.
func describeLoad(d *screen.Detail, load storage.CheckLoad) {
	th := d.Theme
	d.Title("Load")
	d.Paragraph(report.Latencies(load), th.Text)
	d.Blank()
	bars := storage.Bars(load.Buckets, 0)
	room := max(1, min(d.Width, maxBarWidth)-histogramText)
	for _, b := range bars {
		n := int(math.Ceil(b.Share * float64(room)))
		d.Lines = append(d.Lines, "   "+th.Dim.Render(component.FitRight(b.UpTo, 8))+" "+th.Text.Render(strings.Repeat(style.Full, n))+" "+th.Dim.Render(strconv.Itoa(b.N)))
	}
}

// histogramText is the width beside the bars of the histogram, in cells.
const histogramText = 20
