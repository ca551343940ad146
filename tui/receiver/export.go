package receiver

import (
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

// An exportFormat is one that receipts can be written as.
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

// chooseExport asks as what receipts are to be written.
func (r *Screen) chooseExport() tea.Cmd {
	var items []component.MenuItem
	for _, f := range exportFormats() {
		items = append(items, component.MenuItem{ID: string(f.Format), Key: f.key, Label: string(f.Format), Detail: f.help})
	}
	return r.shared.Choose(component.Menu{Title: "Export receipts as", Details: items}, func(name string) tea.Cmd {
		for _, f := range exportFormats() {
			if string(f.Format) == name {
				return r.askExport(f)
			}
		}
		return nil
	})
}

// The fields of the form that asks for an export, and which receipts it can be of.
const (
	exportWhich   = "which"
	exportPath    = "path"
	exportTo      = "to"
	exportSecrets = "secrets"

	whichMarked   = "marked"
	whichSelected = "selected"
	whichFiltered = "filtered"
)

// askExport asks which receipts are written, and where to.
func (r *Screen) askExport(format exportFormat) tea.Cmd {
	which := r.exportable()
	path := "receipts-" + r.shared.Now().In(r.shared.Location).Format("20060102-150405") + format.suffix
	fields := []component.Field{
		{ID: exportWhich, Label: "Receipts", Kind: component.ChoiceField, Options: which, Start: component.Value{Text: which[0].ID}, Help: "left and right choose."},
		{ID: exportPath, Label: "File", Start: component.Value{Text: path}, Check: checkExportPath, Help: "In the folder where the console was started, unless the path says otherwise."},
		{ID: exportSecrets, Label: "Secrets", Kind: component.CheckField, Help: "Off: tokens and secret headers are masked, and what looks like either."},
	}
	if format.Sends() {
		fields = slices.Insert(fields, 2, component.Field{ID: exportTo, Label: "For", Help: "Empty: the receiver as it is now. Else another server: https://HOST:PORT, or a URL that all of them go to."})
	}
	return r.shared.Fill(screen.FormSpec{
		Title: "Export as " + string(format.Format), Verb: "Write", Focus: exportPath,
		Section: component.Section{Fields: fields},
		Submit: func(v component.Values) tea.Cmd {
			return r.shared.export(r.exportOf(format, v))
		},
	})
}

// exportable is what receipts can be written now, the likeliest first.
func (r *Screen) exportable() []component.Option {
	var all []component.Option
	if n := int64(len(r.list.Table.Marked())); n > 0 {
		all = append(all, component.Option{ID: whichMarked, Label: fmt.Sprintf("the %d marked", n)})
	}
	if _, ok := r.list.Selected(); ok {
		all = append(all, component.Option{ID: whichSelected, Label: "the selected one"})
	}
	label := "all"
	if len(r.chosen.Terms) > 0 {
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

func (r *Screen) exportOf(format exportFormat, v component.Values) export.Request {
	e := export.Request{Format: format.Format, Path: strings.TrimSpace(v.Text(exportPath)), To: strings.TrimSpace(v.Text(exportTo)), WithSecrets: v.On(exportSecrets)}
	switch v.Text(exportWhich) {
	case whichMarked:
		for _, text := range r.list.Table.Marked() {
			if id, err := storage.ParseID(text); err == nil {
				e.IDs = append(e.IDs, id)
			}
		}
	case whichSelected:
		e.IDs = []storage.ID{r.list.SelectedID()}
	default:
		e.Query.Filter = r.chosen
	}
	return e
}

// exportTakenMsg says that there is a file where an export was to go.
type exportTakenMsg struct{ request export.Request }

// export writes receipts, and says where they are.
func (s *common) export(e export.Request) tea.Cmd {
	ctx, write := s.Context, s.Export
	return func() tea.Msg {
		done, err := write(ctx, e)
		switch {
		case errors.Is(err, fs.ErrExist):
			return exportTakenMsg{e}
		case err != nil:
			return screen.ToastMsg{Toast: screen.Bad("export: " + screen.OneLine(err))}
		}
		secrets := "secrets masked"
		if e.WithSecrets {
			secrets = "with secrets"
		}
		n := int64(done.Receipts)
		text := fmt.Sprintf("%s %s written to %s, %s", screen.Thousands(n), words.Plural(n, "receipt"), done.Path, secrets)
		if done.Note != "" {
			text += "; " + done.Note
		}
		return screen.ToastMsg{Toast: screen.Good(text)}
	}
}

// askReplace asks before a file is written over.
func (s *common) askReplace(msg exportTakenMsg) tea.Cmd {
	again := msg.request
	again.Replace = true
	return s.Ask(component.Confirm{
		Title: "Replace the file?", Text: []string{msg.request.Path + " is there already. What it holds will be gone."}, Yes: "replace", No: "keep",
	}, func() tea.Cmd { return s.export(again) })
}
