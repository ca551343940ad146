package component

import (
	"slices"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// PaletteMsg says which command was picked from a [Palette]; an empty Command is
// a palette that was closed.
type PaletteMsg struct{ Command string }

// Command is one line of a [Palette].
type Command struct {
	ID    string
	Title string
	Key   string // that would do the same, if any
}

// Palette finds a command by some of its letters. Build it with [NewPalette].
type Palette struct {
	commands []Command
	found    []Command
	line     edit
	at       int
	top      int
}

const paletteRows = 10

// NewPalette offers commands in the order given.
func NewPalette(commands []Command) *Palette {
	return &Palette{commands: commands, found: commands, line: newEdit("")}
}

// Update answers with a [PaletteMsg] on enter and esc.
func (p *Palette) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch key.String() {
	case "esc":
		return emit(PaletteMsg{})
	case "enter":
		if len(p.found) > 0 {
			return emit(PaletteMsg{Command: p.found[p.at].ID})
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
	return nil
}

func (p *Palette) step(by int) {
	p.at = max(0, min(p.at+by, len(p.found)-1))
	p.top = max(0, min(p.top, p.at), p.at-paletteRows+1)
}

func (p *Palette) filter(key tea.KeyMsg) {
	before := p.line.text()
	p.line.key(key)
	if p.line.text() != before {
		p.found = match(p.commands, p.line.text())
		p.at, p.top = 0, 0
	}
}

// match keeps the commands that have the letters of the pattern in order, best
// first: whole words before beginnings of words before letters anywhere.
func match(commands []Command, pattern string) []Command {
	type scored struct {
		Command
		score int
	}
	var hits []scored
	for _, c := range commands {
		if s, ok := score(c.Title, pattern); ok {
			hits = append(hits, scored{c, s})
		}
	}
	slices.SortStableFunc(hits, func(a, b scored) int { return b.score - a.score })
	found := make([]Command, len(hits))
	for i, h := range hits {
		found[i] = h.Command
	}
	return found
}

// score says how well a title matches; false when letters are missing. Each
// letter counts more at the beginning of a word and right after the one before.
func score(title, pattern string) (int, bool) {
	letters := []rune(strings.ToLower(strings.ReplaceAll(pattern, " ", "")))
	total, boundary, adjacent := 0, true, false
	if strings.Contains(strings.ToLower(title), strings.ToLower(strings.TrimSpace(pattern))) {
		total = 10
	}
	for _, r := range strings.ToLower(title) {
		if len(letters) == 0 {
			break
		}
		hit := r == letters[0]
		if hit {
			letters = letters[1:]
			total++
			if boundary {
				total += 3
			}
			if adjacent {
				total++
			}
		}
		adjacent = hit
		boundary = !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return total, len(letters) == 0
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
	if i == p.at {
		bar, ink = th.Accent.Render(style.Bar), th.Strong
	}
	title := bar + " " + ink.Render(style.Escape(p.found[i].Title))
	return Spread(title, th.Dim.Render(style.Escape(p.found[i].Key)), width)
}
