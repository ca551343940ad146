package receiver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// An exportFormat is a format for receipts, and how the menu offers it.
type exportFormat struct {
	export.Format
	key, suffix, help string
}

func exportFormats() []exportFormat {
	return []exportFormat{
		{Format: export.JSON, key: "j", suffix: ".json", help: "one array of what receipt show has"},
		{Format: export.NDJSON, key: "n", suffix: ".ndjson", help: "the same, one object a line"},
		{Format: export.HAR, key: "h", suffix: ".har", help: "HTTP Archive 1.2, for browsers and proxies"},
		{Format: export.Curl, key: "c", suffix: ".sh", help: "a script that sends each again with curl"},
	}
}

// exporter writes receipts to a file.
type exporter struct {
	env   *screen.Env
	write func(context.Context, export.Request) (export.Result, error) // nil: no export
}

// exportable is what an export can be of.
type exportable struct {
	marked   []storage.ID
	selected storage.ID
	filter   storage.Filter
}

// choose asks for the format.
func (e exporter) choose(of exportable) tea.Cmd {
	formats := exportFormats()
	items := make([]component.MenuItem, len(formats))
	for i, f := range formats {
		items[i] = component.MenuItem{ID: string(f.Format), Key: f.key, Label: string(f.Format), Detail: f.help}
	}
	return e.env.Choose(component.Menu{Title: "Export receipts as", Details: items}, func(name string) tea.Cmd {
		at := slices.IndexFunc(formats, func(f exportFormat) bool { return string(f.Format) == name })
		if at < 0 {
			return nil
		}
		return e.ask(formats[at], of)
	})
}

// The fields of the form that asks for an export, and the options of the first.
const (
	exportWhich   = "which"
	exportPath    = "path"
	exportTo      = "to"
	exportSecrets = "secrets"

	whichMarked   = "marked"
	whichSelected = "selected"
	whichFiltered = "filtered"
)

// ask asks which receipts to write, and where to.
func (e exporter) ask(format exportFormat, of exportable) tea.Cmd {
	which := of.options()
	path := "receipts-" + e.env.Now().In(e.env.Location).Format("20060102-150405") + format.suffix
	fields := []component.Field{
		{ID: exportWhich, Label: "Receipts", Kind: component.ChoiceField, Options: which, Start: component.Value{Text: which[0].ID}, Help: "left and right choose."},
		{ID: exportPath, Label: "File", Start: component.Value{Text: path}, Check: checkExportPath, Help: "In the folder where the console was started, unless the path says otherwise."},
		{ID: exportSecrets, Label: "Secrets", Kind: component.CheckField, Help: "Off: tokens and secret headers are masked, and what looks like either."},
	}
	if format.Sends() {
		fields = slices.Insert(fields, 2, component.Field{ID: exportTo, Label: "For", Help: "Empty: the receiver as it is now. Else another server: https://HOST:PORT, or a URL that all of them go to."})
	}
	return e.env.Fill(screen.FormSpec{
		Title: "Export as " + string(format.Format), Verb: "Write", Focus: exportPath,
		Section: component.Section{Fields: fields},
		Submit:  func(v component.Values) tea.Cmd { return e.run(of.request(format, v)) },
	})
}

// options returns what can be exported now, the likeliest first.
func (of exportable) options() []component.Option {
	var all []component.Option
	if n := len(of.marked); n > 0 {
		all = append(all, component.Option{ID: whichMarked, Label: fmt.Sprintf("the %d marked", n)})
	}
	if of.selected != 0 {
		all = append(all, component.Option{ID: whichSelected, Label: "the selected one"})
	}
	label := "all"
	if len(of.filter.Terms) > 0 {
		label = "all that the filter chooses"
	}
	return append(all, component.Option{ID: whichFiltered, Label: label})
}

func checkExportPath(v component.Values) string {
	if strings.TrimSpace(v.Text(exportPath)) == "" {
		return "No file; name one."
	}
	return ""
}

func (of exportable) request(format exportFormat, v component.Values) export.Request {
	e := export.Request{Format: format.Format, Path: strings.TrimSpace(v.Text(exportPath)), To: strings.TrimSpace(v.Text(exportTo)), WithSecrets: v.On(exportSecrets)}
	switch v.Text(exportWhich) {
	case whichMarked:
		e.IDs = of.marked
	case whichSelected:
		e.IDs = []storage.ID{of.selected}
	default:
		e.Query.Filter = of.filter
	}
	return e
}

// run writes receipts, and asks first if it would replace a file.
func (e exporter) run(request export.Request) tea.Cmd {
	ctx := e.env.Context
	return func() tea.Msg {
		done, err := e.write(ctx, request)
		switch {
		case errors.Is(err, fs.ErrExist):
			return screen.Continue(func() tea.Cmd { return e.askReplace(request) })
		case err != nil:
			return screen.ToastMsg{Toast: screen.Bad("export: " + screen.OneLine(err))}
		}
		return screen.ToastMsg{Toast: screen.Good(exported(request, done))}
	}
}

// exported says what was written where.
func exported(request export.Request, done export.Result) string {
	secrets := "secrets masked"
	if request.WithSecrets {
		secrets = "with secrets"
	}
	n := int64(done.Receipts)
	text := fmt.Sprintf("%s %s written to %s, %s", screen.Thousands(n), words.Plural(n, "receipt"), done.Path, secrets)
	if done.Note != "" {
		text += "; " + done.Note
	}
	return text
}

func (e exporter) askReplace(request export.Request) tea.Cmd {
	path := request.Path
	request.Replace = true
	return e.env.Ask(component.Confirm{
		Title: "Replace the file?", Text: []string{path + " is there already. What it holds will be gone."}, Yes: "replace", No: "keep",
	}, func() tea.Cmd { return e.run(request) })
}
