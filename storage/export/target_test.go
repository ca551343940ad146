package export

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"backchannel/storage"
)

// Exported requests go to the given target, whatever address the sender had used.
func TestTargets(t *testing.T) {
	for _, c := range []struct{ to, path, url, odd string }{
		{"https://127.0.0.1:9444", "/feedback/a/b", "https://127.0.0.1:9444/feedback/a/b", ""},
		{"https://[::1]:9443/", "/feedback/a/b?x=%2F&&=#", "https://[::1]:9443/feedback/a/b?x=%2F&&=%23", "/feedback/a/b?x=%2F&&=#"},
		{"https://h", "//evil/../x;y", "https://h//evil/../x;y", ""},
		{"https://h", "https://tunnel.example:1/feedback/a?b", "https://h/feedback/a?b", ""},
		{"https://h", "http://tunnel.example?b", "https://h/?b", ""},
		{"https://h", "/x?next=https://e/y", "https://h/x?next=https://e/y", ""},
		{"https://h", "*", "https://h/*", "*"},
		{"https://h", "/caf\u00e9", "https://h/caf\u00e9", "/caf\u00e9"},
		{"http://127.0.0.1:3000/hooks", "/feedback/a/b", "http://127.0.0.1:3000/hooks", ""},
		{"http://127.0.0.1:3000/?all", "/feedback/a/b", "http://127.0.0.1:3000/?all", ""},
		{"http://127.0.0.1:3000?all", "/feedback/a/b", "http://127.0.0.1:3000/?all", ""},
	} {
		w := Writer{options: Options{To: c.to}}
		to := w.target(storage.Receipt{Path: c.path, Headers: []storage.HeaderField{{Name: "Host", Value: "localhost"}}})
		if got := urlText(to); got != c.url {
			t.Errorf("%s to %s: got %s, want %s", c.path, c.to, got, c.url)
		}
		if to.odd() != (c.odd != "") || to.odd() && to.path != c.odd {
			t.Errorf("%s to %s: got the request target %s, want %s", c.path, c.to, to.path, c.odd)
		}
	}
}

func TestCurlOfOddPaths(t *testing.T) {
	got, _ := run(t, received("*", "x", nil))
	if at := slices.Index(got, "--request-target"); at < 0 || got[at+1] != "*" || got[at-1] != "https://127.0.0.1:9443/" {
		t.Errorf("got the arguments %q", got)
	}
}

func TestOnlyTheReceiverIsVerifiedWithTheLocalCA(t *testing.T) {
	text := exported(t, Options{Format: Curl, To: "https://other.example"}, received("/a", "x", nil))
	if strings.Contains(text, "cacert") || strings.Contains(text, "ca=") || !strings.Contains(text, "'https://other.example/a'") {
		t.Errorf("got the script\n%s", text)
	}
}

func TestHARHasItsHostInOnePlace(t *testing.T) {
	for host, stays := range map[string]bool{"h:2": true, "H:2": true, "h": false, "localhost": false, "tunnel.example": false} {
		r := received("/a", "x", nil)
		r.Headers[0].Value = host
		text := exported(t, Options{Format: HAR}, r)
		if got := strings.Contains(text, `"name":"Host"`); got != stays || strings.Contains(text, "Host: "+host) == stays {
			t.Errorf("Host: %s: got\n%s", host, text)
		}
	}
	for _, pair := range [][2]string{{"h", "https://h"}, {"h:443", "https://h"}, {"h:80", "http://h"}, {"[::1]", "https://[::1]"}, {"[::1]:443", "https://[::1]"}, {"h:", "https://h:443"}} {
		if !sameHost(pair[0], pair[1]) {
			t.Errorf("%s is not the same host as %s", pair[0], pair[1])
		}
	}
}

func TestHARAnswers(t *testing.T) {
	for body, want := range map[string]harContent{
		"":           {MimeType: "text/plain; charset=latin1"},
		"text":       {Size: 4, Text: "text", MimeType: "text/plain; charset=latin1"},
		"caf\xe9":    {Size: 5, Compression: 1, Text: "café", MimeType: "text/plain; charset=latin1", Comment: "latin1, shown decoded"},
		"\xffbr\x00": {Size: 4, Encoding: "base64", Text: base64.StdEncoding.EncodeToString([]byte("\xffbr\x00")), MimeType: "application/octet-stream", Comment: "not UTF-8"},
	} {
		o := Options{Format: HAR, Answer: func(storage.Receipt) (storage.Attempt, bool) {
			return storage.Attempt{Code: 200, ResponseBody: []byte(body), ResponseHeaders: []storage.HeaderField{
				{Name: "Content-Type", Value: want.MimeType}, {Name: "Location", Value: "/x"}, {Name: "Set-Cookie", Value: "s3cret", Secret: true},
			}}, true
		}}
		var har struct {
			Log struct {
				Entries []struct{ Response harResponse }
			}
		}
		text := exported(t, o, received("/a", "x", nil))
		if err := json.Unmarshal([]byte(text), &har); err != nil {
			t.Fatal(err)
		}
		got := har.Log.Entries[0].Response
		if got.Content != want || got.BodySize != len(body) || got.RedirectURL != "/x" || strings.Contains(text, "s3cret") {
			t.Errorf("%q: got %+v, want %+v", body, got, want)
		}
	}
}
