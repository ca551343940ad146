package tui

import (
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	frameGap  = time.Second / 20     // the least time between two frames
	frameWait = 5 * time.Millisecond // in which what follows from a key at once joins its frame
)

// terminal is where the console is drawn. Bubbletea enters and leaves the screen, and hands
// the terminal over meanwhile; its renderer would look 20 times a second whether there is
// something to draw, which costs a console that nobody looks at more than all else. So that
// gets nothing to draw, and is asked to look as rarely as it can. The frames are drawn here,
// when there is something new. What is sent for the clipboard takes turns with them.
type terminal struct {
	*os.File
	panics chan any // of drawing a frame

	mu       sync.Mutex // guards what follows; one write at a time
	ours     bool       // the alternate screen is there to draw on
	painting painting
	view     string    // to be drawn
	planned  bool      // somebody will draw it
	drawn    time.Time // the last frame
}

// painted is the model whose views are drawn on a terminal.
type painted struct {
	tea.Model
	on    *terminal
	ended <-chan struct{}
}

// undrawn is the view of which bubbletea's renderer makes its frames. None of these
// reaches the terminal.
const undrawn = "drawn by the terminal"

func newTerminal(file *os.File) *terminal { return &terminal{File: file, panics: make(chan any, 1)} }

// run runs a program on the terminal until it ends, by a panic too.
func (t *terminal) run(m tea.Model, crash func(any, []byte) string, options ...tea.ProgramOption) error {
	options = append(options, tea.WithOutput(t), tea.WithAltScreen(), tea.WithFPS(1))
	ended := make(chan struct{})
	defer close(ended)
	return runGuarded(painted{m, t, ended}, crash, options...)
}

// Init lets a panic of drawing be one of a command, which ends the program in good order.
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

// Update takes a message. A terminal of another size may have moved anything.
func (p painted) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		p.on.resize(size.Width, size.Height)
	}
	var cmd tea.Cmd
	p.Model, cmd = p.Model.Update(msg)
	return p, cmd
}

// View has the screen drawn if it looks different now.
func (p painted) View() string {
	p.on.show(p.Model.View())
	return undrawn
}

func (t *terminal) Write(p []byte) (int, error) { return t.WriteString(string(p)) }

// WriteString writes what is not a frame. It learns from it when the screen comes and goes, or
// is empty.
func (t *terminal) WriteString(text string) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case text == ansi.SetModeAltScreenSaveCursor:
		t.ours = true
		t.anew()
	case text == ansi.ResetModeAltScreenSaveCursor:
		t.ours = false
	case text == ansi.EraseEntireScreen:
		t.anew()
	case strings.Contains(text, undrawn):
		return len(text), nil
	}
	return t.File.WriteString(text)
}

func (t *terminal) resize(width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.painting.width, t.painting.height = width, height
	t.anew()
}

func (t *terminal) show(view string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if view != t.view {
		t.view = view
		t.plan()
	}
}

// anew has everything drawn. The caller has the lock, as that of plan does.
func (t *terminal) anew() {
	t.painting.lines = nil
	t.plan()
}

func (t *terminal) plan() {
	if !t.planned {
		t.planned = true
		time.AfterFunc(max(frameWait, frameGap-time.Since(t.drawn)), t.draw)
	}
}

// draw draws a frame, unless the terminal is somebody else's just now or for good.
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
	if !t.ours {
		return
	}
	if frame := t.painting.become(t.view); frame != "" {
		t.drawn = time.Now()
		_, _ = t.File.WriteString(frame) // keyboard notices that the terminal is gone
	}
}

// A painting is what a terminal shows, as far as it is known.
type painting struct {
	width, height int
	lines         []string // from the top; nil: there may be anything
}

// become is what makes of a painting that of a view: the lines that differ. It is empty if
// there are none, and as long as the size is not known. Terminals that know how show it all
// at once.
func (p *painting) become(view string) string {
	if p.width <= 0 || p.height <= 0 {
		return ""
	}
	lines := strings.Split(view, "\n")
	lines = lines[:min(len(lines), p.height)]
	var b strings.Builder
	for i, line := range lines {
		if i >= len(p.lines) || p.lines[i] != line {
			b.WriteString(ansi.CursorPosition(1, i+1) + p.whole(line))
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

// whole makes a line leave nothing of what stood there. Where it is as wide as the screen
// there is nothing to erase: the cursor stays on the last cell then, and that would go. A
// line that is wider would go on in the next one.
func (p *painting) whole(line string) string {
	line = ansi.Truncate(line, p.width, "")
	if ansi.StringWidth(line) < p.width {
		line += ansi.EraseLineRight
	}
	return line
}
