package tui

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A keyDecoder replaces keys that a terminal encodes as numbers by the traditional bytes, which
// are all that bubbletea v1 understands: CSI code ; modifiers u (fixterms, kitty) and
// CSI 27 ; modifiers ; code ~ (xterm's modifyOtherKeys). tmux with extended-keys on sends these
// without being asked to, even for line breaks within a paste.
type keyDecoder struct {
	held    []byte // the beginning of an incomplete sequence
	pasting bool   // within a bracketed paste
}

// decode returns the decoded bytes and holds back an incomplete sequence at their end, because
// a read may end in the middle of one. A lone esc may be a key or the beginning of a sequence.
// It is held back if more bytes can be read at once, within a paste, and directly after a key
// that is encoded as a number.
func (d *keyDecoder) decode(in []byte, more bool) []byte {
	in = slices.Concat(d.held, in)
	d.held = nil
	out := make([]byte, 0, len(in))
	for after := false; len(in) > 0; {
		at := bytes.IndexByte(in, '\x1b')
		if at < 0 {
			break
		}
		out, in, after = append(out, in[:at]...), in[at:], after && at == 0
		n, complete := sequenceLength(in)
		switch {
		case !complete && (more || d.pasting || after || n > len("\x1b[")):
			d.held = slices.Clone(in)
			return out
		case !complete:
			return append(out, in...)
		}
		key := keyBytes(in[:n])
		d.trackPaste(key)
		after = len(key) != n
		out, in = append(out, key...), in[n:]
	}
	if n := incompleteRune(in); (more || d.pasting) && n > 0 {
		d.held = slices.Clone(in[len(in)-n:])
		in = in[:len(in)-n]
	}
	return append(out, in...)
}

// trackPaste records where a bracketed paste begins and ends.
func (d *keyDecoder) trackPaste(sequence []byte) {
	switch string(sequence) {
	case "\x1b[200~":
		d.pasting = true
	case "\x1b[201~":
		d.pasting = false
	}
}

// sequenceLength returns the length of the sequence at the beginning of in, if its parameters
// are numbers. For any other sequence it returns the length of the esc.
func sequenceLength(in []byte) (n int, complete bool) {
	if len(in) == 2 && in[1] == 'O' {
		return 2, false // a function key, whose name follows
	}
	if len(in) > 1 && in[1] != '[' {
		return 1, true
	}
	for n = 2; n < len(in) && n < maxSequence; n++ {
		if in[n] >= '@' && in[n] <= '~' {
			return n + 1, true
		}
		if !bytes.ContainsRune([]byte("0123456789;:"), rune(in[n])) {
			return 1, true
		}
	}
	if n >= maxSequence {
		return 1, true
	}
	return len(in), false
}

// maxSequence is the length from which an incomplete sequence is no longer held back, because it is
// not a key.
const maxSequence = 64

// incompleteRune returns the number of bytes at the end that begin an incomplete character.
func incompleteRune(in []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(in); n++ {
		if tail := in[len(in)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// The bits of a key's modifiers.
const (
	shiftBit = 1
	altBit   = 2
	ctrlBit  = 4
)

// keyBytes returns the traditional bytes of a key that is encoded as a number. It returns
// other sequences unchanged.
func keyBytes(sequence []byte) []byte {
	body, final := string(sequence[min(2, len(sequence)):]), byte(0)
	if body != "" {
		body, final = body[:len(body)-1], body[len(body)-1]
	}
	fields := strings.Split(body, ";")
	switch {
	case final == 'u':
	case final == '~' && len(fields) == 3 && fields[0] == "27":
		fields = []string{fields[2], fields[1]}
	default:
		return sequence
	}
	key, ok := readKey(fields)
	if !ok {
		return sequence
	}
	return key.bytes()
}

// An encodedKey is the content of a sequence.
type encodedKey struct {
	code, shifted rune
	modifiers     int
	released      bool
	text          string // the text that the key types, if the terminal reports it
}

// readKey reads the fields of a key's sequence: its code, the modifiers and the event, and the
// text that it types.
func readKey(fields []string) (k encodedKey, ok bool) {
	codes := strings.Split(fields[0], ":")
	if k.code, ok = readRune(codes[0]); !ok || k.code >= 0xe000 && k.code < 0xf900 {
		return k, false // kitty encodes keys that type nothing in the private use area
	}
	if len(codes) > 1 {
		k.shifted, _ = readRune(codes[1])
	}
	if len(fields) > 1 {
		modifiers, event, _ := strings.Cut(fields[1], ":")
		n, _ := strconv.Atoi(modifiers)
		k.modifiers, k.released = max(0, n-1), event == "3"
	}
	if len(fields) > 2 {
		for code := range strings.SplitSeq(fields[2], ":") {
			if r, ok := readRune(code); ok {
				k.text += string(r)
			}
		}
	}
	return k, true
}

// readRune reads a code point.
func readRune(text string) (rune, bool) {
	n, err := strconv.ParseInt(text, 10, 32)
	return rune(n), err == nil && utf8.ValidRune(rune(n))
}

// bytes returns what a terminal without the protocol would send for the key, which is what
// bubbletea understands, or nil for the release of a key.
func (k encodedKey) bytes() []byte {
	key := string(k.code)
	switch {
	case k.released:
		return nil
	case k.text != "":
		key = k.text
	case k.code == '\t' && k.modifiers&shiftBit != 0:
		return []byte("\x1b[Z")
	case k.modifiers&ctrlBit != 0:
		key = string(control(k.code))
	case k.modifiers&shiftBit != 0 && k.shifted != 0:
		key = string(k.shifted)
	case k.modifiers&shiftBit != 0:
		key = string(unicode.ToUpper(k.code))
	}
	if k.modifiers&altBit != 0 {
		key = "\x1b" + key
	}
	return []byte(key)
}

// control returns the control character of a key.
func control(key rune) rune {
	switch upper := unicode.ToUpper(key); {
	case upper >= '@' && upper <= '_':
		return upper - '@'
	case key == ' ':
		return 0
	case key == '?':
		return 0x7f
	}
	return key
}
