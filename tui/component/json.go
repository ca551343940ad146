package component

import (
	"bytes"
	"encoding/json"
	"strings"
	"text/scanner"

	"backchannel/tui/style"
)

const (
	colourLimit = 64 << 10 // bytes
	prettyLimit = 8 << 20  // bytes of indented text; deep nesting multiplies a body by its depth
)

// PrettyJSON indents JSON by two spaces. It preserves the order of keys and the digits of
// numbers. If raw is not JSON, or nested so deeply that the indented text would be too long,
// it returns raw and false.
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

// ContentOf returns a body to show: indented if it is JSON, and otherwise unchanged.
func ContentOf(raw []byte) Content {
	pretty, indented := PrettyJSON(raw)
	return Content{Text: string(pretty), Indent: indented}
}

// indentedSize estimates the size of raw when indented.
func indentedSize(raw []byte) int {
	size, depth := len(raw), 0
	words := jsonWords(string(raw))
	for word := words.Scan(); word != scanner.EOF; word = words.Scan() {
		switch word {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case ',':
		default:
			continue
		}
		size += 2*depth + 1
	}
	return size
}

// JSON escapes a pretty-printed text and colours it line by line. It does not colour text
// that is not JSON or longer than 64 KiB, or any text in a plain theme.
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

// jsonWords splits valid JSON into strings, words (numbers and literals) and single
// characters, including white space.
func jsonWords(text string) *scanner.Scanner {
	words := new(scanner.Scanner).Init(strings.NewReader(text))
	words.Mode = scanner.ScanStrings | scanner.ScanIdents
	words.Whitespace = 0
	words.IsIdentRune = func(r rune, _ int) bool {
		return r == '-' || r == '+' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || r == 'E'
	}
	words.Error = func(*scanner.Scanner, string) {} // ignores escapes that Go does not have
	return words
}

func jsonStyle(th *style.Theme, word, next rune) style.Style {
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
