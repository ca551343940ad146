// Package background finds out whether a terminal's background is dark: see [Dark].
package background

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"
)

// The terminal is asked for its background (OSC 11) and then for what it is (DA1), which
// every terminal answers: so one that knows nothing of the first question is not waited for.
const question = ansi.RequestBackgroundColor + ansi.RequestPrimaryDeviceAttributes

// Dark asks the terminal, for so long at most. Where there is no answer it is taken for
// dark. What came besides the answers was typed, and is handed back.
func Dark(in, out *os.File, patience time.Duration) (isDark bool, typed []byte) {
	before, err := term.MakeRaw(in.Fd())
	if err != nil {
		return true, nil
	}
	defer func() { _ = term.Restore(in.Fd(), before) }()
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return true, nil
	}
	defer reader.Close()
	if _, err := io.WriteString(out, question); err != nil {
		return true, nil
	}
	defer time.AfterFunc(patience, func() { reader.Cancel() }).Stop()
	heard := answer(reader)
	return dark(heard), attributes.ReplaceAll(anyColour.ReplaceAll(heard, nil), nil)
}

var attributes = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)

// answer reads up to the answer to the second question, or as far as it gets.
func answer(from io.Reader) []byte {
	var heard []byte
	buffer := make([]byte, 256)
	for !attributes.Match(heard) && len(heard) < 1<<12 {
		n, err := from.Read(buffer)
		heard = append(heard, buffer[:n]...)
		if err != nil {
			break
		}
	}
	return heard
}

// anyColour is the whole answer to the first question, also one that makes no sense.
var anyColour = regexp.MustCompile(`\x1b\]11;[^\x07\x1b]*(\x07|\x1b\\)`)

var colour = regexp.MustCompile(`\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)`)

func dark(heard []byte) bool {
	parts := colour.FindSubmatch(heard)
	if parts == nil {
		return true
	}
	// The weights of the colours in brightness, ITU-R BT.709.
	brightness := 0.2126*level(parts[1]) + 0.7152*level(parts[2]) + 0.0722*level(parts[3])
	return brightness < 0.5
}

// level is a colour's share of the most that so many digits can say.
func level(digits []byte) float64 {
	value, err := strconv.ParseUint(string(digits), 16, 64)
	most, _ := strconv.ParseUint(string(bytes.Repeat([]byte("f"), len(digits))), 16, 64)
	if err != nil || most == 0 {
		return 0
	}
	return float64(value) / float64(most)
}
