package receiver

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// exportFormats returns the formats of an export, with the keys that choose them.
func exportFormats() []screen.ExportFormat {
	return []screen.ExportFormat{
		{Name: string(export.JSON), Key: "j", Suffix: ".json", Help: "an array of what receipt show prints"},
		{Name: string(export.NDJSON), Key: "n", Suffix: ".ndjson", Help: "the same, one object a line"},
		{Name: string(export.HAR), Key: "h", Suffix: ".har", Help: "HTTP Archive 1.2, for browsers and proxies"},
		{Name: string(export.Curl), Key: "c", Suffix: ".sh", Help: "a script that sends each again with curl"},
	}
}

// An exporter writes receipts to a file.
type exporter struct {
	env   *screen.Env
	write func(context.Context, export.Request) (export.Result, error) // nil: no export
}

// exportable has the receipts that can be exported.
type exportable struct {
	marked   []storage.ID
	selected storage.ID
	filter   storage.Filter
}

// choose asks for the format.
func (e exporter) choose(of exportable) tea.Cmd {
	return e.env.ChooseFormat("Export receipts as", exportFormats(), func(f screen.ExportFormat) tea.Cmd { return e.ask(f, of) })
}

// The fields of the form that asks for an export, and the options of the first.
const (
	exportWhich   = "which"
	exportTo      = "to"
	exportSecrets = "secrets"

	whichMarked   = "marked"
	whichSelected = "selected"
	whichFiltered = "filtered"
)

// ask asks which receipts to write, and where. For a format whose file sends the receipts, it also asks
// for the server that they are sent to.
func (e exporter) ask(f screen.ExportFormat, of exportable) tea.Cmd {
	which := of.options()
	fields := []component.Field{
		{ID: exportWhich, Label: "Receipts", Kind: component.ChoiceField, Options: which, Start: component.Value{Text: which[0].ID}, Help: "left and right choose."},
		e.env.ExportField("receipts", e.env.Now(), f),
		{ID: exportSecrets, Label: "Secrets", Kind: component.CheckField, Help: "Off: tokens, secret headers and whatever looks like one are masked."},
	}
	if export.Format(f.Name).Sends() {
		fields = slices.Insert(fields, 2, component.Field{ID: exportTo, Label: "For", Help: "Empty: the receiver's present URL. Or another server: https://HOST:PORT, or one URL for all receipts."})
	}
	return e.env.Fill(screen.FormSpec{
		Title: "Export as " + f.Name, Verb: "Write", Focus: screen.ExportPath,
		Section: component.Section{Fields: fields},
		Submit:  func(v component.Values) tea.Cmd { return e.run(of.request(export.Format(f.Name), v)) },
	})
}

// options returns which receipts can be exported, the likeliest first.
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
		label = "all that match the filter"
	}
	return append(all, component.Option{ID: whichFiltered, Label: label})
}

// request returns the export that a form describes. Receipts that match a filter are read when the
// export runs, so it includes those that arrived while the form was open.
func (of exportable) request(format export.Format, v component.Values) export.Request {
	e := export.Request{Format: format, Path: screen.ExportedPath(v), To: strings.TrimSpace(v.Text(exportTo)), WithSecrets: v.On(exportSecrets)}
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

// run writes the file. WriteFile asks before it replaces one.
func (e exporter) run(request export.Request) tea.Cmd {
	return e.env.WriteFile(request.Path, func(ctx context.Context, replace bool) (string, error) {
		request := request
		request.Replace = replace
		done, err := e.write(ctx, request)
		return exported(request, done), err
	})
}

// exported returns what was written, and where.
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
