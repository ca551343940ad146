package check

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"backchannel/storage/report"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// An exportFormat is a format for the report, and how the menu offers it.
type exportFormat struct {
	report.Format
	key, suffix, help string
}

func exportFormats() []exportFormat {
	return []exportFormat{
		{report.HTML, "h", ".html", "a page for people, which prints"},
		{report.JSON, "j", ".json", "one object with every case"},
		{report.JUnit, "u", ".xml", "JUnit XML, for a CI server"},
	}
}

const exportPath = "path"

// An exporter writes reports to files.
type exporter struct {
	env   *screen.Env
	write func(ctx context.Context, r report.Report, to Destination) (path string, err error) // nil: no export
}

func (e exporter) binding(r report.Report) screen.Binding {
	b := screen.Binding{Keys: []string{"x"}, Label: "export", Help: "Write the report to a file: HTML, JSON or JUnit", Do: func() tea.Cmd { return e.choose(r) }}
	if e.write == nil {
		b.Off = "this console cannot write files"
	}
	return b
}

// choose asks for the format.
func (e exporter) choose(r report.Report) tea.Cmd {
	formats := exportFormats()
	items := make([]component.MenuItem, len(formats))
	for i, f := range formats {
		items[i] = component.MenuItem{ID: string(f.Format), Key: f.key, Label: string(f.Format), Detail: f.help}
	}
	return e.env.Choose(component.Menu{Title: "Export the report as", Details: items}, func(name string) tea.Cmd {
		at := slices.IndexFunc(formats, func(f exportFormat) bool { return string(f.Format) == name })
		if at < 0 {
			return nil
		}
		return e.askPath(formats[at], r)
	})
}

// askPath asks where to write the report.
func (e exporter) askPath(format exportFormat, r report.Report) tea.Cmd {
	r.Zone = e.env.Location
	path := "check-" + r.Run.AskedAt.In(e.env.Location).Format("20060102-150405") + format.suffix
	return e.env.Fill(screen.FormSpec{
		Title: "Export as " + string(format.Format), Verb: "Write",
		Section: component.Section{Fields: []component.Field{{
			ID: exportPath, Label: "File", Start: component.Value{Text: path}, Check: checkExportPath,
			Help: "In the folder where the console was started, unless the path says otherwise. Secrets are masked.",
		}}},
		Submit: func(v component.Values) tea.Cmd {
			return e.export(r, Destination{Format: format.Format, Path: strings.TrimSpace(v.Text(exportPath))})
		},
	})
}

func checkExportPath(v component.Values) string {
	if strings.TrimSpace(v.Text(exportPath)) == "" {
		return "No file; name one."
	}
	return ""
}

// export writes a report, and asks first if it would replace a file.
func (e exporter) export(r report.Report, to Destination) tea.Cmd {
	ctx, write := e.env.Context, e.write
	return func() tea.Msg {
		path, err := write(ctx, r, to)
		switch {
		case errors.Is(err, fs.ErrExist):
			return screen.Continue(func() tea.Cmd { return e.askReplace(r, to) })
		case errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return screen.ToastMsg{Toast: screen.Bad("export: " + screen.OneLine(err))}
		}
		return screen.ToastMsg{Toast: screen.Good("report written to " + path)}
	}
}

func (e exporter) askReplace(r report.Report, to Destination) tea.Cmd {
	path := to.Path
	to.Replace = true
	return e.env.Ask(component.Confirm{
		Title: "Replace the file?", Text: []string{path + " is there already. What it holds will be gone."}, Yes: "replace", No: "keep",
	}, func() tea.Cmd { return e.export(r, to) })
}
