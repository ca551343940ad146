package component

import (
	"bytes"
	"encoding/json"
	"strings"
	"text/scanner"

	"github.com/charmbracelet/lipgloss"

	"backchannel/tui/style"
)

const (
	colourLimit = 64 << 10 // bytes
	prettyLimit = 8 << 20  // bytes of indented text; deep nesting multiplies a body by its depth
)

// PrettyJSON indents JSON by two spaces. Keys stay in their order and numbers
// keep their digits. It reports false, and gives raw back, when raw is not JSON
// or is nested so deeply that indenting would blow it up.
func PrettyJSON(raw []byte) ([]byte, bool) {
	if indentedSize(raw) > prettyLimit {
		return raw, false
	}
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(raw), "", "  "); err != nil {
		return raw, false
	}
	return b.Bytes(), true
}

// indentedSize is about how large raw becomes when it is indented.
func indentedSize(raw []byte) int {
	size, depth, inString, escaped := len(raw), 0, false, false
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = c == '\\'
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '[' || c == '{':
			depth++
			size += 2*depth + 1
		case c == ']' || c == '}':
			depth = max(0, depth-1)
			size += 2*depth + 1
		case c == ',':
			size += 2*depth + 1
		}
	}
	return size
}

// JSON colours a pretty-printed text line by line, escaped. What is not JSON, or
// longer than 64 KiB, comes back uncoloured, and so does all in a plain theme.
func JSON(th *style.Theme, pretty []byte) []string {
	safe := style.EscapeMultiline(string(pretty))
	if th.Plain || len(pretty) > colourLimit || !json.Valid(pretty) {
		return strings.Split(safe, "\n")
	}
	lines := []string{""}
	words := jsonWords(safe)
	for word := words.Scan(); word != scanner.EOF; word = words.Scan() {
		if word == '\n' {
			lines = append(lines, "")
			continue
		}
		start := words.Offset
		for word == ' ' && words.Peek() == ' ' {
			words.Next()
		}
		lines[len(lines)-1] += jsonStyle(th, word, words.Peek()).Render(safe[start:words.Pos().Offset])
	}
	return lines
}

// jsonWords cuts valid JSON into strings, words (numbers and literals) and single
// characters, white space included.
func jsonWords(text string) *scanner.Scanner {
	words := new(scanner.Scanner).Init(strings.NewReader(text))
	words.Mode = scanner.ScanStrings | scanner.ScanIdents
	words.Whitespace = 0
	words.IsIdentRune = func(r rune, _ int) bool {
		return r == '-' || r == '+' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || r == 'E'
	}
	words.Error = func(*scanner.Scanner, string) {} // of escapes that are not Go's
	return words
}

func jsonStyle(th *style.Theme, word, next rune) lipgloss.Style {
	switch word {
	case scanner.String:
		if next == ':' {
			return th.Key
		}
		return th.String
	case scanner.Ident:
		return th.Number
	case '{', '}', '[', ']', ',', ':':
		return th.Bracket
	}
	return th.Text
}
