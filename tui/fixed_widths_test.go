package tui

import "testing"

func TestDisputedWidthsMoveNothing(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"plain │ ✓ é ж ▌":           "plain │ ✓ é ж ▌",
		"a 👩\u200d👩\u200d👧 b │ c":   "\x1b[K\x1b[?7la 👩\u200d👩\u200d👧\x1b[5G b │ c\x1b[?7h",
		"\x1b[1m数据\x1b[0m│":         "\x1b[K\x1b[?7l\x1b[1m数据\x1b[0m\x1b[5G│\x1b[?7h",
		"❤\ufe0f हिन्दी x":          "\x1b[K\x1b[?7l❤\ufe0f\x1b[3G हिन्दी\x1b[6G x\x1b[?7h",
		"to the edge e\u0301\u0301": "\x1b[K\x1b[?7lto the edge e\u0301\u0301\x1b[?7h",
	} {
		if got := fixWidths(line); got != want {
			t.Errorf("fixWidths(%q) = %q, want %q", line, got, want)
		}
	}
	if got, want := fixWidths("┃ one\n数 two"), "\u2503 one\n\x1b[K\x1b[?7l数\x1b[3G two\x1b[?7h"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
