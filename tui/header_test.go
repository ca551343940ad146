package tui

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"backchannel/storage"
	"backchannel/tui/screen"
	"backchannel/tui/style"
	"backchannel/tui/webhooks"
)

// headerItems returns patterns that find the items of the status in a header.
func headerItems() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"engine":     regexp.MustCompile(`● engine|○ (engine )?\d+|▲ no engine|starting…`),
		"receiver":   regexp.MustCompile(`[^ ]*:\d+|▲ receiver off|▲ off`),
		"queued":     regexp.MustCompile(`queued|·\d`),
		"retrying":   regexp.MustCompile(`retrying|↻[.\d]`),
		"parked":     regexp.MustCompile(`parked|‖[.\d]`),
		"waiting":    regexp.MustCompile(`waiting`),
		"receipts":   regexp.MustCompile(`receipts?`),
		"tab 1":      regexp.MustCompile(`^.*?\b1\b`),
		"tab 5":      regexp.MustCompile(`\b5( Activity)?\b`),
		"the number": regexp.MustCompile(`[.\d]+[kMG]?( queued| waiting)`),
	}
}

// headerColumns returns the column at which each item of a header begins or, for a number before a
// word, at which it ends.
func headerColumns(items map[string]*regexp.Regexp, line string) map[string]int {
	columns, worst := map[string]int{}, headerFormAt(ansi.StringWidth(line)).counts == countWorst
	for item, pattern := range items {
		at := pattern.FindStringIndex(line)
		switch {
		case at == nil:
		case worst && (item == "queued" || item == "retrying" || item == "parked"):
			columns["the worst"] = utf8.RuneCountInString(line[:at[0]])
		case item == "tab 1" || item == "the number":
			columns[item] = utf8.RuneCountInString(line[:at[1]])
		default:
			columns[item] = utf8.RuneCountInString(line[:at[0]])
		}
	}
	return columns
}

// A statusCase is a status that the header may have to show.
type statusCase struct {
	screen.Status
	name string
}

// statusCases returns each state of the engine and the receiver with a few random counts, from none
// to hundreds of millions.
func statusCases() (all []statusCase) {
	rng := rand.New(rand.NewPCG(7, 18))
	number := func() int64 {
		numbers := []int64{0, 1, 9, 42, 999, 1000, 9999, 12_345, 99_999, 100_000, 999_999, 1_000_000, 9_999_999, 123_456_789}
		return numbers[rng.IntN(len(numbers))]
	}
	var engines []statusCase
	for _, pid := range []int{4711, 7, 99, 1234, 65536, 4194304} { // the first one is that of the console
		for _, base := range []string{
			"", "https://127.0.0.1:9443", "https://0.0.0.0:1", "https://[::1]:65535", "https://192.168.100.200:19443",
			"https://receiver.dev.example.internal:19443",
		} {
			rt := storage.Runtime{PID: pid, ReceiverURL: base}
			engines = append(engines, statusCase{Status: screen.Status{Alive: true, Runtime: rt}, name: fmt.Sprint(pid, " ", base)})
		}
	}
	engines = append(engines, statusCase{name: "no engine"}, statusCase{name: "starting", Status: screen.Status{Alive: true}})
	for _, engine := range engines {
		for range 3 {
			engine.Read = true
			engine.Counts = storage.Counts{Receipts: number(), Deliveries: map[storage.State]int64{
				storage.Queued: number(), storage.Retrying: number(), storage.Parked: number(), storage.StateDelivered: number(),
			}}
			all = append(all, engine)
		}
	}
	return all
}

// The column of an item depends only on the width: neither on its text, nor on those of other items, nor
// on the view.
func TestTheHeaderNeverMoves(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		cases, items := statusCases(), headerItems()
		for width := 40; width <= 220; width++ {
			want := map[string]int{}
			for i, test := range cases {
				c.m.env.Status = test.Status
				c.m.chrome.width, c.m.views.current = width, screen.View(i%len(c.m.views.stacks))
				line := ansi.Strip(c.m.chrome.header())
				if got := ansi.StringWidth(line); got != width {
					t.Fatalf("%s: at %d columns the header is %d cells wide: %q", test.name, width, got, line)
				}
				got := headerColumns(items, line)
				if len(want) == 0 {
					want = maps.Clone(got)
				}
				if !test.Alive || test.Starting() { // then there is no receiver
					got["receiver"] = want["receiver"]
				}
				if !maps.Equal(got, want) && width >= screen.MinWidth {
					t.Fatalf("%s: at %d columns the items are at %v, want %v: %q", test.name, width, got, want, line)
				}
			}
		}
	})
}

// A screen over a view, a banner and a toast do not move the status.
func TestNothingMovesTheStatus(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		c.wait(2 * tickGap)
		status := func() string {
			line, _, _ := strings.Cut(c.screen(), "\n")
			return line[strings.IndexAny(line, "●:"):]
		}
		before := map[int]string{}
		widths := []int{60, 66, 67, 79, 80, 95, 96, 104, 119, 120, 124, 134, 150, 160, 168, 190, 200, 220}
		for _, width := range widths {
			c.size(width, 24)
			before[width] = status()
		}
		same := func(what, title string) {
			for _, width := range widths {
				c.size(width, 24)
				if got := status(); got != before[width] && (title == "" || !strings.HasSuffix(before[width], got)) {
					t.Errorf("%s: at %d columns: got the status %q, want %q as before", what, width, got, before[width])
				}
				c.see(title)
			}
		}
		c.send(noticeMsg("nothing is delivered here: " + strings.Repeat("a long reason ", 20)))
		c.send(screen.ToastMsg{Toast: screen.Bad(strings.Repeat("a long toast ", 20))})
		same("a banner and a toast", "")
		c.press("e")
		same("a form", "Edit acme prod")
		c.press("esc", "K")
		same("a check", "Endpoint check of acme prod")
		c.press("esc", "4", "?")
		same("help", "")
	})
}

// A banner that is longer than its lines ends with "…", so that its beginning is not taken for all of it.
func TestLongBannerIsCutVisibly(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.send(noticeMsg("nothing is delivered here: " + strings.Repeat("a long reason ", 30) + "the end"))
		lines := strings.Split(c.screen(), "\n")
		if last := strings.TrimRight(lines[2+maxBanner-1], " "); !strings.HasSuffix(last, "…") {
			t.Errorf("got last line %q of the banner, want it to end with an ellipsis", last)
		}
	})
}

func TestHeaderFormsFit(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		forms := headerForms()
		if !slices.IsSortedFunc(forms, func(a, b headerForm) int { return b.from - a.from }) {
			t.Error("the forms are not sorted by width")
		}
		c.m.env.Status = screen.Status{Read: true, Alive: true, Runtime: storage.Runtime{PID: 4194304}}
		for _, form := range forms {
			tabs := form.tabs.draw(c.m.env.Theme, c.m.views)
			if w := ansi.StringWidth(tabs + " " + form.join(form.status(c.m.env))); form.tabs != tabsNumbers && w > form.from {
				t.Errorf("the form for %d columns and more needs %d", form.from, w)
			}
		}
		if _, first := c.m.views.front().(*webhooks.Screen); !first {
			t.Error("another view is in front")
		}
	})
}

func TestHeaderTexts(t *testing.T) {
	t.Parallel()
	status := func(pid int, base string, queued, retrying, parked, receipts int64) screen.Status {
		return screen.Status{Read: true, Alive: true, Runtime: storage.Runtime{PID: pid, ReceiverURL: base}, Counts: storage.Counts{
			Receipts: receipts, Deliveries: map[storage.State]int64{storage.Queued: queued, storage.Retrying: retrying, storage.Parked: parked},
		}}
	}
	calm := status(4711, "https://127.0.0.1:9443", 0, 0, 0, 1)
	busy := status(4194304, "https://receiver.example.internal:19443", 1_234_567, 12_345, 100_000, 99_999)
	testConsole(t, func(c *console) {
		for _, test := range []struct {
			width int
			screen.Status
			want string
		}{
			{60, calm, "▸1 2 3 4 5 Webhooks ● engine 127.0.0.1:9443 0 waiting"},
			{60, busy, "▸1 2 3 4 5 Webhooks ○ 4194304 :19443 1.3M waiting"},
			{67, busy, "▸1 2 3 4 5 Webhooks ○ 4194304 :19443 ·1.2M ↻12k ‖100k"},
			{80, calm, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ● engine :9443 ·0"},
			{80, busy, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ○ 4194304 :19443 ‖.1M"},
			{80, status(4711, "https://127.0.0.1:9443", 3, 12, 0, 1), "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ● engine :9443 ↻12"},
			{96, busy, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ○ 4194304 :19443 ·1.2M ↻12k ‖100k"},
			{104, calm, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ● engine 127.0.0.1:9443 ·0 ↻0 ‖0"},
			{110, busy, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ○ 4194304 :19443 ·1.2M ↻12k ‖100k"},
			{120, busy, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ○ 4194304 :19443 1M queued 12k retrying .1M parked"},
			{160, calm, "▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ● engine 127.0.0.1:9443 0 queued 0 retrying 0 parked 1 receipt"},
			{200, busy, "backchannel ▸1 Webhooks 2 Campaigns 3 Deliveries 4 Receiver 5 Activity ○ engine 4194304 :19443 1.23M queued 12.3k retrying 100k parked 99.9k receipts"},
		} {
			c.m.env.Status, c.m.chrome.width = test.Status, test.width
			if got := squeeze(ansi.Strip(c.m.chrome.header())); got != test.want {
				t.Errorf("at %d:\n got %q\nwant %q", test.width, got, test.want)
			}
		}
	})
}

func TestHeaderSaysInFullThatTheDatabaseIsUnavailable(t *testing.T) {
	e := &screen.Env{Theme: style.New(lipgloss.NewRenderer(io.Discard), true), Status: screen.Status{Err: storage.ErrUnreachable}}
	for _, form := range headerForms() {
		text := strings.TrimRight(ansi.Strip(form.join(form.status(e))), " ")
		if text != "▲ database unavailable" && text != "▲ no database" {
			t.Errorf("from %d columns: got %q", form.from, text)
		}
	}
}
