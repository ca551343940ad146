package component

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// typeRow adds a row when a person types text on the line that adds rows.
func (i *rowsInput) typeRow(msg tea.KeyMsg) bool {
	if msg.Alt || msg.Type != tea.KeyRunes {
		return false
	}
	i.enter()
	return i.rows[i.at].key(nameCell, msg)
}

// pasteRows turns a text that was pasted where a name is expected into rows, one for each line, and
// reports the lines that are not rows. It returns false if no line is: then the text is a name. It
// keeps rows beyond Field.Max: the check of the values reports them, and only a person knows which
// ones to remove.
func (i *rowsInput) pasteRows(msg tea.KeyMsg) bool {
	atName := i.at == len(i.rows) || i.cell == nameCell && i.rows[i.at].name.text() == ""
	if !msg.Paste || !atName {
		return false
	}
	rows, others := i.field.parseRows(pasted(msg))
	if len(rows) == 0 {
		return false
	}
	i.leftOut = i.field.explainLeftOut(others)
	if i.at < len(i.rows) && i.rows[i.at].row().Value == "" { // the first row goes into the empty one
		rows[0].ID, rows[0].Secret = i.rows[i.at].id, i.rows[i.at].secret
		i.rows[i.at] = i.newRow(rows[0])
		i.at++
		rows = rows[1:]
	}
	for _, r := range rows {
		i.rows = slices.Insert(i.rows, i.at, i.newRow(r))
		i.at++
	}
	i.at--
	i.cell = valueCell
	return true
}

// parseRows parses lines such as "X-Team: blue", and returns separately the non-empty ones that are
// not rows. It returns no rows unless one of them has a value.
func (f *Field) parseRows(text string) (rows []Row, others []string) {
	valued := false
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		row, ok := f.parseRow(line)
		if !ok {
			others = append(others, line)
			continue
		}
		rows = append(rows, row)
		valued = valued || row.Value != ""
	}
	if !valued {
		return nil, nil
	}
	return rows, others
}

// parseRow parses a line. A name must not contain spaces: a line with one before the separator is the
// first line of a request, or prose with a colon.
func (f *Field) parseRow(line string) (row Row, ok bool) {
	name, value, found := strings.Cut(line, f.Between)
	row = Row{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}
	return row, f.Between != "" && found && row.Name != "" && !strings.ContainsAny(row.Name, " \t")
}

// explainLeftOut returns a text that says which lines of a paste were left out. It shows the
// beginnings of the first ones, so that a person can find them.
func (f *Field) explainLeftOut(lines []string) string {
	const most, letters = 3, 24
	if len(lines) == 0 {
		return ""
	}
	var shown []string
	for _, line := range lines[:min(len(lines), most)] {
		shown = append(shown, `"`+clip(style.Escape(line), letters)+`"`)
	}
	if len(lines) > most {
		shown = append(shown, style.More)
	}
	return "Left out, as it is not NAME" + f.Between + " VALUE: " + strings.Join(shown, ", ")
}
