package screen

import (
	"cmp"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A formBox is a small form in an overlay, which is dismissed when the form is submitted.
type formBox struct {
	env *Env
	FormSpec
	form *component.Form
}

// A FormSpec declares a small form.
type FormSpec struct {
	Title, Verb string
	Section     component.Section
	Focus       string // the field with the focus at first; empty: the first
	Rows        int    // the maximum height; 0: boxHeight
	Submit      func(component.Values) tea.Cmd
}

// Fill shows a small form.
func (s *Env) Fill(spec FormSpec) tea.Cmd {
	form := component.NewForm(spec.Verb, []component.Section{spec.Section})
	if spec.Focus != "" {
		form.Focus(spec.Focus)
	}
	return Show(&formBox{s, spec, form})
}

// Update passes messages to the form until it is submitted.
func (b *formBox) Update(msg tea.Msg) tea.Cmd {
	result, cmd := b.form.Update(msg)
	if result != component.Submitted {
		return cmd
	}
	return tea.Batch(Dismiss(b), b.Submit(b.form.Values()))
}

// The maximum size of a small form.
const (
	boxWidth  = 72
	boxHeight = 10
)

func (b *formBox) View(width, height int) string {
	th := b.env.Theme
	inner, rows := min(width, boxWidth)-4, min(height-3, cmp.Or(b.Rows, boxHeight))
	b.form.SetSize(inner, rows)
	title := th.Strong.Render(style.Escape(b.Title)) + "  " + th.Dim.Render("enter next   ctrl+s "+strings.ToLower(b.Verb)+"   esc")
	return component.Frame(th, title, strings.Split(b.form.View(th), "\n"), inner+4)
}
