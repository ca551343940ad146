package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A toast says in a line what just happened, for a few seconds.
type toast struct {
	outcome outcome
	text    string
	// key makes a toast take the place of an earlier one: "fired" turns into "delivered".
	key string
}

// An outcome chooses the glyph and the colour of a text.
type outcome int

const (
	neutral outcome = iota
	success
	caution
	failure
)

func good(text string) toast { return toast{outcome: success, text: text} }
func info(text string) toast { return toast{outcome: neutral, text: text} }
func warn(text string) toast { return toast{outcome: caution, text: text} }
func bad(text string) toast  { return toast{outcome: failure, text: text} }

const (
	toastTime  = 5 * time.Second
	toastsMost = 3
	toastLines = 3 // of one toast
)

// toasts are those on the screen, oldest first.
type toasts struct {
	shown []numbered
	last  int
}

type numbered struct {
	toast
	number int
}

type toastOverMsg struct{ number int }

// add shows a toast and takes it away again after a while.
func (t *toasts) add(next toast) tea.Cmd {
	if next.text == "" {
		return nil
	}
	t.shown = slices.DeleteFunc(t.shown, func(n numbered) bool { return n.key != "" && n.key == next.key })
	t.last++
	t.shown = append(t.shown, numbered{next, t.last})
	t.shown = t.shown[max(0, len(t.shown)-toastsMost):]
	number := t.last
	return tea.Tick(toastTime, func(time.Time) tea.Msg { return toastOverMsg{number} })
}

func (t *toasts) remove(number int) {
	t.shown = slices.DeleteFunc(t.shown, func(n numbered) bool { return n.number == number })
}

// lines draws the toasts, one after the other.
func (t *toasts) lines(th *style.Theme, width int) []string {
	var out []string
	for _, n := range t.shown {
		glyph, ink := n.outcome.look(th)
		wrapped := component.Wrap(style.Escape(strings.ReplaceAll(n.text, "\n", "; ")), width-4)
		if len(wrapped) > toastLines {
			wrapped = wrapped[:toastLines]
			wrapped[toastLines-1] += style.More
		}
		for i, line := range wrapped {
			if i > 0 {
				glyph = " "
			}
			out = append(out, component.Fit(" "+ink.Render(glyph)+" "+th.Strong.Render(line), width))
		}
	}
	return out
}

func (o outcome) look(th *style.Theme) (glyph string, ink lipgloss.Style) {
	switch o {
	case success:
		return style.Check, th.Good
	case caution:
		return style.Warning, th.Warn
	case failure:
		return style.Cross, th.Bad
	}
	return style.Info, th.Dim
}
