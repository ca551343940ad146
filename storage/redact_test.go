package storage

import (
	"strings"
	"testing"
)

const aToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"

func TestLikelySecrets(t *testing.T) {
	for _, c := range []struct {
		header HeaderField
		want   bool
	}{
		{HeaderField{Name: "Content-Type", Value: "application/json"}, false},
		{HeaderField{Name: "X-Plain", Value: "eyJ is how a token begins"}, false},
		{HeaderField{Name: "X-Forwarded-Authorization", Value: "x"}, true},
		{HeaderField{Name: "x-API-key", Value: "x"}, true},
		{HeaderField{Name: "Set-Cookie", Value: "x"}, true},
		{HeaderField{Name: "X-Auth", Value: "Bearer " + aToken}, true},
		{HeaderField{Name: "X-Auth", Value: "eyJhbGciOiJub25lIn0.e30."}, true},
		{HeaderField{Name: "User-Agent", Value: "Bearer s3cret-s3cret"}, true},
		{HeaderField{Name: "Forwarded", Value: "for=x, bearer abcd"}, true},
		{HeaderField{Name: "X-Plain", Value: "Basic dXNlcjpwYXNz"}, true},
		{HeaderField{Name: "Link", Value: "<https://h/?access_token=x>; rel=next"}, true},
		{HeaderField{Name: "Referer", Value: "https://h/a?b=1&Token=x"}, true},
		{HeaderField{Name: "X-Session-Id", Value: "x"}, true},
		{HeaderField{Name: "Sid", Value: "x"}, true},
		{HeaderField{Name: "X-User-Pass", Value: "x"}, true},
		{HeaderField{Name: "X-Credentials", Value: "x"}, true},
		{HeaderField{Name: "X-Xsrf", Value: "x"}, true},
		{HeaderField{Name: "X_csrf", Value: "x"}, true},
		{HeaderField{Name: "X-Hub-Signature-256", Value: "x"}, true},
		{HeaderField{Name: "Ocp-Apim-Subscription-Key", Value: "x"}, true},
		{HeaderField{Name: "X-Auth-User", Value: "x"}, true},
		{HeaderField{Name: "X-Bypass", Value: "x"}, false},
		{HeaderField{Name: "X-Author", Value: "x"}, false},
		{HeaderField{Name: ":authority", Value: "h"}, false},
		{HeaderField{Name: "X-Monkey", Value: "x"}, false},
		{HeaderField{Name: "Www-Authenticate", Value: `Bearer realm="feedback", error="invalid_token"`}, false},
		{HeaderField{Name: "Content-Type", Value: "multipart/form-data; boundary=token"}, false},
		{HeaderField{Name: "X-Plain", Value: "a bearer of good news"}, false},
		{HeaderField{Name: "X-Plain", Value: "https://h/token/x?a=b"}, false},
	} {
		if got := c.header.LikelySecret(); got != c.want {
			t.Errorf("%s: %s: got %t, want %t", c.header.Name, c.header.Value, got, c.want)
		}
	}
}

func TestWithoutTokens(t *testing.T) {
	for text, want := range map[string]string{
		"/a?t=" + aToken + "&u=" + aToken + "&eyJ=1":      "/a?t=••••&u=••••&eyJ=1",
		"/a?access_token=x%20y&b=1":                       "/a?access_token=••••&b=1",
		"/a?access%5Ftoken=x":                             "/a?access%5Ftoken=••••",
		"/a?b=1;Sig=x/y?z#f":                              "/a?b=1;Sig=••••#f",
		"/a?next=https://h/?token=x&b=1":                  "/a?next=https://h/?token=••••&b=1",
		"/a?next=https%3A%2F%2Fh%3Ftoken%3Dx%26b%3D1&c=1": "/a?next=https%3A%2F%2Fh%3Ftoken%3D••••%26b%3D1&c=1",
		"/token=x/feedback;key=y/b":                       "/token=••••/feedback;key=••••/b",
		"/a/" + strings.ReplaceAll(aToken, ".", "%2E"):    "/a/••••",
		"https://me:pass@h/a":                             "https://me:••••@h/a",
		"https://me:p@ss@h/a":                             "https://me:••••@h/a",
		"/a?user[password]=x":                             "/a?user[password]=••••",
		"/a?token=" + Masked:                              "/a?token=" + Masked,
		"/a?token=&b=1":                                   "/a?token=&b=1",
		"/a?monkey=1&tokens/b=2":                          "/a?monkey=1&tokens/b=2",
		"https://h:1/@a:b@c":                              "https://h:1/@a:b@c",
	} {
		if got := WithoutTokens(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
