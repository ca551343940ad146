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

// query asks the terminal for its background colour (OSC 11) and then for its attributes
// (DA1). Every terminal answers the latter, so there is no need to wait for a timeout if one
// does not answer the former.
const query = ansi.RequestBackgroundColor + ansi.RequestPrimaryDeviceAttributes

// Dark reports whether a terminal's background is dark. Without an answer within the timeout it
// returns true, as most terminals are dark. It also returns the input that is not part of an answer,
// which a person has typed meanwhile.
func Dark(in, out *os.File, timeout time.Duration) (isDark bool, typed []byte) {
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
	if _, err := io.WriteString(out, query); err != nil {
		return true, nil
	}
	defer time.AfterFunc(timeout, func() { reader.Cancel() }).Stop()
	input := readAnswers(reader)
	return dark(input), attributes.ReplaceAll(anyColour.ReplaceAll(input, nil), nil)
}

var attributes = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)

// readAnswers reads up to the answer to the second part of the query, but no more than 4 KiB: a
// terminal that sends anything else must not delay the console forever.
func readAnswers(from io.Reader) (input []byte) {
	buffer := make([]byte, 256)
	for !attributes.Match(input) && len(input) < 1<<12 {
		n, err := from.Read(buffer)
		input = append(input, buffer[:n]...)
		if err != nil {
			break
		}
	}
	return input
}

// anyColour matches an answer to the first part of the query, even if it is not a colour.
var anyColour = regexp.MustCompile(`\x1b\]11;[^\x07\x1b]*(\x07|\x1b\\)`)

var colour = regexp.MustCompile(`\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)`)

// dark reports whether the colour in an answer is dark, or true if there is none.
func dark(input []byte) bool {
	parts := colour.FindSubmatch(input)
	if parts == nil {
		return true
	}
	// The weights of the colours are those of ITU-R BT.709.
	brightness := 0.2126*level(parts[1]) + 0.7152*level(parts[2]) + 0.0722*level(parts[3])
	return brightness < 0.5
}

// level returns a hexadecimal number as a fraction of the largest one with as many digits.
func level(digits []byte) float64 {
	value, err := strconv.ParseUint(string(digits), 16, 64)
	limit, _ := strconv.ParseUint(string(bytes.Repeat([]byte("f"), len(digits))), 16, 64)
	if err != nil || limit == 0 {
		return 0
	}
	return float64(value) / float64(limit)
}
