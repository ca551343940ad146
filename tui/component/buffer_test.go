package component

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBufferEdits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ start, keys, want string }{
		"type at the end":            {"ab", "C", "abC|"},
		"split a line":               {"ab", "left enter", "a\n|b"},
		"join with the one before":   {"a\nb", "home backspace", "a|b"},
		"join with the one after":    {"a\nb", "up end delete", "a|b"},
		"nothing before the first":   {"a", "home backspace left", "|a"},
		"nothing after the last":     {"a", "end delete right down", "a|"},
		"around a line's end":        {"a\nb", "home left X right Y", "aX\nY|b"},
		"a column that is not there": {"long\ns", "up up end down", "long\ns|"},
		"to both ends":               {"a\nbc", "ctrl+home X ctrl+end Y", "Xa\nbcY|"},
		"erase a line's halves":      {"one two", "alt+b ctrl+k", "one |"},
		"erase before the cursor":    {"one two", "alt+b ctrl+u", "|two"},
		"erase words":                {"one two three", "ctrl+w alt+b alt+d", "one | "},
		"over words":                 {"one, two", "ctrl+home alt+f X ctrl+right Y", "oneX, twoY|"},
		"no key of its own":          {"a", "alt+z ctrl+x f5", "a|"},
		"untouched control bytes":    {"\ta\x7f\u0085\ufffd", "X", "\ta\x7f\u0085\ufffdX|"},
	} {
		b := newBuffer(c.start)
		for k := range strings.FieldsSeq(c.keys) {
			if strings.ToUpper(k) == k {
				b.insert(k)
				continue
			}
			b.key(key(k))
		}
		b.insert("|")
		if got := b.String(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzBufferKeepsWhatIsNotTouched(f *testing.F) {
	f.Add("a\nb", uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, s string, downs, rights uint8) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		b := newBuffer(s)
		if b.String() != s {
			t.Fatalf("got text %q, want %q", b.String(), s)
		}
		b.key(key("ctrl+home"))
		for range downs {
			b.key(key("down"))
		}
		for range rights {
			b.key(key("right"))
		}
		for _, k := range []string{"enter", "backspace"} {
			b.key(key(k))
		}
		if b.String() != s {
			t.Fatalf("got text %q, want %q", b.String(), s)
		}
	})
}

// A line of some kilobytes was once measured anew for each of its characters.
func TestAreaAcceptsAVeryLongLine(t *testing.T) {
	t.Parallel()
	i := newAreaInput(strings.Repeat("x ", 1<<15), 5)
	for _, k := range []string{"ctrl+home", "y", "end", "z"} {
		i.key(key(k))
	}
	lines, at := i.view(plainTheme(), 10, true)
	checkEqual(t, lines[at], "… x x x z▏")
	i.key(key("home"))
	lines, _ = i.view(plainTheme(), 10, true)
	checkEqual(t, lines[0], "▏yx x x x…")
	lines, _ = i.view(plainTheme(), 10, false)
	checkEqual(t, lines[0], "yx x x x …")
}
