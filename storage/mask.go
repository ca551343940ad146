package storage

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Mask hides known secrets in text that comes from elsewhere, such as the answer of an
// endpoint that echoes its request. It finds a secret verbatim, percent-encoded (RFC 3986
// §2.1), escaped as in JSON, HTML or Go, in base64 and in hexadecimal. The zero value hides
// nothing. A Mask is immutable and safe for concurrent use.
type Mask struct {
	secrets []string
	least   int // no form of a secret is shorter than this
	forms   func() *formSet
	base    *Mask
}

// The minimum lengths of a secret to search for. A shorter secret is hidden only where it is
// the whole text, because it would match other text by chance.
const (
	minWithin = 8 // anywhere in a text
	minAlone  = 4 // as a separate word
)

// NewMask returns a Mask for secrets, each as it is sent or stored: a header's value, a key.
// It also hides the parts of a secret that are secret by themselves: the token after
// "Bearer", its signature, the password of Basic authentication, the value of each cookie.
func NewMask(secrets ...string) *Mask { return (*Mask)(nil).With(secrets...) }

// With returns a Mask that hides further secrets in addition to those of m.
func (m *Mask) With(secrets ...string) *Mask {
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
	if len(secrets) == 0 && m != nil {
		return m
	}
	mask := &Mask{base: m, secrets: secrets, forms: sync.OnceValue(func() *formSet { return newFormSet(secrets) })}
	for i, secret := range secrets {
		if least := shortestForm(secret); i == 0 || least < mask.least {
			mask.least = least
		}
	}
	return mask
}

// shortestForm returns a lower bound on the length of a text that contains any form of the
// secret. A new token is a new secret, and most answers are shorter than its signature, so
// that this bound usually makes it unnecessary to compute its forms.
func shortestForm(secret string) int {
	if !strings.Contains(secret, tokenStart) || strings.ContainsAny(secret, ";,=") {
		return minAlone
	}
	return max(minAlone, len(secret)-strings.LastIndexByte(secret, '.')-1)
}

// Text returns text with each secret replaced by Masked.
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

// start is like Text for a text that was truncated: it also hides the beginning of a secret
// at the end of the text.
func (m *Mask) start(text string) string { return m.hide(text, true) }

// Holds reports whether text contains a secret.
func (m *Mask) Holds(text string) bool { return m.Text(text) != text }

// A formSet is the set of strings that a Mask searches for.
type formSet struct {
	whole  []string // hidden if they are the whole text
	forms  []form
	begins [256][]int // for each byte, the indices of the forms that may begin with it
}

// newFormSet returns the forms of secrets and of their parts. begins has for each byte the forms
// that may begin with it, so that most of a text is skipped after one look-up per byte.
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

// add adds the forms of a secret, once.
func (s *formSet) add(secret string) {
	if secret != "" && !slices.Contains(s.whole, secret) {
		s.whole = append(s.whole, secret)
		s.forms = append(s.forms, formsOf(secret)...)
	}
}

// hide replaces every form in text; cut reports whether the text was truncated.
func (s *formSet) hide(text string, cut bool) string {
	if slices.Contains(s.whole, text) {
		return Masked
	}
	var hidden strings.Builder
	kept := 0 // text[:kept] has been written to hidden
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

// matchAt returns the end of the longest form that begins at an index of text, or 0.
func (s *formSet) matchAt(text string, at int, cut bool) (end int) {
	for _, i := range s.begins[text[at]] {
		end = max(end, s.forms[i].match(text, at, cut))
	}
	return end
}

var (
	schemeCredentials = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,19} +(\S.*)$`) // RFC 9110 §11.4
	parameterValue    = regexp.MustCompile(`=\s*"?([^;,"\s]+)`)
)

// secretParts returns the parts of a secret that are secret by themselves.
func secretParts(secret string) (parts []string) {
	if found := schemeCredentials.FindStringSubmatch(secret); found != nil {
		parts = append(parts, found[1])
		if plain, err := base64.StdEncoding.DecodeString(found[1]); err == nil {
			_, password, _ := strings.Cut(string(plain), ":") // RFC 7617 §2
			parts = append(parts, string(plain), password)
		}
	}
	for _, found := range compactToken.FindAllString(secret, -1) {
		parts = append(parts, found, found[strings.LastIndexByte(found, '.')+1:])
	}
	for _, found := range parameterValue.FindAllStringSubmatch(secret, -1) {
		if len(found[1]) >= minWithin {
			parts = append(parts, found[1])
		}
	}
	return slices.DeleteFunc(parts, func(part string) bool { return len(part) < minAlone })
}

// URLSecrets returns the values in a URL, or in a path with its query, that WithoutTokens
// masks, each as it is written and decoded.
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
