package weburl

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The characters that people and programs put around a URL. Those in neverPart cannot be part of
// one.
const (
	quoting   = "\"'`“”„‟‘’‚‛«»‹›<>´"
	opening   = quoting + "([{"
	closing   = quoting + ")]}"
	sentence  = ".,;:!?"
	neverPart = "\"`“”„‟‘’‚‛«»‹›<>´"
)

// found matches a URL in a longer text.
var found = regexp.MustCompile("(?i)https?://[^\\s\"'`“”„‘’«»<>|]+")

// command matches the beginning of a command that has a URL as its argument.
var command = regexp.MustCompile(`(?i)^\s*[$#>]?\s*(curl|wget|http|https|fetch|GET|POST|PUT)(\.exe)?\s+\S`)

// surrounded recognizes a URL in a longer text, such as a command, a Markdown link or a line of JSON.
func surrounded(text string) (mistake, intended string) {
	at := found.FindStringIndex(text)
	if at == nil {
		if command.MatchString(text) {
			return "is a command; give only its URL", ""
		}
		return "", ""
	}
	intended = balanced(text[at[0]:at[1]])
	before, after := text[:at[0]], text[at[0]+len(intended):]
	if !surrounds(before, after) {
		return "", ""
	}
	for next := found.FindStringIndex(after); next != nil; next = found.FindStringIndex(after) {
		other := balanced(after[next[0]:next[1]])
		if other != intended {
			return "contains several URLs; give one", ""
		}
		after = after[next[0]+len(other):]
	}
	return "contains more than a URL", intended
}

// surrounds reports whether the text around a URL is not part of it. Only a quote there, or a
// space in the URL, is a mistake that others recognize.
func surrounds(before, after string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	if at := strings.IndexFunc(before, word); at >= 0 {
		return !isSchemeless(strings.TrimLeftFunc(before, invisible)) && !onlySchemes.MatchString(before)
	}
	if strings.ContainsAny(before, "[(") && strings.Contains(after, "http") {
		return true
	}
	rest := strings.TrimLeft(after, quoting+")]}"+sentence+"|")
	if strings.Contains(before, "<") && strings.HasPrefix(after, "|") { // Slack writes <URL|label>
		return true
	}
	trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
	return len(trimmed) < len(rest) && trimmed != "" && (len(rest) < len(after) || strings.ContainsRune("-(|>&;#\"'{$\\", rune(trimmed[0])))
}

// onlySchemes matches text that consists of schemes, as before the last one in https://https://.
var onlySchemes = regexp.MustCompile(`(?i)^\W*(https?\W*)+$`)

// balanced cuts a URL before a bracket that closes one before the URL.
func balanced(text string) string {
	open := map[rune]int{}
	for i, r := range text {
		switch r {
		case '(', '[':
			open[r]++
		case ')':
			open['(']--
		case ']':
			open['[']--
		}
		if open['('] < 0 || open['['] < 0 {
			return text[:i]
		}
	}
	return strings.TrimRight(text, sentence)
}

// invisible reports whether a character is invisible.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Z, unicode.C, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u2800' || r == '\ufffc' || !unicode.IsGraphic(r)
}

// nameOf describes an invisible character.
func nameOf(r rune) string {
	switch {
	case r == ' ':
		return "a space"
	case r == '\n' || r == '\r':
		return fmt.Sprintf("a line break, %U", r)
	case r == '\t':
		return fmt.Sprintf("a tab, %U", r)
	case r == '\u00a0':
		return fmt.Sprintf("a no-break space, %U", r)
	case unicode.IsControl(r):
		return fmt.Sprintf("a control character, %U", r)
	case unicode.IsSpace(r):
		return fmt.Sprintf("an unusual space, %U", r)
	}
	return fmt.Sprintf("an invisible character, %U", r)
}

// invisibles recognizes invisible characters, pasted or typed by mistake. It assumes that a space
// within a path or query was meant to be part of it.
func invisibles(text string) (mistake, intended string) {
	runes := []rune(text)
	var kept strings.Builder
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && invisible(runes[end]) && !joins(runes, end) {
			end++
		}
		if end == i {
			kept.WriteRune(runes[i])
			i++
			continue
		}
		if mistake == "" {
			mistake = fmt.Sprintf("contains %s (character %d)", nameOf(runes[i]), i+1)
		}
		if separates(runes[i:end]) && pastHost(kept.String()) && end < len(runes) && inWord(runes[i-1]) && inWord(runes[end]) {
			kept.WriteString("%20")
		}
		i = end
	}
	return mistake, kept.String()
}

// separates reports whether invisible characters separate two words, and not the lines of a wrapped text.
func separates(run []rune) bool {
	spaces := 0
	for _, r := range run {
		switch {
		case unicode.In(r, unicode.Zs):
			spaces++
		case unicode.IsSpace(r):
			return false
		}
	}
	return spaces == 1
}

// inWord reports whether a character may be part of a name, so that punctuation beside it belongs
// to the name.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.~%=,+", r)
}

// joins reports whether a character is a joiner between two letters, where some scripts need
// one.
func joins(runes []rune, at int) bool {
	if runes[at] != '\u200c' && runes[at] != '\u200d' || at == 0 || at+1 == len(runes) {
		return false
	}
	foreign := func(r rune) bool { return r >= utf8.RuneSelf && unicode.In(r, unicode.L, unicode.M) }
	return foreign(runes[at-1]) && foreign(runes[at+1])
}

// pastHost reports whether the beginning of a URL extends into its path or query.
func pastHost(text string) bool {
	_, rest, found := strings.Cut(text, "://")
	if !found {
		rest = text
	}
	return strings.ContainsAny(rest, "/?")
}

// escapedQuotes recognizes quotes that are escaped, for HTML or in a string of a program.
func escapedQuotes(text string) (mistake, intended string) {
	for _, quote := range []string{"&quot;", "&lt;", "&gt;", "&#34;", "&#39;", "&apos;", `\"`, `\'`} {
		if inner := strings.TrimSuffix(strings.TrimPrefix(text, quote), quote); inner != text {
			return "is in quotes (" + quote + ")", inner
		}
	}
	return "", ""
}

// quoted recognizes a URL in quotes or brackets, perhaps at the end of a sentence.
func quoted(text string) (mistake, intended string) {
	inner := strings.TrimRight(text, neverPart+punctuationAfterQuote(text))
	if r, size := utf8.DecodeRuneInString(text); strings.ContainsRune(opening, r) && !strings.HasPrefix(text, "[") {
		return describeQuote(r), strings.TrimRight(inner[min(size, len(inner)):], closing+sentence)
	}
	if strings.HasPrefix(text, "[") && strings.Contains(text, "/") && strings.HasSuffix(text, "]") {
		return describeQuote('['), text[1 : len(text)-1]
	}
	if inner != text {
		r, _ := utf8.DecodeRuneInString(text[len(inner):])
		return fmt.Sprintf("is followed by %q", r), inner
	}
	for _, escape := range []string{`\n`, `\r`, `\t`} {
		if before, ok := strings.CutSuffix(text, escape); ok {
			return fmt.Sprintf("ends with %s, a backslash and a letter", escape), before
		}
	}
	return "", ""
}

// describeQuote says what is around the URL.
func describeQuote(r rune) string {
	if strings.ContainsRune("([{<", r) {
		return fmt.Sprintf("is in brackets (%c)", r)
	}
	return fmt.Sprintf("is in quotes (%c)", r)
}

// punctuationAfterQuote returns the punctuation that may follow a closing quote. Without quotes it could
// be part of the URL.
func punctuationAfterQuote(text string) string {
	if strings.ContainsAny(strings.TrimRight(text, sentence), neverPart) {
		return sentence
	}
	return ""
}

// quotesWithin recognizes quotes around part of the URL.
func quotesWithin(text string) (mistake, intended string) {
	at := strings.IndexAny(text, neverPart)
	if at < 0 {
		return "", ""
	}
	r, _ := utf8.DecodeRuneInString(text[at:])
	return fmt.Sprintf("contains %q, a quote", r), strings.Map(func(r rune) rune {
		if strings.ContainsRune(neverPart, r) {
			return -1
		}
		return r
	}, text)
}

// lookalikes recognizes characters that word processors and input methods substitute for ASCII ones.
func lookalikes(text string) (mistake, intended string) {
	intended = strings.Map(func(r rune) rune {
		plain := plainOf(r)
		if plain != r && mistake == "" {
			mistake = fmt.Sprintf("contains %q (%U) instead of %q", r, r, plain)
		}
		return plain
	}, text)
	return mistake, intended
}

// plainOf returns the ASCII character that looks like another one, such as a fullwidth form, or
// the character itself.
func plainOf(r rune) rune {
	const fullwidth = 0xff01 - '!'
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		return r - fullwidth
	case r == '\u3002' || r == '\uff61':
		return '.'
	case r == '\u2044' || r == '\u2215':
		return '/'
	case r >= '\u2010' && r <= '\u2015' || r == '\u2212':
		return '-'
	case r == '\ua789' || r == '\u2236':
		return ':'
	}
	return r
}

// shellEscape matches a character that was escaped for a shell.
var shellEscape = regexp.MustCompile(`\\([?=&#~!$'()*;\[\]{}"%+,@:^])`)

// backslashes recognizes the backslashes of Windows paths and shell escapes. Browsers, too, read
// them as slashes (WHATWG URL §4.4).
func backslashes(text string) (mistake, intended string) {
	if !strings.Contains(text, `\`) {
		return "", ""
	}
	return `contains '\\', a backslash`, strings.ReplaceAll(shellEscape.ReplaceAllString(text, "$1"), `\`, "/")
}

// placeholders matches what is still to be replaced by a value.
var placeholders = regexp.MustCompile(`\$\{[^{}]*\}|\$[A-Z_][A-Z0-9_]*|\{\{[^{}]*\}\}|\{[A-Za-z_][\w .-]*\}|<[A-Za-z_][\w .-]*>|%[A-Za-z_]{3,}%`)

// placeholder recognizes a placeholder. A host in capitals without such marks may be a real name.
func placeholder(text string) (mistake, intended string) {
	at := placeholders.FindStringIndex(text)
	if at == nil || strings.Contains(text, "@") {
		return "", ""
	}
	part := text[at[0]:at[1]]
	if strings.HasPrefix(part, "<") && (at[0] == 0 || strings.Contains(text, "</")) {
		return "", ""
	}
	return fmt.Sprintf("contains %s, which looks like a placeholder; put its value there%s", part, literally(part)), ""
}

// literally says how to write a placeholder in braces if it is not one.
func literally(part string) string {
	if !strings.HasPrefix(part, "{") {
		return ""
	}
	return ", or write " + strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20").Replace(part) + " for the braces themselves"
}
