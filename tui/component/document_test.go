package component

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"backchannel/storage/jsontext"
	"backchannel/tui/style"
)

// hostileBodies returns bodies that are made to break the view.
func hostileBodies() []string {
	deep := strings.Repeat(`{"a":[`, 300) + "1" + strings.Repeat("]}", 300)
	return []string{
		"", " ", "\n", "\n\n\n", "{", "not json", "null", `""`, "[]", "{}", "[[],{}]", "\x1b[2J\x1b]0;x\a", "\xff\xfe{\x00}", "a\r\nb\rc",
		`{"a/b~c":{"":{"\u0000":[1,-1e999,"é","e\u0301","👩\u200d👩\u200d👧"," \\\" : {"]}}}`, `{"x":"{","y":"[","z":"}"}`, `{"a": "b\": ","c":["d\": ", "}"]}`,
		`{"\ud800":1,"\ud801":2}`, `{"a":1,"a":2}`, "{\"\xff\":\"\x80\"}", `["` + strings.Repeat("顧客", 400) + `"]`, strings.Repeat("\u0301", 500), strings.Repeat("\t", 300),
		`{"long":"` + strings.Repeat("x", 20_000) + `"}`, deep, strings.Repeat("a ", 3000), `{"right":"` + "\u202e" + `"}`,
	}
}

func contentOf(body string) Content { return ContentOf([]byte(body)) }

// doRandomly does one of the things with a document that a person can do.
func (d *Document) doRandomly(random *rand.Rand) {
	keys := []string{"j", "k", "ctrl+d", "ctrl+u", "pgdown", "pgup", "g", "G", "left", "right", "x"}
	switch random.IntN(9) {
	case 0:
		d.Fold()
	case 1:
		d.FoldAll()
	case 2:
		d.Search.Open()
		for _, r := range []string{"a", "\"", "é", "顧", "\\x", "}"}[random.IntN(6)] {
			d.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
		d.Type(tea.KeyMsg{Type: tea.KeyEnter})
	case 3:
		d.Next(1 - 2*random.IntN(2))
	case 4:
		d.Search.End()
	case 5:
		d.ToggleWrap()
	case 6:
		d.Focused = !d.Focused
	default:
		d.Key(key(keys[random.IntN(len(keys))]))
	}
}

// Whatever the body and the keys, the view fits, has no control characters, and shows the cursor.
func TestDocumentAlwaysFits(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 2))
	for _, body := range hostileBodies() {
		for _, th := range []*style.Theme{colourTheme(), plainTheme()} {
			d := documentOf(contentOf(body), 80, 20)
			for range 60 {
				d.SetSize(1+random.IntN(90), random.IntN(24))
				d.doRandomly(random)
				d.SetSize(1+random.IntN(90), 1+random.IntN(24))
				view := d.View(th)
				height := d.height
				if d.Search.Shown() {
					height++
				}
				checkFits(t, view, d.width, height)
				if strings.ContainsFunc(ansi.Strip(view), func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == '\u202e' }) {
					t.Fatalf("%.40q: the view contains a control character", body)
				}
				if d.Focused && d.width > 4 && d.height > 0 && !strings.Contains(ansi.Strip(view), style.Bar) && d.row == 0 {
					t.Fatalf("%.40q at %d×%d: the cursor is not visible:\n%s", body, d.width, d.height, view)
				}
				_, _, _, _ = d.Position(), d.At().Value(), d.At().Subtree(), d.Partial()
				_, _ = d.At().Pointer()
			}
		}
	}
}

// On each line, pointer and value are those of the parsed body.
func TestDocumentPointersLeadToTheValues(t *testing.T) {
	t.Parallel()
	for _, body := range hostileBodies() {
		content := contentOf(body)
		if !content.Indent || strings.Contains(body, `\ud80`) || strings.Contains(body, "\xff") {
			continue // keys that cannot be written in a pointer
		}
		d := documentOf(contentOf(body), 80, 20)
		tree := jsontext.Parse([]byte(body))
		for line := 0; line < len(d.folds.lines); line += 1 + len(d.folds.lines)/60 {
			d.reveal(line)
			pointer, _ := d.At().Pointer()
			var tokens []string
			for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
				tokens = append(tokens, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
			}
			if pointer == "" {
				tokens = nil
			}
			node, ok := tree.Find(tokens...)
			var want, got bytes.Buffer
			if ok {
				_ = json.Compact(&want, tree.Raw(node))
				_ = json.Compact(&got, []byte(d.At().Subtree()))
			}
			if !ok || !strings.Contains(body, `"a":1,"a":2`) && !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Fatalf("%.60q: got %.60q at %q, want %.60q", body, got.String(), pointer, want.String())
			}
		}
	}
}

func example() Document {
	return documentOf(contentOf(`{"one":{"two":[1,{"three":"a\"b"},[]]},"four":"needle","five":{"six":"Needle"}}`), 40, 8)
}

func pressIn(d *Document, keys ...string) {
	for _, name := range keys {
		d.Key(key(name))
	}
}

func write(d *Document, text string) {
	for _, r := range text {
		d.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func viewOf(d *Document) string { return ansi.Strip(d.View(plainTheme())) }

func TestDocumentFolds(t *testing.T) {
	t.Parallel()
	d := example()
	pressIn(&d, "j", "j", "j") // the 1 within two
	d.Fold()
	if got := viewOf(&d); !strings.Contains(got, `3▸    "two": […]  5 lines`) {
		t.Errorf("got\n%s\nwant the array two folded", got)
	}
	pressIn(&d, "j")
	if pointer, _ := d.At().Pointer(); pointer != "/one" {
		t.Errorf("got the cursor at %s below the fold, want /one", pointer)
	}
	pressIn(&d, "k")
	d.Fold()
	if got := viewOf(&d); strings.Contains(got, style.Closed) {
		t.Errorf("got\n%s\nwant nothing folded", got)
	}
	d.FoldAll()
	if got := strings.Count(viewOf(&d), style.Closed); got != 2 || d.folds.len() != 5 {
		t.Errorf("got %d folds and %d lines, want 2 and 5:\n%s", got, d.folds.len(), viewOf(&d))
	}
	d.FoldAll()
	if d.folds.len() != len(d.folds.lines) {
		t.Errorf("got %d visible lines, want all %d", d.folds.len(), len(d.folds.lines))
	}
}

func TestDocumentSearchesAndUnfolds(t *testing.T) {
	t.Parallel()
	d := example()
	d.FoldAll()
	d.Search.Open()
	write(&d, "need")
	if got := d.At().Value(); got != "needle" || d.Position() != "1 of 2 lines" {
		t.Errorf("got value %q and position %q, want needle and 1 of 2 lines", got, d.Position())
	}
	d.Type(tea.KeyMsg{Type: tea.KeyEnter})
	d.Next(1)
	if pointer, _ := d.At().Pointer(); pointer != "/five/six" || d.Position() != "2 of 2 lines" || d.Search.Typing() {
		t.Errorf("got pointer %s, position %q and typing %t, want /five/six, 2 of 2 lines and false", pointer, d.Position(), d.Search.Typing())
	}
	d.Next(1)
	if got := d.At().Value(); got != "needle" {
		t.Errorf("got %q after the last match, want needle", got)
	}
	d.Next(-1)
	if got := d.At().Value(); got != "Needle" {
		t.Errorf("got %q before the first match, want Needle", got)
	}
	if !d.Search.End() || d.Search.End() || d.Search.Shown() {
		t.Error("the search does not end, or it ends twice")
	}
	d.Search.Open()
	write(&d, "nowhere")
	if got := viewOf(&d); !strings.Contains(got, "not found") {
		t.Errorf("want that nothing was found, got\n%s", got)
	}
}

func TestDocumentCopies(t *testing.T) {
	t.Parallel()
	d := example()
	for _, want := range [][3]string{
		{"", "", ""}, {"/one", "", ""}, {"/one/two", "", ""}, {"/one/two/0", "1", "1"}, {"/one/two/1", "{\n  \"three\": \"a\\\"b\"\n}", "{\n  \"three\": \"a\\\"b\"\n}"},
		{"/one/two/1/three", `a"b`, `"a\"b"`}, {"/one/two/1", "", ""}, {"/one/two/2", "[]", "[]"}, {"/one/two", "", ""}, {"/one", "", ""}, {"/four", "needle", `"needle"`},
	} {
		pointer, ok := d.At().Pointer()
		if !ok || pointer != want[0] || want[1] != "" && d.At().Value() != want[1] || want[2] != "" && d.At().Subtree() != want[2] {
			t.Errorf("got pointer %q, value %q and subtree %q, want %q", pointer, d.At().Value(), d.At().Subtree(), want)
		}
		pressIn(&d, "j")
	}
	d.SetContent(Content{Text: "one\n\xfftwo"})
	pressIn(&d, "j")
	if pointer, ok := d.At().Pointer(); ok || pointer != "" || d.At().Value() != "\xfftwo" {
		t.Errorf("got pointer %q and value %q in a text that is not JSON, want none and its line", pointer, d.At().Value())
	}
}

func TestDocumentShowsItsFirstFlaw(t *testing.T) {
	t.Parallel()
	content := contentOf("[" + strings.Repeat("1,", 500) + `"bad"]`)
	content.Flaws = []Flaw{{Line: 502, Pointer: "/500", What: "expected a number"}}
	for _, sizeFirst := range []bool{true, false} {
		d := NewDocument()
		if sizeFirst {
			d.SetSize(40, 10)
		}
		d.SetContent(content)
		d.SetSize(40, 10)
		if got := viewOf(&d); !strings.Contains(got, `502✗  "bad"`) {
			t.Errorf("want the line of the flaw, got\n%s", got)
		}
		if flaw := d.At().Flaw; flaw.Pointer != "/500" {
			t.Errorf("got the cursor at %+v, want the flaw at /500", flaw)
		}
	}
}

func TestDocumentFindsPointers(t *testing.T) {
	t.Parallel()
	d := example()
	for pointer, want := range map[string]string{
		"": "", "/": "", "/one/two": "/one/two", "/one/two/1/three": "/one/two/1/three", "/one/two/2": "/one/two/2", "/one/two/9": "/one/two", "/one/none/1": "/one", "/five/six/7": "/five/six", "nothing": "",
	} {
		d.reveal(d.folds.lineOf(pointer))
		if got, _ := d.At().Pointer(); got != want {
			t.Errorf("got the cursor at %q for %q, want %q", got, pointer, want)
		}
	}
	for _, body := range hostileBodies() {
		d := NewDocument()
		d.SetContent(contentOf(body))
		for line := 0; line < len(d.folds.lines); line += 1 + len(d.folds.lines)/60 {
			d.reveal(line)
			pointer, _ := d.At().Pointer()
			if got := d.folds.lineOf(pointer); d.folds.indented && got != d.At().line && !strings.Contains(body, `"a":1,"a":2`) && !strings.Contains(body, `\ud80`) {
				t.Errorf("%.40q: got line %d for %q, want %d", body, got, pointer, d.At().line)
			}
		}
	}
}

func TestWrappedRowsHang(t *testing.T) {
	t.Parallel()
	d := documentOf(contentOf(`{"key":"`+strings.Repeat("word ", 20)+`"}`), 30, 10)
	lines := strings.Split(viewOf(&d), "\n")
	for _, line := range lines[2:5] {
		if !strings.HasPrefix(line, strings.Repeat(" ", 3+4)) || strings.HasPrefix(line, strings.Repeat(" ", 3+4+4)) {
			t.Errorf("got row %q, want it indented like the line that it continues", line)
		}
	}
	all := strings.Join(strings.Fields(strings.Join(lines, "")), "")
	if strings.Count(all, "word") < 18 {
		t.Errorf("want all of the text in the wrapped rows, got\n%s", strings.Join(lines, "\n"))
	}
}

// With a mebibyte in one line, or in half a million, a key does not process all of it again: only
// what is near the cursor is laid out, and only what is visible is drawn.
func TestDocumentOfAMebibyte(t *testing.T) {
	t.Parallel()
	for _, body := range []string{strings.Repeat("é", 1<<19), "[" + strings.Repeat("1,", 1<<19-2) + "1]"} {
		d := documentOf(contentOf(body), 80, 20)
		pressIn(&d, "G", "k", "pgup", "g", "j", "ctrl+d")
		if n := len(d.laid); n > 300 {
			t.Errorf("got %d lines laid out, want at most 300", n)
		}
		if got := d.View(colourTheme()); len(got) > 80*20*40 {
			t.Errorf("got %d bytes drawn, want at most %d", len(got), 80*20*40)
		}
		d.Fold()
		d.FoldAll()
		pressIn(&d, "G")
		checkFits(t, d.View(colourTheme()), 80, 20)
	}
}

func FuzzDocument(f *testing.F) {
	for i, body := range hostileBodies() {
		f.Add(body, uint64(i))
	}
	f.Fuzz(func(t *testing.T, body string, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		d := documentOf(contentOf(body), 80, 20)
		for range 12 {
			d.SetSize(1+random.IntN(60), 1+random.IntN(12))
			d.doRandomly(random)
			d.SetSize(d.width, max(1, d.height))
			height := d.height
			if d.Search.Shown() {
				height++
			}
			checkFits(t, d.View(colourTheme()), d.width, height)
			_, _ = d.At().Pointer()
			if slices.Contains(d.folds.shown, len(d.folds.lines)) {
				t.Fatal("the shown lines contain one that does not exist")
			}
			_ = d.At().Value()
		}
	})
}

func documentOf(content Content, w, h int) Document {
	d := NewDocument()
	d.SetContent(content)
	d.SetSize(w, h)
	return d
}

func newDocument(w, h int, lines ...string) Document {
	return documentOf(Content{Text: strings.Join(lines, "\n")}, w, h)
}

func TestDocumentWraps(t *testing.T) {
	t.Parallel()
	d := newDocument(8, 4, "abcdefghijkl", "second")
	checkEqual(t, text(d.View(plainTheme())), " 1 abcde\n     fgh\n     ijk\n     l")
	pressIn(&d, "j")
	checkEqual(t, text(d.View(plainTheme())), "     fgh\n     ijk\n     l\n 2 secon")
	if d.Key(key("right")) {
		t.Error("a wrapped text scrolls sideways")
	}
}

func TestDocumentScrollsSideways(t *testing.T) {
	t.Parallel()
	d := newDocument(13, 2, "0123456789abcdefghijklmnop", "short")
	d.ToggleWrap()
	checkEqual(t, text(d.View(plainTheme())), " 1 0123456789\n 2 short")
	pressIn(&d, "right")
	checkEqual(t, text(d.View(plainTheme())), " 1 …9abcdefgh\n 2 …")
	pressIn(&d, "right", "right", "right", "right")
	checkEqual(t, text(d.View(plainTheme())), " 1 …hijklmnop\n 2 …")
	pressIn(&d, "left", "left", "left", "left", "left")
	checkContains(t, d.View(plainTheme()), " 1 0123")
}

// The cursor stays visible and on its line when the pane is resized or wrapping is switched.
func TestDocumentKeepsItsPlace(t *testing.T) {
	t.Parallel()
	d := newDocument(30, 5, counted(200)...)
	pressIn(&d, "pgdown", "pgdown", "j", "j")
	for i, size := range sizes {
		d.SetSize(size[0], size[1])
		if i%2 == 1 {
			d.ToggleWrap()
		}
		d.View(plainTheme())
		if d.folds.line(d.at) != 12 || d.top > d.at {
			t.Fatalf("at %v, got the cursor on line %d, want 13, below the top", size, d.folds.line(d.at)+1)
		}
	}
}

func TestDocumentCountsHiddenLines(t *testing.T) {
	t.Parallel()
	lines := counted(20)
	lines[10] = strings.Repeat("wide ", 10) // three rows of 20 cells
	for _, test := range []struct {
		name, keys, want string
		height           int
	}{
		{"all fits", "", "", 30},
		{"exactly", "", "", 22},
		{"one row is missing", "", "↓1 more", 21},
		{"from the top", "", "↓15 more", 5},
		{"a line of which only a part is visible counts", "", "↓10 more", 11},
		{"at the end", "G", "↑15 more", 5},
		{"in the middle", "pgdown pgdown", "↓10 more", 5},
	} {
		d := newDocument(24, test.height, lines...)
		for k := range strings.FieldsSeq(test.keys) {
			d.Key(key(k))
		}
		if got := d.Position(); got != test.want {
			t.Errorf("%s: got position %q, want %q", test.name, got, test.want)
		}
	}
}
