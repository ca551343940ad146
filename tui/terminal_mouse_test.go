package tui

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// onPipe returns what a terminal writes while a function uses it.
func onPipe(t *testing.T, use func(*terminal)) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	use(newTerminal(write))
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// The mouse is reported only on the alternate screen, and again when the console returns to it.
func TestTerminalReportsTheMouse(t *testing.T) {
	t.Parallel()
	got := onPipe(t, func(term *terminal) {
		term.setMouse(true)
		_, _ = term.WriteString(ansi.SetModeAltScreenSaveCursor)
		term.setMouse(true)
		_, _ = term.WriteString(ansi.ResetModeAltScreenSaveCursor)
		_, _ = term.WriteString(ansi.SetModeAltScreenSaveCursor)
		term.setMouse(false)
		_, _ = term.WriteString(ansi.ResetModeAltScreenSaveCursor)
		_, _ = term.WriteString(ansi.SetModeAltScreenSaveCursor)
	})
	enter, leave := ansi.SetModeAltScreenSaveCursor, ansi.ResetModeAltScreenSaveCursor
	if want := enter + mouseOn + leave + enter + mouseOn + mouseOff + leave + enter; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// The previous title is restored however the console ends.
func TestTerminalTitle(t *testing.T) {
	t.Parallel()
	got := onPipe(t, func(term *terminal) {
		term.notify("unseen")
		_, _ = term.WriteString(ansi.SetModeAltScreenSaveCursor)
		term.notify("")
		term.notify("a\x1b]2;b\a")
		term.notify("c")
		term.notify("")
		term.notify("")
		term.notify("d")
		_, _ = term.WriteString(ansi.ResetModeAltScreenSaveCursor)
		_, _ = term.WriteString(ansi.SetModeAltScreenSaveCursor)
		term.notify("")
	})
	title := func(text string) string { return ansi.SetWindowTitle(text) + "\a" }
	enter, leave := ansi.SetModeAltScreenSaveCursor, ansi.ResetModeAltScreenSaveCursor
	want := enter + pushTitle + title(`a\x1b]2;b\x07`) + title("c") + popTitle + pushTitle + title("d") + leave + popTitle + enter
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if strings.Count(got, pushTitle) != strings.Count(got, popTitle) {
		t.Error("the stack of titles grows: a title is saved and not restored")
	}
}
