package tui

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestKeysEncodedAsNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\x1b[97u":                  "a",
		"\x1b[97;1u":                "a",
		"\x1b[97;2u":                "A",
		"\x1b[97:65;2u":             "A",
		"\x1b[50:64;2u":             "@",
		"\x1b[50;2;64u":             "@",
		"\x1b[106;5u":               "\n",
		"\x1b[13u\x1b[9u\x1b[127u":  "\r\t\x7f",
		"\x1b[27u":                  "\x1b",
		"\x1b[9;2u":                 "\x1b[Z",
		"\x1b[99;5u":                "\x03",
		"\x1b[32;5u":                "\x00",
		"\x1b[98;3u":                "\x1bb",
		"\x1b[98;7u":                "\x1b\x02",
		"\x1b[97;1:3u":              "", // released
		"\x1b[97;1:2u":              "a",
		"\x1b[97;129u":              "a", // num lock
		"\x1b[233u\x1b[128512;1u":   "é😀",
		"\x1b[27;5;106~":            "\n",
		"\x1b[27;2;65~":             "A",
		"\x1b[27;1;45~":             "-",
		"\x1b[57362u":               "\x1b[57362u", // kitty's pause
		"\x1b[A\x1b[3~\x1b[1;5C":    "\x1b[A\x1b[3~\x1b[1;5C",
		"\x1b[200~a\x1b[106;5ub":    "\x1b[200~a\nb",
		"\x1b[?62;22c\x1b[<0;1;1M":  "\x1b[?62;22c\x1b[<0;1;1M",
		"\x1b[999999999999999;9u":   "\x1b[999999999999999;9u",
		"\x1b[55296u\x1b[u\x1b[;5u": "\x1b[55296u\x1b[u\x1b[;5u",
		"\x1b\x1b[97u":              "\x1ba",
		"\x1bOP\x1b]x\a":            "\x1bOP\x1b]x\a",
		"\x1b[27;5~":                "\x1b[27;5~",
	} {
		if got := string(new(keyDecoder).decode([]byte(in), false)); got != want {
			t.Errorf("decode(%q) = %q, want %q", in, got, want)
		}
		// The keys are the same wherever a read ends.
		for cut := range len(in) {
			var d keyDecoder
			got := string(d.decode([]byte(in[:cut]), true)) + string(d.decode([]byte(in[cut:]), false))
			if got != want {
				t.Errorf("decode(%q) in two parts, cut at %d: got %q, want %q", in, cut, got, want)
			}
		}
	}
}

// A lone esc is a key, and does not wait for more bytes.
func TestALoneEscIsNotHeld(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"\x1b", "a\x1b", "\x1b[", "\x1bO"} {
		if got := string(new(keyDecoder).decode([]byte(in), false)); got != in {
			t.Errorf("decode(%q) = %q, want it unchanged", in, got)
		}
	}
}

func FuzzKeyDecoder(f *testing.F) {
	f.Add([]byte("\x1b[97;5ux\x1b[27;2;65~é\x1b"), 3)
	f.Add([]byte("\x1b[0u\x1b"), 37)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		var atOnce keyDecoder
		whole := atOnce.decode(slices.Clone(in), false)
		if len(whole) > len(in) {
			t.Fatalf("%q grew to %q", in, whole)
		}
		cut = max(0, min(cut, len(in)))
		var d keyDecoder
		first := d.decode(in[:cut], true)
		if len(d.held) > maxSequence {
			t.Fatalf("%d bytes are held, want at most %d", len(d.held), maxSequence)
		}
		if d.pasting || bytes.Contains(in, []byte("\x1b[200~")) {
			return // in a paste, what is held depends on where a read ends
		}
		// Whether an esc at the end is held depends on how it was read: directly after a key that
		// is encoded as a number it waits for more, alone it is a key.
		got := slices.Concat(first, d.decode(in[cut:], false), d.held)
		if want := slices.Concat(whole, atOnce.held); !bytes.Equal(got, want) {
			t.Fatalf("in two parts, cut at %d: got %q, want %q", cut, got, want)
		}
	})
}

// encoded returns a pasted text in which the terminal has encoded some or all keys as numbers.
func encoded(text string, keys func(r rune) bool, form string) string {
	var b strings.Builder
	for _, r := range text {
		code, modifiers := r, 1
		if r == '\n' {
			code, modifiers = 'j', 5
		}
		switch {
		case !keys(r):
			b.WriteRune(r)
		case form == "u":
			fmt.Fprintf(&b, "\x1b[%d;%du", code, modifiers)
		default:
			fmt.Fprintf(&b, "\x1b[27;%d;%d~", modifiers, code)
		}
	}
	return b.String()
}

func TestAKeyPastedOnATerminalThatEncodesKeys(t *testing.T) {
	t.Parallel()
	key := largeKey(t)
	breaks := func(r rune) bool { return r == '\n' }
	all := func(rune) bool { return true }
	for name, pasted := range map[string]string{
		"line breaks, bracketed": "\x1b[200~" + encoded(key, breaks, "u") + "\x1b[201~",
		"all, bracketed":         "\x1b[200~" + encoded(key, all, "u") + "\x1b[201~",
		"all, plain":             encoded(key, all, "u"),
		"xterm's, plain":         encoded(key, all, "~"),
	} {
		t.Run(name, func(t *testing.T) {
			cfg, store := realConfig(t)
			p := openConsole(context.Background(), t, cfg)
			p.see("No webhook yet")
			p.press("\x1b[110u") // n
			p.see("Create Feedback Webhook")
			p.press("keyed\t \t\t\t\t\t\x1b[C\t")
			p.press(strings.Repeat("\x1b[C", 3) + "\t")
			p.see("Paste the PEM")
			p.press(pasted)
			p.see("•••• RSA PRIVATE KEY, 51 lines")
			p.press("\x1b[115;5u") // ctrl+s
			p.see("keyed created")
			p.press("\x1b[99;5u") // ctrl+c
			if err := p.end(); err != nil {
				t.Error(err)
			}
			if jwt := store.AllWebhooks()[0].Auth.JWT; jwt.Secret.Reveal() != key {
				t.Errorf("saved a key of %d bytes, want %d", len(jwt.Secret.Reveal()), len(key))
			}
			p.dontSee("MII", "BEGIN", key[100:110])
		})
	}
}
