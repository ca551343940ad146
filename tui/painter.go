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
// gives the terminal to other programs. But its renderer checks at its frame rate whether there
// is something to draw, which in an idle console costs more processor time than everything else.
// So the renderer gets a constant view at its lowest rate, and the terminal draws frames itself
// when the view has changed. Sequences for the clipboard are written between frames.
type terminal struct {
	*os.File
	panics chan any // from drawing a frame

	mu          sync.Mutex // guards the fields below and serializes writes
	active      bool       // the alternate screen is on
	mouse       bool       // the terminal reports the mouse while the alternate screen is on
	titled      bool       // the console has set the title, and the previous one is on the terminal's stack
	frameBuffer frameBuffer
	view        string    // to be drawn
	planned     bool      // a timer will draw it
	drawn       time.Time // when the last frame was drawn
}

// terminalModel is a model whose views a terminal draws.
type terminalModel struct {
	tea.Model
	on    *terminal
	ended <-chan struct{}
}

// placeholderView is the view for bubbletea's renderer. Its frames are discarded.
const placeholderView = "drawn by the terminal"

// newTerminal returns a terminal that paints on a file.
func newTerminal(file *os.File) *terminal { return &terminal{File: file, panics: make(chan any, 1)} }

// run runs a program on the terminal until it ends or panics.
func (t *terminal) run(m tea.Model, crash func(any, []byte) string, options ...tea.ProgramOption) error {
	options = append(options, tea.WithOutput(t), tea.WithAltScreen(), tea.WithFPS(1))
	ended := make(chan struct{})
	defer close(ended)
	return runGuarded(terminalModel{m, t, ended}, crash, options...)
}

// Init turns a panic while drawing, in the goroutine of a timer, into one of a command, from which
// guarded recovers.
func (p terminalModel) Init() tea.Cmd {
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
func (p terminalModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		p.on.resize(size.Width, size.Height)
	}
	var cmd tea.Cmd
	p.Model, cmd = p.Model.Update(msg)
	return p, cmd
}

// View draws the model's view on the terminal, and returns a placeholder for bubbletea's renderer.
func (p terminalModel) View() string {
	p.on.show(p.Model.View())
	return placeholderView
}

// Write implements io.Writer.
func (t *terminal) Write(p []byte) (int, error) { return t.WriteString(string(p)) }

// WriteString writes everything except bubbletea's frames. From bubbletea's sequences it learns
// whether the alternate screen is on, and when it is erased.
func (t *terminal) WriteString(text string) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case text == ansi.SetModeAltScreenSaveCursor:
		t.active = true
		t.redraw()
		if t.mouse { // bubbletea turned it off when it left the alternate screen
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
	case strings.Contains(text, placeholderView):
		return len(text), nil
	}
	return t.File.WriteString(text)
}

// The sequences that turn reports of buttons and the wheel on and off. The SGR form (1006) has no
// limit of 223 columns. Bubbletea turns these modes off when it gives the terminal to another program.
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
	t.frameBuffer.width, t.frameBuffer.height = width, height
	t.redraw()
}

// show draws a view in the next frame, unless it is on the screen already.
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
	t.frameBuffer.lines = nil
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
	if frame := t.frameBuffer.update(t.view); frame != "" {
		t.drawn = time.Now()
		_, _ = t.File.WriteString(frame) // if the terminal is gone, reading the keyboard fails too
	}
}

// A frameBuffer holds the lines that a terminal shows.
type frameBuffer struct {
	width, height int      // 0: not yet known
	lines         []string // from the top; nil: unknown
}

// update returns the sequences that redraw the lines in which a view differs from the buffer, and
// updates the buffer. It returns "" if no line differs or the size is unknown. Synchronized output
// (mode 2026) keeps terminals that have it from showing half a frame.
func (p *frameBuffer) update(view string) string {
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

// padded returns the sequence that overwrites a whole line of the screen. A line that is too wide is
// truncated, because it would continue on the next one. After a line as wide as the screen, nothing
// must be erased: the cursor stays on the last cell, which would be erased.
func (p *frameBuffer) padded(line string) string {
	line = ansi.Truncate(line, p.width, "")
	if component.Width(line) < p.width {
		line += ansi.EraseLineRight
	}
	return line
}
