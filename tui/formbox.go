package tui

import (
	"cmp"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// formBox is a small form over everything. Submitted, it goes and hands on what was
// filled in.
type formBox struct {
	shared *shared
	formSpec
	form *component.Form
}

// formSpec says what a small form asks. Its title names it: no two are open at once.
type formSpec struct {
	title, verb string
	section     component.Section
	focus       string // the field to begin with; empty: the first
	rows        int    // that it takes up at most; 0: boxHeight
	submit      func(component.Values) tea.Cmd
}

// fill shows a small form.
func (s *shared) fill(spec formSpec) tea.Cmd {
	form := component.NewForm(spec.title, spec.verb, []component.Section{spec.section})
	if spec.focus != "" {
		form.Focus(spec.focus)
	}
	return show(&formBox{s, spec, form})
}

// Update fills in the form until it is submitted.
func (b *formBox) Update(msg tea.Msg) tea.Cmd {
	submitted, ok := msg.(component.SubmitMsg)
	if !ok || submitted.ID != b.title {
		return b.form.Update(msg)
	}
	return tea.Batch(dismiss(b), b.submit(submitted.Values))
}

// The most that a small form takes up.
const (
	boxWidth  = 72
	boxHeight = 10
)

func (b *formBox) View(width, height int) string {
	th := b.shared.theme
	inner, rows := min(width, boxWidth)-4, min(height-3, cmp.Or(b.rows, boxHeight))
	b.form.SetSize(inner, rows)
	title := th.Strong.Render(style.Escape(b.title)) + "  " + th.Dim.Render("enter next   ctrl+s "+strings.ToLower(b.verb)+"   esc")
	return component.Frame(th, title, strings.Split(b.form.View(th), "\n"), inner+4)
}
