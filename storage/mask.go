package storage

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Mask hides secrets that are known in texts that somebody else made of them: an
// endpoint that answers with what it was sent, say. It finds them as they are, and
// percent-encoded (RFC 3986 §2.1), escaped as in JSON, HTML or Go, in base64 and in
// hexadecimal. The zero value hides nothing. A Mask never changes, and may be used by many
// goroutines at a time.
type Mask struct {
	secrets []string
	least   int // shorter texts hold none of their forms
	forms   func() *formSet
	base    *Mask
}

// The lengths from which a secret is looked for. A shorter one is found only where a
// value is nothing else, since every other text would hold it by chance.
const (
	minWithin = 8 // within any text
	minAlone  = 4 // as a word of its own
)

// NewMask makes a mask for secrets, each as it is sent or kept: a header's value, a key.
// Their parts that are secrets by themselves are hidden too: the token behind "Bearer",
// its signature, the password in Basic authentication, each cookie's value.
func NewMask(secrets ...string) *Mask { return (*Mask)(nil).With(secrets...) }

// With is a mask that hides further secrets as well.
func (m *Mask) With(secrets ...string) *Mask {
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
	if len(secrets) == 0 && m != nil {
		return m
	}
	made := &Mask{base: m, secrets: secrets, forms: sync.OnceValue(func() *formSet { return newFormSet(secrets) })}
	for i, secret := range secrets {
		if least := shortestForm(secret); i == 0 || least < made.least {
			made.least = least
		}
	}
	return made
}

// shortestForm is how long a text must be for anything of the secret to be in it. It is
// asked of each token that is minted, most of whose answers are too short.
func shortestForm(secret string) int {
	if !strings.Contains(secret, tokenStart) || strings.ContainsAny(secret, ";,=") {
		return minAlone
	}
	return max(minAlone, len(secret)-strings.LastIndexByte(secret, '.')-1)
}

// Text replaces each secret in a text by Masked.
func (m *Mask) Text(text string) string {
	if whole, cut := strings.CutSuffix(text, "…"); cut {
		return m.hide(whole, true) + "…"
	}
	return m.hide(text, false)
}

func (m *Mask) hide(text string, cut bool) string {
	for ; m != nil; m = m.base {
		switch {
		case slices.Contains(m.secrets, text):
			return Masked
		case m.forms != nil && (cut || len(text) >= m.least):
			text = m.forms().hide(text, cut)
		}
	}
	return text
}

// Start is Text for the beginning of a text that goes on: what may be the beginning of a
// secret at its end is hidden, too.
func (m *Mask) Start(text string) string { return m.hide(text, true) }

// Holds reports whether there is a secret in a text.
func (m *Mask) Holds(text string) bool { return m.Text(text) != text }

// A formSet is everything that a mask looks for.
type formSet struct {
	whole  []string // hidden where a text is nothing else
	forms  []form
	begins [256][]int // by what a text has there, the forms that may begin
}

func newFormSet(secrets []string) *formSet {
	s := &formSet{}
	for _, secret := range secrets {
		s.add(secret)
		for _, part := range secretParts(secret) {
			s.add(part)
		}
	}
	for i := range s.forms {
		for c := range s.begins {
			if strings.IndexByte(escapeStarts, byte(c)) >= 0 || s.forms[i].folded(byte(c)) == s.forms[i].text[0] {
				s.begins[c] = append(s.begins[c], i)
			}
		}
	}
	return s
}

func (s *formSet) add(secret string) {
	if secret != "" && !slices.Contains(s.whole, secret) {
		s.whole = append(s.whole, secret)
		s.forms = append(s.forms, formsOf(secret)...)
	}
}

// hide replaces what it finds; cut says that the text went on.
func (s *formSet) hide(text string, cut bool) string {
	if slices.Contains(s.whole, text) {
		return Masked
	}
	var hidden strings.Builder
	kept := 0 // all before it is in hidden
	for i := 0; i < len(text); {
		end := s.matchAt(text, i, cut)
		if end == 0 {
			i++
			continue
		}
		hidden.WriteString(text[kept:i])
		hidden.WriteString(Masked)
		i, kept = end, end
	}
	if kept == 0 {
		return text
	}
	return hidden.String() + text[kept:]
}

// matchAt is the end of the longest form that begins there, or 0.
func (s *formSet) matchAt(text string, at int, cut bool) (end int) {
	for _, i := range s.begins[text[at]] {
		end = max(end, s.forms[i].match(text, at, cut))
	}
	return end
}

var (
	schemed = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,19} +(\S.*)$`) // RFC 9110 §11.4
	paired  = regexp.MustCompile(`=\s*"?([^;,"\s]+)`)
)

// secretParts are what a secret holds that is one by itself.
func secretParts(secret string) (parts []string) {
	if found := schemed.FindStringSubmatch(secret); found != nil {
		parts = append(parts, found[1])
		if plain, err := base64.StdEncoding.DecodeString(found[1]); err == nil {
			_, password, _ := strings.Cut(string(plain), ":") // RFC 7617 §2
			parts = append(parts, string(plain), password)
		}
	}
	for _, found := range compactToken.FindAllString(secret, -1) {
		parts = append(parts, found, found[strings.LastIndexByte(found, '.')+1:])
	}
	for _, found := range paired.FindAllStringSubmatch(secret, -1) {
		if len(found[1]) >= minWithin {
			parts = append(parts, found[1])
		}
	}
	return slices.DeleteFunc(parts, func(part string) bool { return len(part) < minAlone })
}

// URLSecrets are the values in a URL, or in a path with its query, that WithoutTokens
// masks.
func URLSecrets(text string) (secrets []string) {
	for _, at := range secretSpans(text) {
		value := text[at[0]:at[1]]
		secrets = append(secrets, value)
		if plain, err := url.PathUnescape(value); err == nil && plain != value {
			secrets = append(secrets, plain)
		}
	}
	return secrets
}
