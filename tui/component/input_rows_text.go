package component

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// typeRow begins a row with a key that types text on the line that adds rows.
func (i *rowsInput) typeRow(msg tea.KeyMsg) bool {
	if msg.Alt || msg.Type != tea.KeyRunes {
		return false
	}
	i.enter()
	return i.rows[i.at].key(nameCell, msg)
}

// pasteRows makes rows of a text that was pasted where a name is expected, one of each line. It
// returns false if a line is not a row: then the text is a name. Rows beyond the most are kept,
// because whoever checks the values says that there are too many, and a person knows which to
// remove.
func (i *rowsInput) pasteRows(msg tea.KeyMsg) bool {
	atName := i.at == len(i.rows) || i.cell == nameCell && i.rows[i.at].name.text() == ""
	if !msg.Paste || !atName {
		return false
	}
	rows := i.field.parseRows(pasted(msg))
	if len(rows) == 0 {
		return false
	}
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

// parseRows reads lines such as "X-Team: blue". It returns no rows unless every line that is
// not empty is one, and one of them has a value.
func (f *Field) parseRows(text string) (rows []Row) {
	valued := false
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, found := strings.Cut(line, f.Between)
		name = strings.TrimSpace(name)
		if f.Between == "" || !found || name == "" {
			return nil
		}
		rows = append(rows, Row{Name: name, Value: strings.TrimSpace(value)})
		valued = valued || rows[len(rows)-1].Value != ""
	}
	if !valued {
		return nil
	}
	return rows
}
