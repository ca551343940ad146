package check

import (
	"context"

	"backchannel/storage/report"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// exportFormats returns the formats of a report, with the keys that choose them.
func exportFormats() []screen.ExportFormat {
	return []screen.ExportFormat{
		{Name: string(report.HTML), Key: "h", Suffix: ".html", Help: "a page for people, which prints"},
		{Name: string(report.JSON), Key: "j", Suffix: ".json", Help: "one object with every case"},
		{Name: string(report.JUnit), Key: "u", Suffix: ".xml", Help: "JUnit XML, for a CI server"},
	}
}

// An exporter writes reports to files.
type exporter struct {
	env   *screen.Env
	write func(ctx context.Context, r report.Report, to Destination) (path string, err error) // nil: no export
}

// binding returns the key that exports a report.
func (e exporter) binding(r report.Report) screen.Binding {
	b := screen.Binding{Keys: []string{"x"}, Label: "export", Help: "Write the report to a file: HTML, JSON or JUnit", Do: func() tea.Cmd { return e.choose(r) }}
	if e.write == nil {
		b.Off = "this console cannot write files"
	}
	return b
}

// choose asks for the format, and then where to write the report.
func (e exporter) choose(r report.Report) tea.Cmd {
	// The page shows times in the zone of the person who exports it, not of those who read it.
	r.Zone = e.env.Location
	return e.env.ChooseFormat("Export the report as", exportFormats(), func(f screen.ExportFormat) tea.Cmd {
		path := e.env.ExportField("check", r.Run.RequestedAt, f)
		path.Help += " Secrets are masked."
		return e.env.Fill(screen.FormSpec{
			Title: "Export as " + f.Name, Verb: "Write",
			Section: component.Section{Fields: []component.Field{path}},
			Submit: func(v component.Values) tea.Cmd {
				return e.export(r, Destination{Format: report.Format(f.Name), Path: screen.ExportedPath(v)})
			},
		})
	})
}

// export writes a report. WriteFile asks before it replaces a file.
func (e exporter) export(r report.Report, to Destination) tea.Cmd {
	return e.env.WriteFile(to.Path, func(ctx context.Context, replace bool) (string, error) {
		to := to
		to.Replace = replace
		path, err := e.write(ctx, r, to)
		return "report written to " + path, err
	})
}
