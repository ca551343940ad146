// Package pemfile parses certificates and private keys in PEM (RFC 7468). Start with
// [Certificates], [PrivateKey] or [KeyPair].
//
// The parsers of the standard library skip what they do not understand, so that half of a
// bundle may be lost silently. Here a block that cannot be used is a [Fault], which names
// the block, its line and the command that repairs it. A byte order mark and any kind of
// line break are accepted, and text between the blocks, such as openssl writes, is ignored.
//
// Errors contain nothing of the input except labels and line numbers.
package pemfile

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
)

const (
	beginMark = "-----BEGIN "
	endMark   = "-----END "
	dashes    = "-----"
)

// maxLabelLength is about twice the length of the labels in use.
const maxLabelLength = 40

// The commands that repair a PEM, from stdin to stdout.
const (
	unescape = `awk '{gsub(/"/,""); gsub(/\\r/,""); gsub(/\\n/,"\n")}1'`
	separate = `awk '{gsub(/-----(BEGIN|END)[A-Z0-9 ]*-----/,"\n&\n")}1'`
	unindent = `sed 's/^[[:space:]]*//'`
	unquote  = `sed 's/^[> ]*//'`
	unbase64 = `base64 -d`
	// printable removes everything but printable ASCII.
	printable = `LC_ALL=C tr -cd '\n -~'`
)

// A Fault explains why a PEM cannot be used.
type Fault struct {
	What   string
	Filter string // the command that repairs it, from stdin to stdout, if there is one
}

// Error says what is wrong, and names the command that fixes it if there is one.
func (f *Fault) Error() string {
	if f.Filter == "" {
		return f.What
	}
	return f.What + "; fix it with " + f.Filter + " < FILE > NEWFILE"
}

// faultf returns a fault that filter fixes. If filter is "", no command does.
func faultf(filter, format string, args ...any) *Fault {
	return &Fault{fmt.Sprintf(format, args...), filter}
}

// A block is one of the blocks of a PEM.
type block struct {
	label     string
	bytes     []byte
	encrypted bool // according to its header (RFC 1421)
	n, line   int  // counted from 1
}

// name identifies the block in a message.
func (b block) name() string { return fmt.Sprintf("PEM block %d (%s, line %d)", b.n, b.label, b.line) }

// blocks reads all blocks of a text.
func blocks(text []byte) ([]block, error) {
	if set := WideCharset(text); set != "" {
		return nil, faultf("iconv -f "+set+" -t UTF-8", "the text is %s; a PEM is ASCII", set)
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte(base64.StdEncoding.EncodeToString([]byte("-----BEGIN"))[:13])) {
		return nil, faultf(unbase64, "the PEM is encoded in base64 a second time")
	}
	s := scanner{lines: lines(text)}
	var all []block
	for s.seek() {
		b, err := s.block()
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, s.err
}

// WideCharset names the character set of a text in UTF-16 or UTF-32, as iconv does.
func WideCharset(text []byte) string {
	switch has := func(prefix ...byte) bool { return bytes.HasPrefix(text, prefix) }; {
	case has(0xFF, 0xFE, 0, 0), has(0, 0, 0xFE, 0xFF):
		return "UTF-32"
	case has(0xFF, 0xFE), has(0xFE, 0xFF):
		return "UTF-16"
	}
	const look = 4
	if len(text) < look {
		return ""
	}
	switch zero := func(i int) bool { return text[i] == 0 }; {
	case !zero(0) && zero(1) && !zero(2) && zero(3):
		return "UTF-16LE"
	case zero(0) && !zero(1) && zero(2) && !zero(3):
		return "UTF-16BE"
	}
	return ""
}

// lines splits a text at LF, CR or both (RFC 7468 §3). A byte order mark may begin any line,
// because files are concatenated.
func lines(text []byte) []string {
	unified := strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n")
	all := strings.Split(unified, "\n")
	for i, line := range all {
		all[i] = strings.TrimRightFunc(strings.TrimPrefix(line, "\uFEFF"), unicode.IsSpace)
	}
	return all
}

// A scanner reads the lines of a PEM.
type scanner struct {
	lines []string
	next  int // index of a line
	n     int // blocks so far
	err   error
}

// seek moves to the next BEGIN line. It skips text, but not the remains of a block.
func (s *scanner) seek() bool {
	for ; s.next < len(s.lines); s.next++ {
		line := s.lines[s.next]
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if strings.Contains(line, beginMark) {
			return true
		}
		if strings.Contains(line, endMark) {
			s.err = faultf("", "line %d ends a block whose BEGIN line is missing or damaged; copy the block from its file again", s.next+1)
			return false
		}
		if s.err = stray(line, s.next+1); s.err != nil {
			return false
		}
	}
	return false
}

// block reads a block from its BEGIN line to its END line.
func (s *scanner) block() (block, error) {
	s.n++
	b := block{n: s.n, line: s.next + 1}
	label, err := b.begin(s.lines[s.next])
	if err != nil {
		return b, err
	}
	b.label = label
	first := s.next + 1
	for s.next = first; s.next < len(s.lines); s.next++ {
		line := s.lines[s.next]
		if strings.Contains(line, endMark) {
			if err := b.end(line, s.next+1); err != nil {
				return b, err
			}
			err := b.decode(s.lines[first:s.next], first+1)
			s.next++
			return b, err
		}
		if strings.Contains(line, beginMark) {
			break
		}
	}
	return b, faultf("", "%s has no END line of the same name: was it cut when copied? Copy it from its file again", b.name())
}

// begin reads the label of a BEGIN line. It accepts only characters of labels, because a
// label is displayed, and what follows a damaged BEGIN line may be key material.
func (b block) begin(line string) (label string, err error) {
	before, after, _ := strings.Cut(line, beginMark)
	label, rest, found := strings.Cut(after, dashes)
	notLabel := func(r rune) bool { return r != ' ' && (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	if !found || len(label) > maxLabelLength || strings.ContainsFunc(label, notLabel) {
		if clean := withoutInvisible(line); clean != line {
			_, err := b.begin(clean)
			return "", invisible(err, "PEM block %d has invisible characters in its BEGIN line (line %d)", b.n, b.line)
		}
		return "", faultf("", "PEM block %d (line %d) has a damaged BEGIN line: it should read like \"-----BEGIN PRIVATE KEY-----\"", b.n, b.line)
	}
	b.label = label
	switch {
	case strings.HasPrefix(rest, `\n`), strings.HasPrefix(rest, `\r`):
		return "", faultf(unescape, `%s has the two characters \n instead of line breaks`, b.name())
	case strings.Contains(rest, endMark):
		return "", faultf(separate, "%s is all on one line", b.name())
	case withoutInvisible(before+rest) == "" && before+rest != "":
		return "", faultf(printable, "%s has invisible characters on its BEGIN line", b.name())
	case rest != "":
		return "", faultf(separate, "%s has more than its label on its BEGIN line", b.name())
	case before == "":
		return label, nil
	case strings.TrimSpace(before) == "":
		return "", faultf(unindent, "%s is indented", b.name())
	case strings.Trim(before, "> ") == "":
		return "", faultf(unquote, "%s is quoted as in mail", b.name())
	case strings.HasSuffix(before, dashes):
		return "", faultf(separate, "%s begins on the line on which another block ends", b.name())
	}
	return "", faultf(separate, "%s begins after something else on its line", b.name())
}

// end checks the line that ends the block. pem.Decode would silently ignore a block with a damaged
// END line.
func (b block) end(line string, n int) error {
	before, after, _ := strings.Cut(line, endMark)
	label, rest, found := strings.Cut(after, dashes)
	switch {
	case withoutInvisible(line) == endMark+b.label+dashes && line != withoutInvisible(line):
		return faultf(printable, "%s has invisible characters on its END line (line %d)", b.name(), n)
	case !found || label != b.label:
		return faultf("", "%s has no END line of the same name: line %d ends another; copy it from its file again", b.name(), n)
	case before != "" && strings.TrimSpace(before) == "":
		return faultf(unindent, "%s is indented on line %d", b.name(), n)
	case before != "":
		return faultf(separate, "%s ends after something else on line %d", b.name(), n)
	case strings.HasPrefix(rest, beginMark):
		return faultf(separate, "%s ends on line %d, on which the next block begins", b.name(), n)
	case rest != "":
		return faultf(separate, "%s has something after its end on line %d", b.name(), n)
	}
	return nil
}

// decode reads the lines between BEGIN and END: headers, if any, and base64.
func (b *block) decode(inner []string, first int) error {
	var text strings.Builder
	var err error
	for i, line := range inner {
		if strings.Contains(line, ":") {
			b.encrypted = b.encrypted || strings.HasPrefix(line, "DEK-Info:") || strings.Contains(line, "ENCRYPTED")
			continue
		}
		if strings.ContainsFunc(line, notBase64) {
			if !strings.ContainsFunc(withoutInvisible(line), notBase64) {
				return faultf(printable, "%s has invisible characters on line %d", b.name(), first+i)
			}
			return faultf("", "%s does not hold base64 on line %d; copy it from its file again", b.name(), first+i)
		}
		text.WriteString(strings.Join(strings.Fields(line), ""))
	}
	if b.bytes, err = base64.StdEncoding.DecodeString(text.String()); err != nil {
		return faultf("", "%s does not hold whole base64 between its BEGIN and END lines; copy it from its file again", b.name())
	}
	return nil
}

// notBase64 reports whether a character can be neither base64 nor white space within it.
func notBase64(r rune) bool {
	return !unicode.IsSpace(r) && r != '+' && r != '/' && r != '=' &&
		(r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
