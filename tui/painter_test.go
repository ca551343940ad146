package tui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	tea "github.com/charmbracelet/bubbletea"
)

// The parts of a frame.
const (
	frameBegins = "\x1b[?2026h"
	frameEnds   = "\x1b[?2026l"
)

func TestFrameBufferUpdate(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", 10)
	for _, test := range []struct {
		name, before, view, want string // want omits what begins and ends a frame
	}{
		{"first", "", "a\nb\nc\nd", "\x1b[Ha\x1b[K\x1b[2;1Hb\x1b[K\x1b[3;1Hc\x1b[K\x1b[4;1Hd\x1b[K\x1b[4;1H"},
		{"the same", "a\nb\nc\nd", "a\nb\nc\nd", ""},
		{"one line", "a\nb\nc\nd", "a\nB\nc\nd", "\x1b[2;1HB\x1b[K\x1b[4;1H"},
		{"as wide as the screen", "a\nb\nc\nd", "a\nb\nc\n" + full, "\x1b[4;1H" + full + "\x1b[4;1H"},
		{"wider", "a\nb\nc\nd", "a\nb\nc\n" + full + "y", "\x1b[4;1H" + full + "\x1b[4;1H"},
		{"a wide character over the edge", "a\nb\nc\nd", "a\nb\nc\n123456789界", "\x1b[4;1H123456789\x1b[K\x1b[4;1H"},
		{"a wide character at the edge", "a\nb\nc\nd", "a\nb\nc\n12345678界", "\x1b[4;1H12345678界\x1b[4;1H"},
		{"colours have no width", "a\nb\nc\nd", "a\nb\nc\n\x1b[1m" + full + "\x1b[m", "\x1b[4;1H\x1b[1m" + full + "\x1b[m\x1b[4;1H"},
		{"an empty line", "a\nb\nc\nd", "a\n\nc\nd", "\x1b[2;1H\x1b[K\x1b[4;1H"},
		{"fewer lines", "a\nb\nc\nd", "a\nb", "\x1b[3;1H\x1b[J\x1b[2;1H"},
		{"fewer than the screen at first", "", "a", "\x1b[Ha\x1b[K\x1b[2;1H\x1b[J\x1b[H"},
		{"more lines", "a", "a\nb", "\x1b[2;1Hb\x1b[K\x1b[2;1H"},
		{"more than the screen", "a\nb\nc\nd", "a\nb\nc\nD\ne", "\x1b[4;1HD\x1b[K\x1b[4;1H"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := frameBuffer{width: 10, height: 4}
			if test.before != "" {
				p.update(test.before)
			}
			want := test.want
			if want != "" {
				want = frameBegins + want + frameEnds
			}
			if got := p.update(test.view); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	unknown := frameBuffer{}
	if got := unknown.update("a"); got != "" {
		t.Errorf("got %q without a size, want nothing", got)
	}
}

// A terminal shows a view independent of what it showed before. A line with characters of disputed
// width is erased first, and does not wrap.
func TestNothingOfThePreviousViewRemains(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	p := frameBuffer{}
	var screen *emulator
	for step := range 3000 {
		if step%50 == 0 {
			p = frameBuffer{width: 3 + random.IntN(12), height: 1 + random.IntN(5)}
			screen = newEmulator(p.width, p.height)
			for y := range screen.cells {
				for x := range screen.cells[y] {
					screen.cells[y][x] = "?"
				}
			}
		}
		view := randomView(random, p.width, p.height)
		screen.write(t, p.update(view))
		fresh := newEmulator(p.width, p.height)
		first := frameBuffer{width: p.width, height: p.height}
		fresh.write(t, first.update(view))
		if screen.text() != fresh.text() {
			t.Fatalf("at %d×%d, after an update with %q, got\n%s\nwant\n%s", p.width, p.height, view, screen.text(), fresh.text())
		}
		for y, line := range strings.Split(view, "\n")[:min(p.height, strings.Count(view, "\n")+1)] {
			if want := ansi.Strip(ansi.Truncate(line, p.width, "")); strings.TrimRight(screen.line(y), " ") != strings.TrimRight(want, " ") {
				t.Fatalf("got line %d %q, want %q", y, screen.line(y), want)
			}
		}
	}
}

func randomView(random *rand.Rand, width, height int) string {
	lines := make([]string, 1+random.IntN(height+1))
	for y := range lines {
		for range random.IntN(width + 3) {
			lines[y] += []string{"a", "b", "─", "界", " ", "\x1b[1ma\x1b[m"}[random.IntN(6)]
		}
	}
	return fixWidths(strings.Join(lines, "\n"))
}

// An emulator is a terminal with the functions that frames need. A character after the last cell
// continues on the next line, and after the last line the screen scrolls.
type emulator struct {
	cells  [][]string
	x, y   int
	noWrap bool
}

func newEmulator(width, height int) *emulator {
	e := &emulator{}
	for range height {
		row := make([]string, width)
		e.cells = append(e.cells, row)
		e.erase(row)
	}
	return e
}

func (e *emulator) erase(cells []string) {
	for i := range cells {
		cells[i] = " "
	}
}

func (e *emulator) line(y int) string { return strings.Join(e.cells[y], "") }

func (e *emulator) text() string {
	lines := make([]string, len(e.cells))
	for y := range lines {
		lines[y] = "|" + e.line(y) + "|"
	}
	return strings.Join(lines, "\n")
}

func (e *emulator) write(t *testing.T, frame string) {
	t.Helper()
	var state byte
	for rest := frame; rest != ""; {
		part, width, n, next := ansi.DecodeSequence(rest, state, nil)
		rest, state = rest[n:], next
		if width > 0 {
			e.put(part, width)
		} else if !e.execute(part) {
			t.Fatalf("unknown sequence %q in %q", part, frame)
		}
	}
}

func (e *emulator) put(part string, width int) {
	if columns := len(e.cells[0]); e.x+width > columns {
		if e.noWrap {
			e.x = columns - width
		} else {
			e.x, e.y = 0, e.y+1
		}
	}
	if e.y == len(e.cells) {
		e.y--
		e.cells = append(e.cells[1:], make([]string, len(e.cells[0])))
		e.erase(e.cells[e.y])
	}
	copy(e.cells[e.y][e.x:], append([]string{part}, make([]string, width-1)...))
	e.x += width
}

// execute executes a control sequence. It reports whether it knows it.
func (e *emulator) execute(sequence string) bool {
	last := len(e.cells[0]) - 1
	switch sequence {
	case "\x1b[K":
		e.erase(e.cells[e.y][min(e.x, last):])
	case "\x1b[J":
		for _, row := range e.cells[e.y:] {
			e.erase(row)
		}
	case ansi.SetModeAutoWrap, ansi.ResetModeAutoWrap:
		e.noWrap = sequence == ansi.ResetModeAutoWrap
	case frameBegins, frameEnds, "\x1b[1m", "\x1b[m":
	default:
		return e.move(sequence)
	}
	return true
}

func (e *emulator) move(sequence string) bool {
	numbers, final := sequence[2:len(sequence)-1], sequence[len(sequence)-1]
	row, column, _ := strings.Cut(numbers, ";")
	switch final {
	case 'H':
		e.y, e.x = number(row)-1, number(column)-1
	case 'G':
		e.x = number(row) - 1
	}
	return final == 'H' || final == 'G'
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 1
	}
	return n
}

// Frames are drawn at most 20 times a second, and the last change is always drawn. Nothing is drawn
// while nothing changes, or outside of the alternate screen.
func TestFramesAreDrawnOnlyAfterChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file, err := os.Create(filepath.Join(t.TempDir(), "tty"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		out := newTerminal(file)
		frames := func() int {
			written, err := os.ReadFile(file.Name())
			if err != nil {
				t.Fatal(err)
			}
			return strings.Count(string(written), frameBegins)
		}
		expect := func(when string, want int) {
			t.Helper()
			if got := frames(); got != want {
				t.Errorf("%s: got %d frames, want %d", when, got, want)
			}
		}
		out.resize(80, 24)
		out.show("before")
		time.Sleep(time.Second)
		expect("before the alternate screen", 0)
		_, _ = out.WriteString(ansi.SetModeAltScreenSaveCursor)
		time.Sleep(frameGap)
		expect("on the alternate screen", 1)
		for i := range 1000 {
			out.show(fmt.Sprint(i))
			time.Sleep(time.Millisecond)
		}
		time.Sleep(frameGap)
		expect("after a second of changes", 22)
		for range 1000 {
			out.show("999")
			time.Sleep(time.Millisecond)
		}
		expect("after a second without changes", 22)
		out.resize(80, 24)
		time.Sleep(frameGap)
		expect("after a resize to the same size", 23)
		_, _ = out.Write([]byte("\x1b[2J"))
		time.Sleep(frameGap)
		expect("after the screen was erased", 24)
		if n, err := out.Write([]byte("\r" + placeholderView + "\x1b[K")); n != len(placeholderView)+4 || err != nil {
			t.Errorf("writing a frame of Bubble Tea's: got %d, %v, want its length and no error", n, err)
		}
		out.show("too late")
		_, _ = out.WriteString(ansi.ResetModeAltScreenSaveCursor)
		time.Sleep(time.Second)
		expect("after the alternate screen", 24)
		written, _ := os.ReadFile(file.Name())
		if got := string(written); strings.Contains(got, placeholderView) || strings.Contains(got, "too late") || !strings.Contains(got, "999") {
			t.Errorf("got output %q, want the last view before the end, and neither Bubble Tea's nor a later one", got)
		}
	})
}

// After another program has used the terminal, everything is drawn again.
func TestTheScreenIsRedrawnAfterAnotherProgram(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("TMUX", "")
	cfg, _ := realConfig(t, staging())
	p := openConsole(context.Background(), t, cfg)
	p.see("staging")
	p.press("y1Y")
	p.see("Press enter to go back")
	p.discard()
	p.press("\r")
	p.see(altScreenOn)
	p.see("staging")
	p.see("Activity")
	p.press("q")
	if err := p.end(); err != nil {
		t.Error(err)
	}
	p.dontSee(placeholderView)
}

func TestTheTerminalIsRestoredAfterAPanicWhileDrawing(t *testing.T) {
	t.Parallel()
	p := onTerminal(t, func(tty *os.File) error {
		out := newTerminal(tty)
		out.panics <- "boom"
		return out.run(bomb{}, func(any, []byte) string { return "" }, tea.WithInput(tty), tea.WithoutSignalHandler())
	})
	if err := p.end(); !errors.Is(err, errCrashed) {
		t.Errorf("got error %v, want errCrashed", err)
	}
	p.see(altScreenOff)
	p.see(cursorOn)
	if state, err := term.GetState(p.tty.Fd()); err != nil || *state != *p.cooked {
		t.Errorf("the terminal is still raw (error %v)", err)
	}
}

// discard discards what has been seen so far.
func (p *terminalConsole) discard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.Reset()
}
