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

func (s *Screen) exportBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"x"}, Label: "export", Help: "Write the report to a file: HTML, JSON or JUnit", Do: s.chooseFormat}
	if s.actions.Export == nil {
		b.Off = "this console cannot write files"
	}
	return b
}

func (s *Screen) chooseFormat() tea.Cmd {
	formats := exportFormats()
	items := make([]component.MenuItem, len(formats))
	for i, f := range formats {
		items[i] = component.MenuItem{ID: string(f.Format), Key: f.key, Label: string(f.Format), Detail: f.help}
	}
	return s.env.Choose(component.Menu{Title: "Export the report as", Details: items}, func(name string) tea.Cmd {
		at := slices.IndexFunc(formats, func(f exportFormat) bool { return string(f.Format) == name })
		if at < 0 {
			return nil
		}
		return s.askPath(formats[at])
	})
}

// askPath asks where to write the run that is shown now.
func (s *Screen) askPath(format exportFormat) tea.Cmd {
	r := s.report.Report
	r.Zone = s.env.Location
	path := "check-" + r.Run.AskedAt.In(s.env.Location).Format("20060102-150405") + format.suffix
	return s.env.Fill(screen.FormSpec{
		Title: "Export as " + string(format.Format), Verb: "Write",
		Section: component.Section{Fields: []component.Field{{
			ID: exportPath, Label: "File", Start: component.Value{Text: path}, Check: checkExportPath,
			Help: "In the folder where the console was started, unless the path says otherwise. Secrets are masked.",
		}}},
		Submit: func(v component.Values) tea.Cmd {
			return s.export(r, Destination{Format: format.Format, Path: strings.TrimSpace(v.Text(exportPath))})
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
func (s *Screen) export(r report.Report, to Destination) tea.Cmd {
	ctx, write := s.env.Context, s.actions.Export
	return func() tea.Msg {
		path, err := write(ctx, r, to)
		switch {
		case errors.Is(err, fs.ErrExist):
			return screen.Continue(func() tea.Cmd { return s.askReplace(r, to) })
		case errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return screen.ToastMsg{Toast: screen.Bad("export: " + screen.OneLine(err))}
		}
		return screen.ToastMsg{Toast: screen.Good("report written to " + path)}
	}
}

func (s *Screen) askReplace(r report.Report, to Destination) tea.Cmd {
	path := to.Path
	to.Replace = true
	return s.env.Ask(component.Confirm{
		Title: "Replace the file?", Text: []string{path + " is there already. What it holds will be gone."}, Yes: "replace", No: "keep",
	}, func() tea.Cmd { return s.export(r, to) })
}
