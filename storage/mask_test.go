package storage

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestMaskFindsSecretsInEveryForm(t *testing.T) {
	const secret = `s3cret/"é& =k\`
	mask := NewMask(secret, "Bearer "+aToken)
	signature := aToken[strings.LastIndexByte(aToken, '.')+1:]
	long := strings.Repeat("x", 41)
	for name, text := range map[string]string{
		"plain":              "<" + secret + ">",
		"in capitals":        strings.ToUpper(aToken),
		"in a query":         url.QueryEscape(secret),
		"in a path":          url.PathEscape(secret),
		"escaped twice":      url.PathEscape(url.PathEscape(secret)),
		"escaped thrice":     url.QueryEscape(url.PathEscape(url.PathEscape(secret))),
		"every byte":         "%" + strings.ToUpper(strings.Join(pairsOf(hex.EncodeToString([]byte(secret))), "%")),
		"in Go":              strconv.Quote(secret),
		"in ASCII":           strconv.QuoteToASCII(secret),
		"in JSON in JSON":    strconv.Quote(strconv.Quote(secret)),
		"in HTML":            "s3cret/&quot;é&amp; &#61;k&#x5c;",
		"in PHP's JSON":      `s3cret\/\"\u00e9\u0026 \u003dk\\`,
		"in base64":          base64.StdEncoding.EncodeToString([]byte(secret)),
		"after 1 in base64":  base64.URLEncoding.EncodeToString([]byte("x" + secret + long)),
		"after 2 in base64":  base64.StdEncoding.EncodeToString([]byte(`{"` + secret + `"}`)),
		"in lines of base64": broken(base64.StdEncoding.EncodeToString([]byte(long+secret+long)), "\r\n"),
		"in such JSON":       broken(base64.StdEncoding.EncodeToString([]byte(long+secret+long)), `\n`),
		"in hexadecimal":     strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"in UTF-16":          strings.Join(strings.Split("x"+aToken+"x", ""), "\x00"),
		"the header":         "got Bearer " + aToken,
		"the token":          `{"t":"` + aToken + `"}`,
		"the signature":      "signature " + signature + " is wrong",
		"by another base64":  strings.NewReplacer("-", "+", "_", "/").Replace(signature),
	} {
		got := mask.Text(text)
		if !strings.Contains(got, Masked) || mask.Holds(got) || len(got) > len(Masked)+8+4*len(long) {
			t.Errorf("%s: %q: got %q", name, text, got)
		}
	}
	for _, text := range []string{"", "s3cret", "nothing here", secret[:len(secret)-1], aToken[:20]} {
		if got := mask.Text(text); got != text {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func pairsOf(digits string) (pairs []string) {
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return pairs
}

func broken(text, by string) string { return text[:50] + by + text[50:60] + by + text[60:] }

// A short secret is masked where it is a whole word, and a very short one where it is the whole text.
func TestMaskOfShortSecrets(t *testing.T) {
	mask := NewMask("a", "abcd", "Basic "+base64.StdEncoding.EncodeToString([]byte("user:pa55")), "sid=0123456789; consent=true")
	for text, want := range map[string]string{
		"a":                 "••••",
		"abc":               "abc",
		"a cat":             "a cat",
		"abcd":              "••••",
		`{"key":"abcd"}`:    `{"key":"••••"}`,
		"abcde abcd":        "abcde ••••",
		"xabcd":             "xabcd",
		"%61bcd":            "••••",
		"you are pa55":      "you are ••••",
		"sid 0123456789":    "sid ••••",
		`{"consent": true}`: `{"consent": true}`,
	} {
		if got := mask.Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestMaskOfATruncatedText(t *testing.T) {
	mask := NewMask("0123456789abcdef")
	for text, want := range map[string]string{"x 0123456789": "x ••••", "x 012": "x 012", "x%30123": "x••••", "x 0123 ": "x 0123 "} {
		if got := mask.start(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := mask.Text("x 01234…"); got != "x ••••…" {
		t.Errorf("a truncated text: got %q", got)
	}
}

// BenchmarkMask masks an answer of 16 KiB without a secret, and one for which the search takes longest.
func BenchmarkMask(b *testing.B) {
	for name, text := range map[string]string{
		"usual":   strings.Repeat(`{"status":"bounce","id":"550e8400-e29b"}`, 410),
		"hostile": strings.Repeat(aToken[:40], 410),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				NewMask("Bearer " + aToken).Text(text)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	f.Add("s3cret/\"é& =k", "a")
	f.Fuzz(func(t *testing.T, secret, around string) {
		if len(secret) < minWithin || secret != strings.TrimSpace(secret) || strings.ContainsFunc(secret, unicode.IsControl) {
			t.Skip()
		}
		mask := NewMask(secret)
		for _, text := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(around + secret + around))} {
			if got := mask.Text(around + text); got == around+text {
				t.Errorf("%q was not masked in %q", secret, around+text)
			}
		}
	})
}
