package engine

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"backchannel/storage"
)

const (
	apiKey = "k3y/with=odd+signs"
	jwtKey = "0123456789abcdef0123456789abcdef"
	inURL  = "in-the-address"
)

// secretive returns a bench whose webhook has a secret of every kind.
func secretive(t *testing.T, address string) *bench {
	b := newBench(t, address+"/hook?access_token="+inURL)
	b.env["KEY"] = apiKey
	b.hook.Auth.Type, b.hook.Auth.JWT.Secret = storage.AuthJWT, jwtKey
	b.hook.Headers = []storage.HeaderField{{Name: "X-Api-Key", Value: "env:KEY", Secret: true}, {Name: "X-Pin", Value: "1234", Secret: true}}
	return b
}

// wireSecrets returns the secrets in a request.
func wireSecrets(r *http.Request) []string {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return []string{token, token[strings.LastIndexByte(token, '.')+1:], apiKey, jwtKey, inURL}
}

// leaked lists the secrets, in any form, that the parts of an attempt reveal that are not stored
// encrypted.
func leaked(a storage.Attempt, secrets []string) (all []string) {
	open := fmt.Sprint(a.Error, a.RequestHeaders, a.ResponseHeaders, string(a.ResponseBody), a.Answer().Text)
	for _, secret := range secrets {
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
			base64.RawURLEncoding.EncodeToString([]byte(secret)), strings.ReplaceAll(secret, "/", `\/`),
		} {
			if strings.Contains(open, form) && !slices.Contains(all, form) {
				all = append(all, form)
			}
		}
	}
	return all
}

// Some endpoints answer with what they received.
func TestSentSecretsAreMaskedInAnswers(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request, []string){
		"headers": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			for i, secret := range secrets {
				rw.Header().Add("X-Echo", secret)
				rw.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%s", i, url.QueryEscape(secret)))
				rw.Header().Set("X-"+secret[:1], "is "+base64.StdEncoding.EncodeToString([]byte(secret)))
			}
			rw.Header().Set("X-"+secrets[1], "a name")
		},
		"trailers": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			rw.Header().Set("Trailer", "X-Echo")
			_, _ = io.WriteString(rw, "x")
			rw.Header().Set("X-Echo", secrets[0])
		},
		"text": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			_, _ = fmt.Fprintf(rw, "%q", secrets)
		},
		"dump": func(rw http.ResponseWriter, r *http.Request, _ []string) {
			rw.WriteHeader(http.StatusInternalServerError)
			_ = r.Write(rw)
		},
		"PHP": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			_, _ = io.WriteString(rw, strings.ReplaceAll(strings.Join(secrets, `","`), "/", `\/`))
		},
		"percent": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			_, _ = io.WriteString(rw, url.QueryEscape(strings.Join(secrets, "&")))
		},
		"base64": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			_, _ = io.WriteString(rw, base64.StdEncoding.EncodeToString([]byte(strings.Join(secrets, "&"))))
		},
		"gzip": func(rw http.ResponseWriter, r *http.Request, secrets []string) {
			rw.Header().Set("Content-Encoding", "gzip")
			zw := gzip.NewWriter(rw)
			_, _ = fmt.Fprint(zw, secrets)
			_ = zw.Close()
		},
		"truncated gzip": func(rw http.ResponseWriter, r *http.Request, secrets []string) {
			rw.Header().Set("Content-Encoding", "gzip")
			zw := gzip.NewWriter(rw)
			_, _ = fmt.Fprint(zw, secrets)
			_ = zw.Flush()
		},
		"gzip without Content-Encoding": func(rw http.ResponseWriter, r *http.Request, secrets []string) {
			rw.Header().Set("Content-Type", "application/octet-stream")
			zw, _ := gzip.NewWriterLevel(rw, gzip.NoCompression)
			_, _ = fmt.Fprint(zw, secrets)
			_ = zw.Close()
		},
		"deflate in gzip": func(rw http.ResponseWriter, r *http.Request, secrets []string) {
			rw.Header().Set("Content-Encoding", "deflate, gzip")
			outer := gzip.NewWriter(rw)
			inner := zlib.NewWriter(outer)
			_, _ = fmt.Fprint(inner, secrets)
			_, _ = inner.Close(), outer.Close()
		},
		"redirect": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			rw.Header().Set("Location", "https://h/?a="+secrets[0]+"&b="+url.QueryEscape(apiKey)+"&token="+inURL)
			rw.WriteHeader(http.StatusFound)
		},
		"truncated within a secret": func(rw http.ResponseWriter, _ *http.Request, secrets []string) {
			_, _ = io.WriteString(rw, strings.Repeat("x", maxResponseBody-25)+jwtKey)
		},
	} {
		var sent []string
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			sent = wireSecrets(r)
			answer(rw, r, sent)
		}))
		s.EnableHTTP2 = true
		s.StartTLS()
		plain := httptest.NewServer(s.Config.Handler)
		t.Cleanup(s.Close)
		t.Cleanup(plain.Close)
		for _, b := range []*bench{secretive(t, s.URL).trust(s), secretive(t, plain.URL)} {
			a := b.try(storage.Job{}).Attempt
			if got := leaked(a, append(sent, jwtKey[:24])); a.Code == 0 || len(sent) == 0 || len(got) > 0 {
				t.Errorf("%s: code %d, %s; it reveals %q", name, a.Code, a.Error, got)
			}
		}
	}
}

// Errors quote the beginning of an answer that is not HTTP.
func TestSecretsAreMaskedInErrorsThatQuoteAnAnswer(t *testing.T) {
	for _, format := range []string{"%s\r\n\r\n", "HTTP/1.1 200 OK\r\n%s\r\n\r\n", "HTTP/1.1 %s\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"} {
		var sent []string
		address := rawServer(t, func(c net.Conn) {
			r, err := http.ReadRequest(bufio.NewReader(c))
			if err == nil {
				sent = wireSecrets(r)
				_, _ = fmt.Fprintf(c, format, strings.Repeat(" ", 200)+r.Header.Get("Authorization"))
			}
		})
		a := secretive(t, address).try(storage.Job{}).Attempt
		if got := leaked(a, sent); len(sent) == 0 || a.Error == "" || len(got) > 0 || strings.Contains(a.Error, "eyJhbGci") {
			t.Errorf("%q: %s; it reveals %q", format, a.Error, got)
		}
	}
}

// A token that an error quotes only in part is masked even if it happens to contain a form of a short
// secret: "iat":1795901231 in base64 contains the base64 form of 1234 after one byte.
func TestTokenThatContainsAnotherSecretIsMasked(t *testing.T) {
	t.Parallel()
	const quoted = `bad Content-Length "%seyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU5MDEyMzEsIm5iZiI6MX0.E8UIhkxyKbheBaef…"; its operator must repair the server`
	mask := storage.NewMask("1234", "team eyJhbGciOiJIUzI1NiJ9.e30.abc", "team "+storage.Masked)
	for _, before := range []string{"Bearer ", ""} {
		r := Result{Attempt: storage.Attempt{Error: fmt.Sprintf(quoted, before)}}
		r.maskSecrets(mask)
		if want := fmt.Sprintf(`bad Content-Length "%s%s…"; its operator must repair the server`, before, storage.Masked); r.Attempt.Error != want {
			t.Errorf("%q: got %s", before, r.Attempt.Error)
		}
	}
	r := Result{Attempt: storage.Attempt{Error: "answered team eyJhbGciOiJIUzI1NiJ9.e30.abc"}}
	if r.maskSecrets(mask); r.Attempt.Error != "answered "+storage.Masked {
		t.Errorf("got %s", r.Attempt.Error)
	}
}

// An answer without secrets is kept byte for byte.
func TestAnswersWithoutSecretsAreKeptUnchanged(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	zw := gzip.NewWriter(&bomb)
	_, _ = zw.Write(make([]byte, 12<<20))
	_ = zw.Close()
	for name, c := range map[string]struct{ coding, body string }{
		"bytes": {"", "caf\xe9 \x00\xff"},
		"1234":  {"", "12345 a1234 x"},
		"bomb":  {"gzip", bomb.String()},
		"br":    {"br", "\x8b\x01\x80abc\x03"},
		"none":  {"gzip", "not gzip"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			if c.coding != "" {
				rw.Header().Set("Content-Encoding", c.coding)
			}
			_, _ = io.WriteString(rw, c.body)
		}))
		t.Cleanup(s.Close)
		a := secretive(t, s.URL).try(storage.Job{}).Attempt
		if string(a.ResponseBody) != c.body || a.ResponseFlaw != "" {
			t.Errorf("%s: kept %d of %d bytes, flaw %q; want all, unchanged", name, len(a.ResponseBody), len(c.body), a.ResponseFlaw)
		}
	}
}
