package component

import (
	"strconv"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// send presses keys and returns the result of the last one, or nil if there is none.
func send[T any](press func(tea.KeyMsg) (T, bool), keys ...string) any {
	var result any
	for _, k := range keys {
		result = nil
		if r, done := press(key(k)); done {
			result = r
		}
	}
	return result
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, test := range []struct {
		typed string
		keys  []string
		want  any
	}{
		{"", []string{"y"}, yes}, {"", []string{"n"}, no}, {"", []string{"esc"}, no}, {"", []string{"enter"}, no},
		{"", []string{"left", "enter"}, yes}, {"", []string{"tab", "tab", "enter"}, no}, {"", []string{"z"}, nil},
		{"acme", []string{"y"}, nil}, {"acme", []string{"a", "enter"}, nil}, {"acme", []string{"acme", "enter"}, yes},
		{"acme", []string{"acme", "esc"}, no},
	} {
		c := NewConfirm(Confirm{Typed: test.typed})
		if got := send(c.Key, test.keys...); got != test.want {
			t.Errorf("got %v after the keys %v with %q to be typed, want %v", got, test.keys, test.typed, test.want)
		}
	}
}

func TestConfirmView(t *testing.T) {
	t.Parallel()
	c := NewConfirm(Confirm{Title: "Delete acme", Text: []string{"Its 3 queued deliveries are cancelled."}, Yes: "delete", No: "keep"})
	checkEqual(t, text(c.View(plainTheme(), 34)), strings.Trim(`
╭ Delete acme ───────────────────╮
│ Its 3 queued deliveries are    │
│ cancelled.                     │
│                                │
│   y delete   ▌ n keep          │
╰────────────────────────────────╯`, "\n"))
	c = NewConfirm(Confirm{Title: "Delete", Yes: "delete", No: "keep", Typed: "acme"})
	checkLacks(t, c.View(plainTheme(), 34), "enter delete")
	send(c.Key, "acme")
	checkContains(t, c.View(plainTheme(), 34), "▌ acme▏")
	checkContains(t, c.View(plainTheme(), 34), "esc keep   enter delete")
}

func fireMenu() *Menu {
	return &Menu{Title: "Fire at acme prod", Hint: &MenuItem{ID: "who", Key: "w", Label: "change"},
		Columns: [][]MenuItem{
			{{ID: "sent", Key: "s", Label: "sent"}, {ID: "bounce", Key: "b", Label: "bounce"}},
			{{ID: "life", Key: "l", Label: "a message's life"}, {ID: "burst", Key: "B", Label: "burst…", Off: true}},
		},
		Details: []MenuItem{{ID: "variant", Key: "v", Label: "variant", Detail: "Admin Failure"}, {ID: "again", Key: ".", Label: "again"}},
	}
}

func TestMenu(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		keys string
		want any
	}{
		{"s", "sent"}, {"l", "life"}, {"w", "who"}, {".", "again"}, {"esc", ""},
		{"enter", "sent"}, {"down enter", "bounce"}, {"right enter", "life"}, {"right left enter", "sent"},
		{"right right enter", "variant"}, {"up enter", "sent"}, {"B", nil}, {"z", nil},
	} {
		if got := send(fireMenu().Key, strings.Fields(test.keys)...); got != test.want {
			t.Errorf("got item %v for the keys %s, want %v", got, test.keys, test.want)
		}
	}
	if got := send(new(Menu).Key, "down", "right", "enter"); got != nil {
		t.Errorf("got item %v in an empty menu, want none", got)
	}
}

func TestMenuView(t *testing.T) {
	t.Parallel()
	checkEqual(t, text(fireMenu().View(plainTheme(), 60, 20)), strings.Trim(`
╭ Fire at acme prod ─ w change ───────╮
│ ▌ s  sent       l  a message's life │
│   b  bounce     B  burst…           │
│                                     │
│   v  variant   Admin Failure        │
│   .  again                          │
│                                 esc │
╰─────────────────────────────────────╯`, "\n"))
}

func TestMenuKeepsItsKeysNextToALongTitle(t *testing.T) {
	t.Parallel()
	m := fireMenu()
	m.Title = "Fire at " + strings.Repeat("long ", 20)
	lines := strings.Split(text(m.View(plainTheme(), 39, 20)), "\n")
	checkContains(t, lines[0], "… ─ w change ─╮")
	checkContains(t, lines[6], "esc │")
}

// A menu keeps its size while a person types a search.
func TestMenuKeepsItsSizeDuringTyping(t *testing.T) {
	t.Parallel()
	m := &Menu{Title: "Which?", Find: true, Names: true}
	for label := range strings.FieldsSeq("acme kafka lambda sandbox") {
		m.Details = append(m.Details, MenuItem{ID: label, Label: label, Detail: "of myImsOrg"})
	}
	for _, height := range []int{20, 7} {
		size := func() (width, lines int) {
			view := strings.Split(text(m.View(plainTheme(), 80, height)), "\n")
			return ansi.StringWidth(view[0]), len(view)
		}
		width, lines := size()
		if lines > height {
			t.Errorf("got %d lines, want at most %d", lines, height)
		}
		for _, key := range []string{"k", "a", "z", "ctrl+u"} {
			send(m.Key, key)
			if w, n := size(); w != width || n != lines {
				t.Errorf("got %d by %d cells after %s, want %d by %d", w, n, key, width, lines)
			}
		}
	}
}

// A menu with more items than lines scrolls. Items without a key are below the others.
func TestMenuScrolls(t *testing.T) {
	t.Parallel()
	m := &Menu{Title: "Which?"}
	for i, label := range strings.Fields("one two three four five six") {
		item := MenuItem{ID: label, Label: label}
		if i < 3 {
			item.Key = strconv.Itoa(i + 1)
		}
		m.Details = append(m.Details, item)
	}
	view := func() string { return text(m.View(plainTheme(), 60, 6)) }
	checkEqual(t, view(), strings.Trim(`
╭ Which? ──────╮
│ ▌ 1  one     │
│   2  two     │
│   3  three   │
│ 1 of 6   esc │
╰──────────────╯`, "\n"))
	send(m.Key, "down", "down", "down", "down")
	checkEqual(t, view(), strings.Trim(`
╭ Which? ──────╮
│      four    │
│ ▌    five    │
│      six     │
│ 5 of 6   esc │
╰──────────────╯`, "\n"))
}

func TestMenuNumbersTenItems(t *testing.T) {
	t.Parallel()
	items := make([]MenuItem, 12)
	for i := range items {
		items[i] = MenuItem{ID: string(rune('a' + i)), Label: "item"}
	}
	m := &Menu{Title: "Which?", Details: Number(items), Find: true, Names: true}
	checkContains(t, text(m.View(plainTheme(), 60, 20)), "   0  item")
	if got := send(m.Key, "0"); got != "j" {
		t.Errorf("got item %v for the key 0, want the tenth", got)
	}
	if key := items[10].Key; key != "" {
		t.Errorf("got key %q for the eleventh item, want none", key)
	}
	items[2].Label, items[9].Key = "item 0", ""
	if key := Number(items)[9].Key; key != "" {
		t.Errorf("got key %q for the tenth item, want none, as a name contains it", key)
	}
}

// paletteOf returns a palette of commands, in the given order.
func paletteOf(commands []Command) *Palette {
	return NewPalette(func(typed string) Finding { return Finding{Commands: Match(commands, typed)} }, len(commands))
}

func TestPalette(t *testing.T) {
	t.Parallel()
	commands := []Command{
		{ID: "1", Title: "Go to Webhooks", Key: "1"}, {ID: "2", Title: "Go to the Receiver", Key: "3"},
		{ID: "3", Title: "Fire a bounce", Key: "f b"}, {ID: "4", Title: "Replay the receipt", Key: "r"},
	}
	for _, test := range []struct {
		keys []string
		want any
	}{
		{[]string{"enter"}, "1"}, {[]string{"down", "enter"}, "2"}, {[]string{"down", "up", "enter"}, "1"},
		{[]string{"bounce", "enter"}, "3"}, {[]string{"rec", "enter"}, "2"}, {[]string{"RR", "enter"}, "4"},
		{[]string{"pgdown", "enter"}, "4"}, {[]string{"zz", "enter"}, nil}, {[]string{"zz", "down", "backspace", "backspace", "enter"}, "1"},
		{[]string{"esc"}, ""},
	} {
		if got := send(paletteOf(commands).Key, test.keys...); got != test.want {
			t.Errorf("got command %v for the keys %v, want %v", got, test.keys, test.want)
		}
	}
	p := paletteOf(commands)
	send(p.Key, "b", "o")
	checkEqual(t, text(p.View(plainTheme(), 30)), strings.Trim(`
╭ Commands ──────────────────╮
│ ▌ bo▏                      │
│                            │
│ ▌ Fire a bounce        f b │
│                            │
│                            │
│                            │
╰────────────────────────────╯`, "\n"))
}

func TestPaletteScrolls(t *testing.T) {
	t.Parallel()
	var commands []Command
	for range 25 {
		commands = append(commands, Command{Title: "command"})
	}
	commands = append(commands, Command{Title: "the last"})
	p := paletteOf(commands)
	send(p.Key, "pgdown", "pgdown", "pgdown")
	checkContains(t, p.View(plainTheme(), 60), "▌ the last")
	send(p.Key, "pgup", "pgup", "pgup")
	checkLacks(t, p.View(plainTheme(), 60), "the last")
}

func TestToasts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	var toasts Toasts
	if _, ok := toasts.Wait(now); ok {
		t.Error("got a wait without toasts, want none")
	}
	toasts.Push(now, Toast{ID: "1", Text: "queued"})
	toasts.Push(now.Add(time.Second), Toast{Outcome: Error, Text: "refused\x1b"})
	toasts.Push(now.Add(2*time.Second), Toast{ID: "1", Outcome: OK, Text: "delivered"})
	show := func() string { return text(join(toasts.View(plainTheme(), 40))) }
	checkEqual(t, show(), "── ✗ refused\\x1b ── ✓ delivered ────────")
	if wait, _ := toasts.Wait(now.Add(3 * time.Second)); wait != 3*time.Second {
		t.Errorf("got a wait of %s, want 3s", wait)
	}
	toasts.Expire(now.Add(6 * time.Second))
	checkEqual(t, show(), "── ✗ refused\\x1b ───────────────────────")
	toasts.Expire(now.Add(9 * time.Second))
	checkEqual(t, show(), strings.Repeat("─", 40))
	for range 20 {
		toasts.Push(now, Toast{Outcome: Warn, Text: "twelve cells"})
	}
	checkEqual(t, show(), "── ▲ twelve cells ── +8 ────────────────")
	toasts.Push(now, Toast{Outcome: Error, Text: "create webhook: the disk is full, and nothing can be saved"})
	checkEqual(t, show(), " ✗ create webhook: the disk is full,\n   and nothing can be saved\n── +8 ──────────────────────────────────")
}

func TestDialogsStayInTheirWidth(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		w := size[0]
		for i, s := range sampleTexts {
			item := MenuItem{Key: "k", Label: s, Detail: s}
			m := &Menu{Title: s, Hint: &item, Columns: [][]MenuItem{{item}, {item}}, Details: []MenuItem{item}}
			c := NewConfirm(Confirm{Title: s, Text: sampleTexts[i:], Yes: s, No: s, Typed: s})
			send(c.Key, s)
			p := paletteOf([]Command{{ID: s, Title: s, Key: s}})
			var toasts Toasts
			toasts.Push(time.Time{}, Toast{Text: s})
			for _, view := range []string{m.View(colourTheme(), w, 1000), c.View(colourTheme(), w), p.View(colourTheme(), w), join(toasts.View(colourTheme(), w))} {
				checkFits(t, view, w, 1000)
			}
		}
	}
}
