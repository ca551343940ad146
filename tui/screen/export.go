package screen

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// An ExportFormat is a file format and its item in a menu.
type ExportFormat struct{ Name, Key, Suffix, Help string }

// ChooseFormat asks for a format.
func (s *Env) ChooseFormat(title string, formats []ExportFormat, pick func(ExportFormat) tea.Cmd) tea.Cmd {
	byName := make(map[string]ExportFormat, len(formats))
	items := make([]component.MenuItem, len(formats))
	for i, f := range formats {
		byName[f.Name] = f
		items[i] = component.MenuItem{ID: f.Name, Key: f.Key, Label: f.Name, Detail: f.Help}
	}
	return s.Choose(component.Menu{Title: title, Details: items}, func(name string) tea.Cmd { return pick(byName[name]) })
}

// ExportPath is the ID of the field that asks where to write a file.
const ExportPath = "path"

// ExportField returns the field that asks where to write a file. It starts with a name made of what,
// a time and the format's suffix.
func (s *Env) ExportField(what string, at time.Time, f ExportFormat) component.Field {
	return component.Field{
		ID: ExportPath, Label: "File", Check: checkExportPath,
		Start: component.Value{Text: what + "-" + at.In(s.Location).Format("20060102-150405") + f.Suffix},
		Help:  "In the folder where the console was started, unless the path says otherwise.",
	}
}

// ExportedPath returns the path that was entered.
func ExportedPath(v component.Values) string { return strings.TrimSpace(v.Text(ExportPath)) }

func checkExportPath(v component.Values) string {
	if ExportedPath(v) == "" {
		return "No file; name one."
	}
	return ""
}

// A FileWriter writes a file, and returns a message that says what it has done. If the file exists
// and replace is false, it returns an error that is fs.ErrExist.
type FileWriter func(ctx context.Context, replace bool) (done string, err error)

// WriteFile writes a file, and asks first if it would replace one.
func (s *Env) WriteFile(path string, write FileWriter) tea.Cmd {
	return s.writeFile(path, write, false)
}

func (s *Env) writeFile(path string, write FileWriter, replace bool) tea.Cmd {
	ctx := s.Context
	return func() tea.Msg {
		done, err := write(ctx, replace)
		switch {
		case errors.Is(err, fs.ErrExist):
			return Continue(func() tea.Cmd { return s.askReplace(path, write) })
		case errors.Is(err, context.Canceled):
			return nil // the console ends
		case err != nil:
			return ToastMsg{Toast: Bad("export: " + OneLine(err))}
		}
		return ToastMsg{Toast: Good(done)}
	}
}

func (s *Env) askReplace(path string, write FileWriter) tea.Cmd {
	return s.Ask(component.Confirm{
		Title: "Replace the file?", Text: []string{path + " exists already. Its contents will be lost."}, Yes: "replace", No: "keep",
	}, func() tea.Cmd { return s.writeFile(path, write, true) })
}
