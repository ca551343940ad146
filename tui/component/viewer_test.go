package component

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

func counted(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i+1)
	}
	return lines
}

func newViewer(w, h int, lines ...string) *Viewer {
	v := &Viewer{}
	v.SetSize(w, h)
	v.Replace(lines)
	return v
}

func TestViewerScrolls(t *testing.T) {
	t.Parallel()
	v := newViewer(14, 3, counted(120)...)
	checkEqual(t, text(v.View(plainTheme())), "line 1\nline 2\nline 3")
	for _, test := range []struct{ keys, first, position string }{
		{"j", "line 2", "↓116 more"}, {"k k", "line 1", "↓117 more"}, {"pgdown", "line 4", "↓114 more"},
		{"ctrl+d", "line 5", "↓113 more"}, {"ctrl+u pgup", "line 1", "↓117 more"},
		{"G", "line 118", "↑117 more"}, {"down", "line 118", "↑117 more"}, {"home", "line 1", "↓117 more"},
	} {
		for k := range strings.FieldsSeq(test.keys) {
			if !v.Key(key(k)) {
				t.Errorf("the key %s is not handled", k)
			}
		}
		first, _, _ := strings.Cut(text(v.View(plainTheme())), "\n")
		if first != test.first || v.Position() != test.position {
			t.Errorf("after %s: got %q at %s, want %q at %s", test.keys, first, v.Position(), test.first, test.position)
		}
	}
	if v.Key(key("x")) {
		t.Error("an unknown key is handled")
	}
}

func TestViewerSearches(t *testing.T) {
	t.Parallel()
	lines := counted(40)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	v := newViewer(40, 5, lines...)
	v.Search.Open()
	v.SetSize(40, 5)
	for _, letter := range "LINE 3" {
		v.Type(key(string(letter)))
	}
	checkEqual(t, text(v.View(plainTheme())), " line 1\n line 2\n▌line 3\n line 4\n / LINE 3▏                1 of 11 lines")
	v.Type(key("enter"))
	v.Next(1)
	first, _, _ := strings.Cut(text(v.View(plainTheme())), "\n")
	checkEqual(t, first, " line 29")
	checkContains(t, text(v.View(plainTheme())), "▌line 30")
	v.Next(-1)
	v.Next(-1)
	checkContains(t, text(v.View(plainTheme())), "▌line 39")
	checkContains(t, text(v.View(plainTheme())), "11 of 11 lines")
	v.Replace(lines[:5])
	checkContains(t, text(v.View(plainTheme())), "1 of 1 line")
	v.Replace(nil)
	checkContains(t, text(v.View(plainTheme())), "not found")
	if !v.Search.End() {
		t.Error("End reports that there is no search, want one")
	}
}

// The rest of a line with a match keeps its style, also with wide or combining characters.
func TestViewerMarksMatchesInStyledLines(t *testing.T) {
	t.Parallel()
	th := colourTheme()
	v := newViewer(60, 3, " "+th.Dim.Render("日本 na\u0308me")+"  "+th.Bad.Render("naïve name, NAME"))
	v.Search.Open()
	v.SetSize(60, 3)
	for _, letter := range "name" {
		v.Type(key(string(letter)))
	}
	line, _, _ := strings.Cut(v.View(th), "\n")
	checkEqual(t, strings.TrimRight(ansi.Strip(line), " "), "▌日本 na\u0308me  naïve name, NAME")
	for _, part := range []string{th.Dim.Render("日本 na\u0308me"), th.Bad.Render("naïve "), th.Cursor.Render("name"), th.Bad.Render(", "), th.Cursor.Render("NAME")} {
		if !strings.Contains(line, part) {
			t.Errorf("got line %q, want %q in it", line, part)
		}
	}
	if got := ansi.StringWidth(line); got != 60 {
		t.Errorf("got a line of %d cells, want 60", got)
	}
}

func TestViewerKeepsItsPlace(t *testing.T) {
	t.Parallel()
	v := newViewer(30, 5, counted(200)...)
	for range 50 {
		v.Key(key("j"))
	}
	for _, size := range sizes {
		v.SetSize(size[0], size[1])
		v.View(plainTheme())
		if v.top != 50 {
			t.Fatalf("at %v, got line %d at the top, want 51", size, v.top+1)
		}
	}
	v.Replace(counted(300))
	checkContains(t, v.View(plainTheme()), "line 51")
	v.Replace(counted(3))
	checkContains(t, v.View(plainTheme()), "line 1")
}

func TestViewerStaysInItsPane(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		v := newViewer(size[0], size[1], sampleTexts...)
		for _, k := range []string{"j", "pgdown", "G", "k"} {
			v.Key(key(k))
			checkFits(t, v.View(colourTheme()), size[0], size[1])
			v.Position()
		}
	}
}

func TestPrettyJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, in, want string
		ok             bool
	}{
		{"order and digits", ` {"b":1.0e+2,"a":12345678901234567890,"b":[]} `, "{\n  \"b\": 1.0e+2,\n  \"a\": 12345678901234567890,\n  \"b\": []\n}", true},
		{"invalid", `{"a":`, `{"a":`, false},
		{"trailing", `{} x`, `{} x`, false},
		{"nested too deeply", strings.Repeat("[", 9000) + strings.Repeat("]", 9000), strings.Repeat("[", 9000) + strings.Repeat("]", 9000), false},
		{"brackets in a string", `"` + strings.Repeat("[\\\"", 9000) + `"`, `"` + strings.Repeat("[\\\"", 9000) + `"`, true},
	} {
		got, ok := PrettyJSON([]byte(test.in))
		if string(got) != test.want || ok != test.ok {
			t.Errorf("%s: got %.80q and ok %t, want %.80q and %t", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestJSONColoursWithoutChangingTheText(t *testing.T) {
	t.Parallel()
	pretty, _ := PrettyJSON([]byte(`{"id":"x\u001b","n":-1.5e3,"ok":[true,null],"bidi":"` + "\u202e" + `","e":{}}`))
	want := style.EscapeMultiline(string(pretty))
	coloured := join(JSON(colourTheme(), pretty))
	checkEqual(t, ansi.Strip(coloured), want)
	th := colourTheme()
	for _, piece := range []string{th.Key.Render(`"id"`), th.Number.Render("-1.5e3"), th.Number.Render("null"), th.String.Render(`"x\u001b"`)} {
		if !strings.Contains(coloured, piece) {
			t.Errorf("got %q, want %q in it", coloured, piece)
		}
	}
	checkEqual(t, join(JSON(plainTheme(), pretty)), want)
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,{"b":null}]}`, `{`, "\xff", "\"\x1b\"", "1\n\n", "\r\n", `"\u2028"`} {
		f.Add([]byte(seed))
	}
	th := colourTheme()
	f.Fuzz(func(t *testing.T, raw []byte) {
		pretty, _ := PrettyJSON(raw)
		want := style.EscapeMultiline(string(pretty))
		if got := ansi.Strip(join(JSON(th, pretty))); got != want {
			t.Fatalf("JSON(%q) = %q, want %q", pretty, got, want)
		}
	})
}
