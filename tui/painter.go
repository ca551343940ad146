package tui

import (
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	frameGap  = time.Second / 20     // the minimum time between two frames
	frameWait = 5 * time.Millisecond // before a frame, so that it shows all immediate effects of a key
)

// A terminal draws the console. Bubbletea still enters and leaves the alternate screen, and
// gives the terminal to other programs. But its renderer checks 20 times a second whether
// there is something to draw, which in an idle console costs more than everything else. So
// the renderer gets a constant view at its lowest rate, and the terminal draws frames itself
// when the view has changed. Sequences for the clipboard are written between frames.
type terminal struct {
	*os.File
	panics chan any // from drawing a frame

	mu       sync.Mutex // guards the fields below and serializes writes
	active   bool       // the alternate screen is on
	mouse    bool       // the terminal reports the mouse while that is on
	titled   bool       // its title is the console's, and the previous one is on its stack
	painting painting
	view     string    // to be drawn
	planned  bool      // a timer will draw it
	drawn    time.Time // when the last frame was drawn
}

// painted is a model whose views a terminal draws.
type painted struct {
	tea.Model
	on    *terminal
	ended <-chan struct{}
}

// undrawn is the view for bubbletea's renderer. Its frames are discarded.
const undrawn = "drawn by the terminal"

// newTerminal returns a terminal that paints on a file.
func newTerminal(file *os.File) *terminal { return &terminal{File: file, panics: make(chan any, 1)} }

// run runs a program on the terminal until it ends or panics.
func (t *terminal) run(m tea.Model, crash func(any, []byte) string, options ...tea.ProgramOption) error {
	options = append(options, tea.WithOutput(t), tea.WithAltScreen(), tea.WithFPS(1))
	ended := make(chan struct{})
	defer close(ended)
	return runGuarded(painted{m, t, ended}, crash, options...)
}

// Init turns a panic while drawing into one of a command, after which bubbletea restores the
// terminal.
func (p painted) Init() tea.Cmd {
	return tea.Batch(p.Model.Init(), func() tea.Msg {
		select {
		case cause := <-p.on.panics:
			panic(cause)
		case <-p.ended:
			return nil
		}
	})
}

// Update handles a message. After a change of size, everything is drawn again, because the
// terminal may have moved its content.
func (p painted) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		p.on.resize(size.Width, size.Height)
	}
	var cmd tea.Cmd
	p.Model, cmd = p.Model.Update(msg)
	return p, cmd
}

// View shows the model's view on the terminal.
func (p painted) View() string {
	p.on.show(p.Model.View())
	return undrawn
}

// Write implements io.Writer.
func (t *terminal) Write(p []byte) (int, error) { return t.WriteString(string(p)) }

// WriteString writes what is not a frame. From bubbletea's sequences it learns whether the
// alternate screen is on, and when it is erased.
func (t *terminal) WriteString(text string) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case text == ansi.SetModeAltScreenSaveCursor:
		t.active = true
		t.redraw()
		if t.mouse { // Bubbletea switched that off when it left the screen
			text += mouseOn
		}
	case text == ansi.ResetModeAltScreenSaveCursor:
		t.active = false
		if t.titled {
			t.titled = false
			text += popTitle
		}
	case text == ansi.EraseEntireScreen:
		t.redraw()
	case strings.Contains(text, undrawn):
		return len(text), nil
	}
	return t.File.WriteString(text)
}

// The sequences that turn on and off the reports of presses, releases and the wheel, in cells of
// any number. Bubbletea ends these modes when it gives the terminal to another program.
const (
	mouseOn  = ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr
	mouseOff = ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseExtSgr
)

// setMouse turns the terminal's reports of the mouse on or off.
func (t *terminal) setMouse(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if on == t.mouse {
		return
	}
	t.mouse = on
	sequence := mouseOff
	if on {
		sequence = mouseOn
	}
	if t.active {
		_, _ = t.File.WriteString(sequence)
	}
}

// The sequences that push a terminal's title onto its stack and pop it (XTWINOPS).
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"
)

// notify rings the bell, and shows a text in the terminal's title. An empty text restores the
// previous title.
func (t *terminal) notify(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sequence := ""
	switch {
	case !t.active, text == "" && !t.titled:
		return
	case text == "":
		sequence = popTitle
	case !t.titled:
		sequence = pushTitle
		fallthrough
	default:
		sequence += ansi.SetWindowTitle(style.Escape(text)) + "\a"
	}
	t.titled = text != ""
	_, _ = t.File.WriteString(sequence)
}

// resize draws everything again for another size.
func (t *terminal) resize(width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.painting.width, t.painting.height = width, height
	t.redraw()
}

// show draws a view as soon as it may, unless it is there already.
func (t *terminal) show(view string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if view != t.view {
		t.view = view
		t.plan()
	}
}

// redraw plans a frame that draws everything. The caller holds t.mu, as for plan.
func (t *terminal) redraw() {
	t.painting.lines = nil
	t.plan()
}

// plan plans a frame, unless one is planned already.
func (t *terminal) plan() {
	if !t.planned {
		t.planned = true
		time.AfterFunc(max(frameWait, frameGap-time.Since(t.drawn)), t.draw)
	}
}

// draw draws a frame if the alternate screen is on.
func (t *terminal) draw() {
	defer func() {
		if cause := recover(); cause != nil {
			select {
			case t.panics <- cause:
			default:
			}
		}
	}()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.planned = false
	if !t.active {
		return
	}
	if frame := t.painting.update(t.view); frame != "" {
		t.drawn = time.Now()
		_, _ = t.File.WriteString(frame) // if the terminal is gone, reading the keyboard fails too
	}
}

// A painting is what a terminal shows.
type painting struct {
	width, height int      // 0: not yet known
	lines         []string // from the top; nil: unknown
}

// update returns the sequences that change a painting into a view, which redraw the lines that
// differ. It returns "" if none do or the size is not known. Terminals with synchronized
// output (mode 2026) show the changes at once.
func (p *painting) update(view string) string {
	if p.width <= 0 || p.height <= 0 {
		return ""
	}
	lines := strings.Split(view, "\n")
	lines = lines[:min(len(lines), p.height)]
	var b strings.Builder
	for i, line := range lines {
		if i >= len(p.lines) || p.lines[i] != line {
			b.WriteString(ansi.CursorPosition(1, i+1) + p.padded(line))
		}
	}
	if len(lines) < len(p.lines) || p.lines == nil && len(lines) < p.height {
		b.WriteString(ansi.CursorPosition(1, len(lines)+1) + ansi.EraseScreenBelow)
	}
	p.lines = lines
	if b.Len() == 0 {
		return ""
	}
	return ansi.SetModeSynchronizedOutput + b.String() + ansi.CursorPosition(1, len(lines)) + ansi.ResetModeSynchronizedOutput
}

// padded returns a line that overwrites a whole line of the screen. A wider one is cut, because
// it would continue on the next line. One as wide as the screen needs no erasing, which would
// erase its last cell, where the cursor stays.
func (p *painting) padded(line string) string {
	line = ansi.Truncate(line, p.width, "")
	if component.Width(line) < p.width {
		line += ansi.EraseLineRight
	}
	return line
}
