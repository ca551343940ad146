package storage

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"strings"
	"testing"
)

func compressed(text string, begin func(io.Writer) io.WriteCloser) []byte {
	var to bytes.Buffer
	w := begin(&to)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return to.Bytes()
}

func gzipped(text string) []byte {
	return compressed(text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func TestShowBody(t *testing.T) {
	raw := compressed("raw", func(w io.Writer) io.WriteCloser { deflater, _ := flate.NewWriter(w, 9); return deflater })
	wrapped := compressed("wrapped", func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	whole := gzipped(strings.Repeat("0123456789abcdef ", 20) + "é")
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-8] ^= 1
	for _, c := range []struct {
		name, coding, media string
		body                []byte
		flaw                BodyFlaw
		text, note          string
	}{
		{"text", "", "", []byte("café"), "", "café", ""},
		{"nothing", "gzip", "", nil, "", "", ""},
		{"gzip", "gzip", "", gzipped("café"), "", "café", "gzip, shown decoded"},
		{"letter case", "X-GZip", "", gzipped("x"), "", "x", "x-gzip, shown decoded"},
		{"unannounced", "", "", gzipped("x"), "", "x", "gzip, shown decoded"},
		{"zlib", "deflate", "", wrapped, "", "wrapped", "deflate, shown decoded"},
		{"deflate itself", "deflate", "", raw, "", "raw", "deflate, shown decoded"},
		{"both", "identity, deflate, gzip", "", gzipped(string(wrapped)), "", "wrapped", "deflate, gzip, shown decoded"},
		{"cut", "gzip", "", whole[:len(whole)-8], BodyCut, strings.Repeat("0123456789abcdef ", 20) + "é", "gzip, shown decoded as far as it goes: it ends early; the body is incomplete"},
		{"damaged", "gzip", "", damaged, "", strings.Repeat("0123456789abcdef ", 20) + "é", "gzip, shown decoded as far as it goes: it is damaged (gzip: invalid checksum)"},
		{"not gzip", "gzip", "", []byte("plain"), "", "plain", "gzip, shown unchanged: it ends early"},
		{"other", "br", "", []byte("\x8b\x00"), "", "\x8b\x00", "br, shown unchanged: br is not decoded here; not UTF-8"},
		{"other within", "zstd, gzip", "", gzipped("x"), "", string(gzipped("x")), "zstd, gzip, shown unchanged: zstd is not decoded here; not UTF-8"},
		{"too deep", "gzip,gzip,gzip,gzip", "", gzipped("x"), "", string(gzipped("x")), "gzip, gzip, gzip, gzip, shown unchanged: gzip is not decoded here; not UTF-8"},
		{"bomb", "gzip", "", gzipped(strings.Repeat("0", 8<<20)), "", strings.Repeat("0", maxShown), "gzip, shown decoded; its first 64 KiB"},
		{"within a character", "", "", []byte("caf\xc3"), BodyOverLong, "caf", "truncated: only the first 16 KiB are kept"},
		{"within emoji", "", "", []byte("x\xf0\x9f\x98"), BodyCut, "x", "the body is incomplete"},
		{"within a character of a complete body", "", "", []byte("caf\xc3"), "", "caf\xc3", "not UTF-8"},
		{"Latin-1", "", "text/plain; charset=ISO-8859-1", []byte("caf\xe9 \x80"), "", "café €", "iso-8859-1, shown decoded"},
		{"Latin-1 in gzip", "gzip", "text/plain;charset=\"latin1\"", gzipped("caf\xe9"), "", "café", "gzip, shown decoded; latin1, shown decoded"},
		{"UTF-8 announced as Latin-1", "", "text/plain; charset=iso-8859-1", []byte("café"), "", "café", ""},
		{"other bytes", "", "text/plain", []byte("caf\xe9"), "", "caf\xe9", "not UTF-8"},
		{"a charset that is not decoded", "", "text/plain; charset=Shift_JIS", []byte("\x93\xfa"), "", "\x93\xfa", "in shift_jis, which is not decoded here"},
		{"UTF-16", "", "", []byte("\xff\xfec\x00\xe9\x00"), "", "cé", "UTF-16, shown decoded"},
		{"UTF-16, cut", "", "text/plain; charset=utf-16be", []byte("\x00c\x00\xe9\x00"), BodyCut, "cé", "the body is incomplete; UTF-16, shown decoded"},
	} {
		header := []HeaderField{{Name: "content-encoding", Value: c.coding}, {Name: "Content-Type", Value: c.media}}
		got := ShowBody(header, c.body, c.flaw)
		if got.Text != c.text || got.Note() != c.note {
			t.Errorf("%s: got %.80q, %q; want %.80q, %q", c.name, got.Text, got.Note(), c.text, c.note)
		}
	}
}

// A secret that is visible only after decoding is masked, wherever it is, and the rest can still be
// decoded.
func TestMaskBody(t *testing.T) {
	const secret = "0123456789abcdef"
	mask := NewMask(secret)
	noise := strings.Repeat("no secret at all; ", maxEncoded/9)
	for name, c := range map[string]struct {
		coding string
		body   []byte
		keeps  string
	}{
		"plain":       {"", []byte("a " + secret + " b"), "a •••• b"},
		"gzip":        {"gzip", gzipped("a " + secret + " b"), "a •••• b"},
		"gzip twice":  {"gzip, gzip", gzipped(string(gzipped("a " + secret + " b"))), "a •••• b"},
		"in base64":   {"gzip", gzipped(base64.StdEncoding.EncodeToString([]byte(secret))), "••••"},
		"at the end":  {"gzip", gzipped(noise + secret), noise[:1000]},
		"in the name": {"gzip", compressed("x", func(w io.Writer) io.WriteCloser { z := gzip.NewWriter(w); z.Name = secret; return z }), "x"},
		"after gzip":  {"gzip", append(gzipped("x"), secret...), "x"},
		"raw deflate": {"deflate", compressed(secret, func(w io.Writer) io.WriteCloser { d, _ := flate.NewWriter(w, 0); return d }), "••••"},
		"a zip bomb":  {"gzip, gzip, gzip", gzipped(string(gzipped(string(gzipped(strings.Repeat("\x00", 20<<20)))))), "\x00"},
	} {
		header := []HeaderField{{Name: "Content-Encoding", Value: c.coding}}
		masked := MaskBody(mask, header, c.body, false)
		all, _ := io.ReadAll(io.LimitReader(decoder(codingsOf(header, masked), masked), 64<<20))
		if !strings.HasPrefix(string(all), c.keeps) || mask.Holds(string(all)) || mask.Holds(string(masked)) {
			t.Errorf("%s: got %.80q", name, all)
		}
	}
	if got := MaskBody(mask, nil, []byte("caf\xe9 "+secret), false); string(got) != "caf\xe9 ****" {
		t.Errorf("Latin-1 came out as %q", got)
	}
	for name, c := range map[string]struct{ before, packed, after, want string }{
		"gzip in base64":              {`{"dump":"`, base64.StdEncoding.EncodeToString(gzipped("X-Mine: " + secret)), `"}`, `{"dump":"••••"}`},
		"in its URL-safe form":        {"dump=", base64.RawURLEncoding.EncodeToString(gzipped("?????>>>>" + secret)), "&a=b", "dump=••••&a=b"},
		"slashes escaped":             {`"`, strings.ReplaceAll(base64.StdEncoding.EncodeToString(gzipped("??>>~~"+secret)), "/", `\/`), `"`, `"••••"`},
		"lines broken":                {"", strings.Join(strings.SplitAfter(base64.StdEncoding.EncodeToString(gzipped(secret)), "A"), "\r\n"), "", "••••"},
		"zlib in base64":              {"", base64.StdEncoding.EncodeToString(compressed("X-Mine: "+secret, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })), ".", "••••."},
		"cut in the middle":           {"", base64.StdEncoding.EncodeToString(gzipped(secret + strings.Repeat("much more ", 9)))[:58], "", "••••"},
		"a bomb, which may hold much": {"", base64.StdEncoding.EncodeToString(gzipped(strings.Repeat("\x00", maxScanned+1))), "", "••••"},
	} {
		if got := string(MaskBody(mask, nil, []byte(c.before+c.packed+c.after), false)); got != c.want {
			t.Errorf("%s: got %.200q", name, got)
		}
		if got := MaskBody(mask, nil, gzipped(c.before+c.packed+c.after), false); strings.Contains(ShowBody(nil, got, "").Text, c.packed) {
			t.Errorf("%s, in gzip, was not masked", name)
		}
	}
	harmless := base64.StdEncoding.EncodeToString(gzipped("nothing to hide here"))
	if got := string(MaskBody(mask, nil, []byte(harmless+" eJwnot-compressed-at-all"), false)); got != harmless+" eJwnot-compressed-at-all" {
		t.Errorf("harmless base64 came out as %q", got)
	}
	header := []HeaderField{{Name: "Content-Encoding", Value: "gzip"}}
	cut := gzipped(secret + noise)
	got := ShowBody(header, MaskBody(mask, header, cut[:len(cut)-9], false), "")
	if !strings.HasPrefix(got.Text, "••••no secret") || !strings.Contains(got.Note(), "it ends early") && len(got.Text) < maxShown {
		t.Errorf("truncated: got %.80q, %q", got.Text, got.Note())
	}
	cut = gzipped(secret + "; the rest")
	got = ShowBody(header, MaskBody(mask, header, cut[:len(cut)-2], false), "")
	if got.Text != "••••; the rest" || !strings.Contains(got.Note(), "it ends early") {
		t.Errorf("truncated at its end: got %q, %q", got.Text, got.Note())
	}
	if body := gzipped(noise + "x"); !bytes.Equal(MaskBody(mask, nil, body, false), body) {
		t.Error("a body without a secret was changed")
	}
}
