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
}

// Palette finds commands by some of their letters. Build it with [NewPalette].
type Palette struct {
	commands []Command
	found    []Command
	line     edit
	at       int
	top      int
}

const paletteRows = 10

// NewPalette returns a palette of commands, in the given order.
func NewPalette(commands []Command) *Palette {
	return &Palette{commands: commands, found: commands, line: newEdit("")}
}

// Key handles a key, and returns the ID of the command on enter; of none on esc.
func (p *Palette) Key(key tea.KeyMsg) (command string, done bool) {
	switch key.String() {
	case "esc":
		return "", true
	case "enter":
		if len(p.found) > 0 {
			return p.found[p.at].ID, true
		}
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

func (p *Palette) step(by int) {
	p.at = max(0, min(p.at+by, len(p.found)-1))
	p.top = max(0, min(p.top, p.at), p.at-paletteRows+1)
}

// filter finds the commands anew if the key has changed the text. Moving the text cursor must not
// move the selection.
func (p *Palette) filter(key tea.KeyMsg) {
	before := p.line.text()
	p.line.key(key)
	if p.line.text() != before {
		p.found = match(p.commands, p.line.text())
		p.at, p.top = 0, 0
	}
}

// match selects the commands that match the search text, the best first: by words of the
// footer, by words, by beginnings of words, then by abbreviations. Among equal matches,
// available commands come first.
func match(commands []Command, typed string) []Command {
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

// View draws a box of at most width cells, for [Overlay]. Its height depends on
// the number of commands, not on how many are found.
func (p *Palette) View(th *style.Theme, width int) string {
	width = min(width, 60)
	inner := max(0, width-4)
	lines := []string{th.Accent.Render(style.Bar) + " " + p.line.view(th, max(0, inner-2), true, false), ""}
	rows := min(paletteRows, len(p.commands))
	for i := p.top; i < p.top+rows; i++ {
		lines = append(lines, p.row(th, i, inner))
	}
	return Frame(th, th.Strong.Render("Commands"), lines, width)
}

func (p *Palette) row(th *style.Theme, i, width int) string {
	if i >= len(p.found) {
		if i == 0 {
			return th.Dim.Render("  no command has these letters")
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
