package script

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"ascii", `plain "text" \ here`, `plain "text" \ here`},
		{"escape sequence", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"carriage return", "good\rbad", `good\x0dbad`},
		{"tab and newline", "a\tb\nc", `a\x09b\x0ac`},
		{"delete", "a\x7f", `a\x7f`},
		{"C1", "\u009b31m\u0085", `\u009b31m\u0085`},
		{"bidi override", "user\u202egnp.exe", `user\u202egnp.exe`},
		{"bidi isolate", "\u2066a\u2069", `\u2066a\u2069`},
		{"bidi marks", "\u200e\u200f\u061c", `\u200e\u200f\u061c`},
		{"zero width", "pay\u200bpal\u2060\ufeff", `pay\u200bpal\u2060\ufeff`},
		{"soft hyphen", "co\u00adop", `co\u00adop`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"tag characters", "a\U000e0041", `a\U000e0041`},
		{"filler", "a\u3164b\u115f", `a\u3164b\u115f`},
		{"invalid UTF-8", "a\xffb\xc3", `a\xffb\xc3`},
		{"surrogate half", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
		{"wide", "顧客 カタカナ 한국어　全角", "顧客 カタカナ 한국어　全角"},
		{"combining", "e\u0301 ñ", "e\u0301 ñ"},
		{"emoji", "👍🏽 🇩🇪 ❤️", "👍🏽 🇩🇪 ❤️"},
		{"joined emoji", "👩‍💻 👨‍👩‍👧 ❤️‍🔥", "👩‍💻 👨‍👩‍👧 ❤️‍🔥"},
		{"joiners in words", "می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"},
		{"joiner in a word", "a\u200db", `a\u200db`},
		{"second selector", "❤\ufe0f\ufe0f", "❤\ufe0f" + `\ufe0f`},
		{"lone selector", "\ufe0f \ufe0f", `\ufe0f \ufe0f`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Escape(test.in); got != test.want {
				t.Errorf("Escape(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestEscapeMultiline(t *testing.T) {
	t.Parallel()
	const in, want = "one\r\ntwo\n\tthree\r", "one\ntwo\n" + `\x09three\x0d`
	if got := EscapeMultiline(in); got != want {
		t.Errorf("EscapeMultiline(%q) = %q, want %q", in, got, want)
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "abc", "\x1b]0;title\a", "\u202e", "\xff\xfe", "👩‍💻", "é\u200d", "\u0085\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Escape(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Escape(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) && r != '\u200c' && r != '\u200d' {
				t.Fatalf("Escape(%q) = %q contains %U", s, got, r)
			}
		}
		if again := Escape(got); again != got {
			t.Fatalf("Escape of an escaped text changes it: %q became %q", got, again)
		}
		if lines := EscapeMultiline(s); strings.Count(lines, "\n") != strings.Count(s, "\n") {
			t.Fatalf("EscapeMultiline(%q) = %q has another number of lines", s, lines)
		}
	})
}
