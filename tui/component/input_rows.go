package component

import (
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// The cells of a row.
const (
	nameCell = iota
	valueCell
	secretCell // not in pairs
)

// cellNames are what the cells are called in the IDs of errors.
func cellNames() []string { return []string{"name", "value"} }

// A rowsInput is a list of rows with a line below it that adds a row. A row shows its errors only once
// the cursor has left it: a person who has typed half a name knows that it is incomplete.
type rowsInput struct {
	rows     []*rowInput
	at, cell int // at the add line, at is len(rows)
	field    Field
	problems func(row int) []string // errors of the nth row that is not ignored
	leftOut  string                 // describes the lines of the latest paste that are not rows
}

type rowInput struct {
	id     string
	name   edit
	value  *secretInput
	secret bool
	left   bool // the cursor has been in the row and left it
}

func newRowsInput(f Field, problems func(int) []string) *rowsInput {
	i := &rowsInput{field: f, problems: problems}
	for _, r := range f.Start.Rows {
		i.rows = append(i.rows, i.newRow(r))
	}
	return i
}

func (i *rowsInput) newRow(r Row) *rowInput {
	value := newSecretInput(Value{Text: r.Value, Kept: r.Kept}, i.field)
	return &rowInput{id: r.ID, name: newEdit(r.Name), value: value, secret: r.Secret}
}

func (i *rowsInput) value() Value {
	var v Value
	for _, r := range i.counting() {
		v.Rows = append(v.Rows, r.row())
	}
	return v
}

// counting returns the rows that count, that is, all except empty new ones. An empty row is what
// remains when a person adds one too many, and is not a reason to reject the form.
func (i *rowsInput) counting() []*rowInput {
	return slices.DeleteFunc(slices.Clone(i.rows), func(r *rowInput) bool {
		row := r.row()
		return row.ID == "" && row.Name == "" && row.Value == ""
	})
}

// left makes the errors of all rows visible.
func (i *rowsInput) left() {
	for _, r := range i.counting() {
		r.left = true
	}
}

func (i *rowsInput) anyLeft() bool {
	return slices.ContainsFunc(i.rows, func(r *rowInput) bool { return r.left })
}

// goTo moves the cursor to a row, or to the line after the last.
func (i *rowsInput) goTo(row int) {
	if row != i.at && i.at < len(i.rows) {
		i.rows[i.at].left = true
	}
	i.at = row
}

// point moves the cursor to a cell of the nth row that is not ignored.
func (i *rowsInput) point(n, cell int) {
	if counting := i.counting(); n < len(counting) {
		i.at, i.cell = slices.Index(i.rows, counting[n]), cell
	}
}

func (r *rowInput) row() Row {
	value := r.value.value()
	kept := value.Kept && r.secret // a kept secret must not become readable
	return Row{ID: r.id, Name: r.name.text(), Value: value.Text, Secret: r.secret, Kept: kept}
}

func (i *rowsInput) arrive(dir int) {
	i.at, i.cell, i.leftOut = 0, nameCell, ""
	if dir < 0 {
		i.at = len(i.rows)
	}
}

// move moves from cell to cell, from row to row, and to the line that adds a row.
func (i *rowsInput) move(dir int) bool {
	cells := i.cells()
	stop := i.at*cells + i.cell + dir
	if stop < 0 || stop > len(i.rows)*cells {
		return false
	}
	i.goTo(stop / cells)
	i.cell = stop % cells
	return true
}

// cells returns how many cells a row has.
func (i *rowsInput) cells() int {
	if i.field.Pairs {
		return secretCell
	}
	return secretCell + 1
}

func (i *rowsInput) key(msg tea.KeyMsg) bool {
	switch msg.String() {
	case "up", "down":
		return i.vertical(msg.Type)
	case "enter":
		return i.enter()
	}
	if i.pasteRows(msg) {
		return true
	}
	if i.at == len(i.rows) {
		return !i.full() && i.typeRow(msg)
	}
	switch msg.String() {
	case "ctrl+x":
		i.remove()
		return true
	case "alt+up", "ctrl+up":
		return i.swap(-1)
	case "alt+down", "ctrl+down":
		return i.swap(1)
	}
	return i.rows[i.at].key(i.cell, msg)
}

// secret returns the secret value that the cursor is in.
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
	i.goTo(to)
	if to == len(i.rows) {
		i.cell = nameCell
	}
	return true
}

// enter adds a row on the last line, and moves on elsewhere.
func (i *rowsInput) enter() bool {
	if i.full() && i.at == len(i.rows) {
		return false
	}
	if i.at == len(i.rows) {
		i.rows = append(i.rows, i.newRow(Row{}))
		i.cell = nameCell
		return true
	}
	return i.move(1)
}

func (i *rowsInput) full() bool { return i.field.Max > 0 && len(i.rows) >= i.field.Max }

func (i *rowsInput) remove() {
	i.rows = slices.Delete(i.rows, i.at, i.at+1)
	if i.at == len(i.rows) {
		i.cell = nameCell
	}
}

// swap moves the row together with the cursor. At an end it only consumes the key.
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
	counting := i.counting()
	for n, r := range i.rows {
		cell := -1
		if n == i.at {
			cursor = len(lines)
		}
		if focused && n == i.at {
			cell = i.cell
		}
		if i.field.Pairs {
			lines = append(lines, r.viewPair(th, width, cell))
		} else {
			lines = append(lines, r.view(th, width, cell))
		}
		if r.left {
			lines = append(lines, i.problemsOf(th, slices.Index(counting, r), width)...)
		}
	}
	if i.at == len(i.rows) {
		cursor = len(lines)
	}
	return slices.Concat(lines, []string{i.addLine(th, width, focused)}, i.viewLeftOut(th, width)), cursor
}

// viewLeftOut draws the warning about lines of the latest paste that are not rows.
func (i *rowsInput) viewLeftOut(th *style.Theme, width int) (lines []string) {
	if i.leftOut == "" {
		return nil
	}
	lead := th.Warn.Render(style.Warning) + " "
	for _, line := range Wrap(style.Escape(i.leftOut), width-2) {
		lines = append(lines, lead+th.Warn.Render(line))
		lead = "  "
	}
	return lines
}

func (i *rowsInput) problemsOf(th *style.Theme, n, width int) []string {
	var lines []string
	for _, text := range i.problems(n) {
		lines = append(lines, problem(th, text, width)...)
	}
	return lines
}

// addLine draws the last line, which adds a row or shows why it cannot.
func (i *rowsInput) addLine(th *style.Theme, width int, focused bool) string {
	ink, text := th.Dim, "+ "+i.field.Add
	if focused && i.at == len(i.rows) {
		ink = th.Accent
	}
	if i.full() {
		text = fmt.Sprintf("%d at most", i.field.Max)
	}
	return ink.Render(clip(style.Escape(text), width))
}

// widestRow is the maximum width of a row, so that its cells stay close together on a wide
// screen.
const widestRow = 100

// viewPair draws a row that cannot be secret, with the cursor in one cell, or in none.
func (r *rowInput) viewPair(th *style.Theme, width, cell int) string {
	const gap = 3
	width = min(width, widestRow)
	name := max(0, (width-gap)/2)
	value := max(0, width-gap-name)
	left := Fit(r.name.view(th, name, cell == nameCell, false), name)
	return clip(left+" "+th.Dim.Render(style.Arrow)+" "+r.valueView(th, value, cell == valueCell), width)
}

func (r *rowInput) valueView(th *style.Theme, width int, focused bool) string {
	if r.secret || r.value.block != "" {
		return r.value.draw(th, width, focused)
	}
	return r.value.line.view(th, width, focused, false)
}

// view draws the row with the cursor in one cell, or in none.
func (r *rowInput) view(th *style.Theme, width, cell int) string {
	const flag = 10 // "[ ] secret"
	width = min(width, widestRow)
	name := max(0, (width-flag-4)*2/5)
	value := max(0, width-flag-4-name)
	text := r.valueView(th, value, cell == valueCell)
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
