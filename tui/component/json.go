package component

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/charmbracelet/lipgloss"

	"backchannel/tui/style"
)

const (
	colourLimit = 64 << 10 // bytes; the lexer takes about 0.6 s for a MiB
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
	tokens, err := lexers.Get("json").Tokenise(nil, safe)
	if err != nil {
		return strings.Split(safe, "\n")
	}
	lines := []string{""}
	for token := tokens(); token != chroma.EOF; token = tokens() {
		ink := jsonStyle(th, token.Type)
		for i, part := range strings.Split(token.Value, "\n") {
			if i > 0 {
				lines = append(lines, "")
			}
			if part != "" {
				lines[len(lines)-1] += ink.Render(part)
			}
		}
	}
	// The lexer makes sure of a newline at the end; the text had none.
	return lines[:strings.Count(safe, "\n")+1]
}

func jsonStyle(th *style.Theme, t chroma.TokenType) lipgloss.Style {
	switch {
	case t == chroma.NameTag:
		return th.Key
	case t.InSubCategory(chroma.LiteralString):
		return th.String
	case t.InSubCategory(chroma.LiteralNumber), t.InCategory(chroma.Keyword):
		return th.Number
	case t == chroma.Punctuation:
		return th.Bracket
	}
	return th.Text
}
