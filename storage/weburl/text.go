package weburl

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoting are the characters that people and programs put around a URL. An ASCII one
// closes what it opened; the others are never part of a URL.
const (
	quoting   = "\"'`“”„‟‘’‚‛«»‹›<>´"
	opening   = quoting + "([{"
	closing   = quoting + ")]}"
	sentence  = ".,;:!?"
	neverPart = "\"`“”„‟‘’‚‛«»‹›<>´"
)

// found is a URL within a longer text.
var found = regexp.MustCompile("(?i)https?://[^\\s\"'`“”„‘’«»<>|]+")

// command is how a line begins that asks for a URL.
var command = regexp.MustCompile(`(?i)^\s*[$#>]?\s*(curl|wget|http|https|fetch|GET|POST|PUT)(\.exe)?\s+\S`)

// extract finds the one URL of a command, a Markdown link, a line of JSON, and the like.
func extract(text string) (did, meant string) {
	at := found.FindStringIndex(text)
	if at == nil {
		if command.MatchString(text) {
			return "is a command; give its URL alone", ""
		}
		return "", ""
	}
	meant = balanced(text[at[0]:at[1]])
	before, after := text[:at[0]], text[at[0]+len(meant):]
	if !surrounds(before, after) {
		return "", ""
	}
	for next := found.FindStringIndex(after); next != nil; next = found.FindStringIndex(after) {
		other := balanced(after[next[0]:next[1]])
		if other != meant {
			return "holds several URLs; give one", ""
		}
		after = after[next[0]+len(other):]
	}
	return "holds more than a URL", meant
}

// surrounds reports whether there is text around a URL that was never meant to be part of
// it. A quote alone, or a space within the URL, is another slip.
func surrounds(before, after string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	if at := strings.IndexFunc(before, word); at >= 0 {
		return !isBare(strings.TrimLeftFunc(before, blank)) && !schemes.MatchString(before)
	}
	if strings.ContainsAny(before, "[(") && strings.Contains(after, "http") {
		return true
	}
	rest := strings.TrimLeft(after, quoting+")]}"+sentence+"|")
	if strings.Contains(before, "<") && strings.HasPrefix(after, "|") { // Slack has <URL|label>
		return true
	}
	trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
	return len(trimmed) < len(rest) && trimmed != "" && (len(rest) < len(after) || strings.ContainsRune("-(|>&;#\"'{$\\", rune(trimmed[0])))
}

// schemes is nothing but schemes, of which each but the last is too many.
var schemes = regexp.MustCompile(`(?i)^\W*(https?\W*)+$`)

// balanced ends a URL before a bracket that closes what stands before it.
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

// cut is a URL that a program had shortened when it was copied.
func cut(text string) (did, meant string) {
	if strings.HasSuffix(strings.TrimRight(text, closing), "…") {
		return "ends with an ellipsis, so it was cut short when it was copied; copy the whole URL", ""
	}
	return "", ""
}

// blank reports whether a character cannot be seen.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Z, unicode.C, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u2800' || r == '\ufffc' || !unicode.IsGraphic(r)
}

// nameOf says what a character is that cannot be seen.
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
		return fmt.Sprintf("a space of another kind, %U", r)
	}
	return fmt.Sprintf("an invisible character, %U", r)
}

// blanks are characters that cannot be seen, pasted along or typed by mistake. A space
// within a path or query is taken for one that was to be part of it.
func blanks(text string) (did, meant string) {
	runes := []rune(text)
	var kept strings.Builder
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && blank(runes[end]) && !joins(runes, end) {
			end++
		}
		if end == i {
			kept.WriteRune(runes[i])
			i++
			continue
		}
		if did == "" {
			did = fmt.Sprintf("holds %s (character %d)", nameOf(runes[i]), i+1)
		}
		if separates(runes[i:end]) && behindHost(kept.String()) && end < len(runes) && inWord(runes[i-1]) && inWord(runes[end]) {
			kept.WriteString("%20")
		}
		i = end
	}
	return did, kept.String()
}

// separates reports whether blanks are as between two words, and not where a line was
// wrapped.
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

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.~%=,+", r)
}

// joins reports whether a joiner stands where some scripts need one: between letters.
func joins(runes []rune, at int) bool {
	if runes[at] != '\u200c' && runes[at] != '\u200d' || at == 0 || at+1 == len(runes) {
		return false
	}
	foreign := func(r rune) bool { return r >= utf8.RuneSelf && unicode.In(r, unicode.L, unicode.M) }
	return foreign(runes[at-1]) && foreign(runes[at+1])
}

// behindHost reports whether the beginning of a URL reaches into its path or query.
func behindHost(text string) bool {
	_, rest, found := strings.Cut(text, "://")
	if !found {
		rest = text
	}
	return strings.ContainsAny(rest, "/?")
}

// escapedQuotes are quotes as HTML and programs write them.
func escapedQuotes(text string) (did, meant string) {
	for _, quote := range []string{"&quot;", "&lt;", "&gt;", "&#34;", "&#39;", "&apos;", `\"`, `\'`} {
		if inner := strings.TrimSuffix(strings.TrimPrefix(text, quote), quote); inner != text {
			return "is in quotes (" + quote + ")", inner
		}
	}
	return "", ""
}

// quoted is what stands in quotes or brackets, perhaps within a sentence.
func quoted(text string) (did, meant string) {
	inner := strings.TrimRight(text, neverPart+sentenceBehind(text))
	if r, size := utf8.DecodeRuneInString(text); strings.ContainsRune(opening, r) && !strings.HasPrefix(text, "[") {
		return describeQuote(r), strings.TrimRight(inner[min(size, len(inner)):], closing+sentence)
	}
	if strings.HasPrefix(text, "[") && strings.Contains(text, "/") && strings.HasSuffix(text, "]") {
		return describeQuote('['), text[1 : len(text)-1]
	}
	if inner != text {
		r, _ := utf8.DecodeRuneInString(text[len(inner):])
		return fmt.Sprintf("has %q behind it", r), inner
	}
	for _, escape := range []string{`\n`, `\r`, `\t`} {
		if strings.HasSuffix(text, escape) {
			return fmt.Sprintf("ends with %s, a backslash and a letter", escape), strings.TrimSuffix(text, escape)
		}
	}
	return "", ""
}

func describeQuote(r rune) string {
	if strings.ContainsRune("([{<", r) {
		return fmt.Sprintf("is in brackets (%c)", r)
	}
	return fmt.Sprintf("is in quotes (%c)", r)
}

// sentenceBehind are the marks that may stand behind a closing quote: in a URL without
// quotes they could be part of it.
func sentenceBehind(text string) string {
	if strings.ContainsAny(strings.TrimRight(text, sentence), neverPart) {
		return sentence
	}
	return ""
}

// quotesWithin are quotes around a part of the URL.
func quotesWithin(text string) (did, meant string) {
	at := strings.IndexAny(text, neverPart)
	if at < 0 {
		return "", ""
	}
	r, _ := utf8.DecodeRuneInString(text[at:])
	return fmt.Sprintf("holds %q, a quote", r), strings.Map(func(r rune) rune {
		if strings.ContainsRune(neverPart, r) {
			return -1
		}
		return r
	}, text)
}

// lookalikes are what word processors and input methods write for ASCII characters.
func lookalikes(text string) (did, meant string) {
	meant = strings.Map(func(r rune) rune {
		plain := plainOf(r)
		if plain != r && did == "" {
			did = fmt.Sprintf("holds %q (%U) for %q", r, r, plain)
		}
		return plain
	}, text)
	return did, meant
}

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

// unneeded is a backslash that a shell put before a character.
var unneeded = regexp.MustCompile(`\\([?=&#~!$'()*;\[\]{}"%+,@:^])`)

// backslashes are those of another system's paths, or of a shell's escapes. Browsers read
// them as slashes, too (WHATWG URL §4.4).
func backslashes(text string) (did, meant string) {
	if !strings.Contains(text, `\`) {
		return "", ""
	}
	return `holds '\\', a backslash`, strings.ReplaceAll(unneeded.ReplaceAllString(text, "$1"), `\`, "/")
}

// placeholders stand for what is still to be filled in.
var placeholders = regexp.MustCompile(`\$\{[^{}]*\}|\$[A-Z_][A-Z0-9_]*|\{\{[^{}]*\}\}|\{[A-Za-z_][\w .-]*\}|<[A-Za-z_][\w .-]*>|%[A-Za-z_]{3,}%`)

// placeholder says which part is one. A host of capitals is in every manual.
func placeholder(text string) (did, meant string) {
	at := placeholders.FindStringIndex(text)
	if at == nil || strings.Contains(text, "@") {
		return "", ""
	}
	part := text[at[0]:at[1]]
	if strings.HasPrefix(part, "<") && (at[0] == 0 || strings.Contains(text, "</")) {
		return "", ""
	}
	return fmt.Sprintf("holds %s, which looks like a placeholder; put its value there%s", part, literally(part)), ""
}

func literally(part string) string {
	if !strings.HasPrefix(part, "{") {
		return ""
	}
	return ", or write " + strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20").Replace(part) + " for the braces themselves"
}
