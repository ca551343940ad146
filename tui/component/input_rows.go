package component

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// The cells of a row.
const (
	nameCell = iota
	valueCell
	secretCell
	rowCells
)

// RowsHelp says which keys a RowsField has; for its help line or a footer.
const RowsHelp = "ctrl+x removes, alt+up and alt+down move"

// rowsInput is a list of rows, and below it the line that adds one.
type rowsInput struct {
	rows     []*rowInput
	at, cell int // at the add line, at is len(rows)
	add      string
	reveal   func(string) bool
	rowError func(int) string
}

type rowInput struct {
	id     string
	name   edit
	value  *secretInput
	secret bool
}

func newRowsInput(f Field, rowError func(int) string) *rowsInput {
	i := &rowsInput{add: f.Add, reveal: f.Reveal, rowError: rowError}
	for _, r := range f.Start.Rows {
		i.rows = append(i.rows, i.newRow(r))
	}
	return i
}

func (i *rowsInput) newRow(r Row) *rowInput {
	value := newSecretInput(Value{Text: r.Value, Kept: r.Kept}, i.reveal)
	return &rowInput{id: r.ID, name: newEdit(r.Name), value: value, secret: r.Secret}
}

func (i *rowsInput) value() Value {
	var v Value
	for _, r := range i.rows {
		row := r.row()
		if row.ID != "" || row.Name != "" || row.Value != "" {
			v.Rows = append(v.Rows, row)
		}
	}
	return v
}

func (r *rowInput) row() Row {
	value := r.value.value()
	return Row{ID: r.id, Name: r.name.text(), Value: value.Text, Secret: r.secret, Kept: value.Kept}
}

func (i *rowsInput) arrive(dir int) {
	i.at, i.cell = 0, nameCell
	if dir < 0 {
		i.at = len(i.rows)
	}
}

// move goes from cell to cell, row to row, and to the line that adds.
func (i *rowsInput) move(dir int) bool {
	stop := i.at*rowCells + i.cell + dir
	if stop < 0 || stop > len(i.rows)*rowCells {
		return false
	}
	i.at, i.cell = stop/rowCells, stop%rowCells
	return true
}

func (i *rowsInput) key(msg tea.KeyMsg) bool {
	switch msg.String() {
	case "up", "down":
		return i.vertical(msg.Type)
	case "enter":
		return i.enter()
	}
	if i.at == len(i.rows) {
		return false
	}
	switch msg.String() {
	case "ctrl+x":
		i.remove()
		return true
	case "alt+up":
		return i.swap(-1)
	case "alt+down":
		return i.swap(1)
	}
	return i.rows[i.at].key(i.cell, msg)
}

// secret is the value with the cursor in it.
func (i *rowsInput) secret() *secretInput {
	if i.at == len(i.rows) || i.cell != valueCell {
		return nil
	}
	return i.rows[i.at].value
}

func (i *rowsInput) vertical(key tea.KeyType) bool {
	to := i.at + 1
	if key == tea.KeyUp {
		to = i.at - 1
	}
	if to < 0 || to > len(i.rows) {
		return false
	}
	i.at = to
	if to == len(i.rows) {
		i.cell = nameCell
	}
	return true
}

// enter adds a row on the last line, and else goes on.
func (i *rowsInput) enter() bool {
	if i.at == len(i.rows) {
		i.rows = append(i.rows, i.newRow(Row{}))
		i.cell = nameCell
		return true
	}
	return i.move(1)
}

func (i *rowsInput) remove() {
	i.rows = slices.Delete(i.rows, i.at, i.at+1)
	if i.at == len(i.rows) {
		i.cell = nameCell
	}
}

// swap moves the row, the cursor with it; at an end the key is used up.
func (i *rowsInput) swap(dir int) bool {
	if to := i.at + dir; to >= 0 && to < len(i.rows) {
		i.rows[i.at], i.rows[to] = i.rows[to], i.rows[i.at]
		i.at = to
	}
	return true
}

func (r *rowInput) key(cell int, msg tea.KeyMsg) bool {
	switch {
	case cell == secretCell && msg.String() == " ":
		r.secret = !r.secret
		r.value.exists = r.value.exists && r.secret // what may not be read cannot become readable
		return true
	case cell == secretCell || !types(msg):
		return false
	case cell == valueCell:
		return r.value.key(msg)
	}
	r.name.key(msg)
	return true
}

func (i *rowsInput) view(th *style.Theme, width int, focused bool) (lines []string, cursor int) {
	for n, r := range i.rows {
		if n == i.at {
			cursor = len(lines)
		}
		cell := -1
		if focused && n == i.at {
			cell = i.cell
		}
		lines = append(lines, r.view(th, width, cell))
		lines = append(lines, problem(th, i.rowError(n), width)...)
	}
	if i.at == len(i.rows) {
		cursor = len(lines)
	}
	ink := th.Dim
	if focused && i.at == len(i.rows) {
		ink = th.Accent
	}
	return append(lines, ink.Render(clip("+ "+style.Escape(i.add), width))), cursor
}

// view draws the row with the cursor in one cell, or in none.
func (r *rowInput) view(th *style.Theme, width, cell int) string {
	const flag = 10 // "[ ] secret"
	name := max(0, (width-flag-4)*2/5)
	value := max(0, width-flag-4-name)
	text := r.value.line.view(th, value, cell == valueCell, false)
	if r.secret || r.value.block != "" {
		text = r.value.draw(th, value, cell == valueCell)
	}
	label := th.Dim
	if r.secret {
		label = th.Text
	}
	secret := box(th, r.secret, cell == secretCell) + " " + label.Render("secret")
	gap := "  "
	if cell == secretCell {
		gap = " " + th.Accent.Render(style.Right)
	}
	return clip(Fit(r.name.view(th, name, cell == nameCell, false), name)+"  "+Fit(text, value)+gap+secret, width)
}
