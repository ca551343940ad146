package component

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// Command is one line of a [Palette].
type Command struct {
	ID    string
	Title string
	Key   string // the key for the same action, if any
	Name  string // the action's name in the footer, if any
	Off   bool   // the command is unavailable and only shows why
	Fill  string // the text after tab; empty: tab does nothing
	More  bool   // the command lacks arguments, so enter does what tab does
}

// A Finding is the result of a search text.
type Finding struct {
	Commands []Command
	Error    string // what is wrong with the text, and what to do; empty: nothing is wrong
}

// Palette finds commands by some of their letters. Build it with [NewPalette].
type Palette struct {
	find  func(typed string) Finding
	found []Command
	wrong string
	rows  int
	line  edit
	at    int
	top   int
}

const paletteRows = 10

// NewPalette returns a palette of the commands that a function finds. most is the largest number that it
// may find, which determines the palette's height.
func NewPalette(find func(typed string) Finding, most int) *Palette {
	p := &Palette{find: find, rows: min(paletteRows, most)}
	p.fill("")
	return p
}

// Key handles a key. It returns the ID of a command and true on enter, or "" and true on esc.
func (p *Palette) Key(key tea.KeyMsg) (command string, done bool) {
	switch key.String() {
	case "esc":
		return "", true
	case "enter":
		if len(p.found) == 0 {
			break
		}
		if at := p.found[p.at]; !at.More {
			return at.ID, true
		}
		p.complete()
	case "tab":
		p.complete()
	case "up", "ctrl+p":
		p.step(-1)
	case "down", "ctrl+n":
		p.step(1)
	case "pgup":
		p.step(-paletteRows)
	case "pgdown":
		p.step(paletteRows)
	default:
		p.filter(key)
	}
	return "", false
}

// complete replaces the text by the completion of the selected command, if it has one.
func (p *Palette) complete() {
	if len(p.found) > 0 && p.found[p.at].Fill != "" {
		p.fill(p.found[p.at].Fill)
	}
}

func (p *Palette) fill(text string) {
	p.line = newEdit(text)
	p.search()
}

// search finds the commands for the current text.
func (p *Palette) search() {
	found := p.find(p.line.text())
	p.found, p.wrong = found.Commands, found.Error
	p.at, p.top = 0, 0
}

// Refuse shows why a command cannot be run, until the text changes.
func (p *Palette) Refuse(why string) { p.wrong = why }

func (p *Palette) step(by int) {
	p.at = max(0, min(p.at+by, len(p.found)-1))
	p.top = max(0, min(p.top, p.at), p.at-paletteRows+1)
}

// filter passes a key to the text, and searches only if that has changed: moving the text cursor must
// not move the selection.
func (p *Palette) filter(key tea.KeyMsg) {
	before := p.line.text()
	p.line.key(key)
	if p.line.text() != before {
		p.search()
	}
}

// Match selects the commands that match the search text, the best first: by words of the
// footer, by words, by beginnings of words, then by abbreviations. Among equal matches,
// available commands come first.
func Match(commands []Command, typed string) []Command {
	if strings.TrimSpace(typed) == "" {
		return commands
	}
	place := func(c Command) int {
		place := 2 * rank(typed, c.Name, c.Title)
		if c.Off {
			place++
		}
		return place
	}
	found := slices.DeleteFunc(slices.Clone(commands), func(c Command) bool { return rank(typed, c.Name, c.Title) == noMatch })
	slices.SortStableFunc(found, func(a, b Command) int { return place(a) - place(b) })
	return found
}

// View draws a box of at most width cells, for [Overlay]. Its height depends on the number of commands,
// not on how many are found, so that it does not jump. An error replaces the last lines.
func (p *Palette) View(th *style.Theme, width int) string {
	width = min(width, 60)
	inner := max(0, width-4)
	lines := []string{th.Accent.Render(style.Bar) + " " + p.line.view(th, max(0, inner-2), true, false), ""}
	wrong := p.refusal(th, inner)
	for i := p.top; i < p.top+max(0, p.rows-len(wrong)); i++ {
		if i < len(p.found) || len(wrong) == 0 {
			lines = append(lines, p.row(th, i, inner))
		}
	}
	lines = append(lines, wrong...)
	for len(lines) < p.rows+2 {
		lines = append(lines, "")
	}
	return Frame(th, th.Strong.Render("Commands"), lines, width)
}

// refusal draws what is wrong with the text.
func (p *Palette) refusal(th *style.Theme, width int) (lines []string) {
	if p.wrong == "" {
		return nil
	}
	lead := th.Bad.Render(style.Cross) + " "
	for _, text := range Wrap(style.Escape(p.wrong), max(1, width-2)) {
		lines = append(lines, lead+th.Text.Render(text))
		lead = "  "
	}
	return lines[:min(len(lines), p.rows)]
}

func (p *Palette) row(th *style.Theme, i, width int) string {
	if i >= len(p.found) {
		if i == 0 {
			return th.Dim.Render("  no command matches")
		}
		return ""
	}
	bar, ink := " ", th.Text
	if p.found[i].Off {
		ink = th.Dim
	}
	if i == p.at {
		bar, ink = th.Accent.Render(style.Bar), th.Strong
	}
	title := bar + " " + ink.Render(style.Escape(p.found[i].Title))
	return Spread(title, th.Dim.Render(style.Escape(p.found[i].Key)), width)
}
