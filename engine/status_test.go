package engine

import (
	"strings"
	"testing"
)

func TestExplainStatus(t *testing.T) {
	b := newBench(t, "https://a.example/in/hook?x=1")
	b.hook.Name = "acme prod"
	b.cfg.Resolver = newResolver(t, [4]byte{93, 184, 215, 14})
	ep, err := b.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	const redirect = "; redirects are not followed: "
	for _, c := range []struct {
		code     int
		location string
		want     string
	}{
		{503, "", "answered 503 Service Unavailable"},
		{599, "", "answered 599"},
		{302, "https://b.example/", "answered 302 Found" + redirect + "set the URL to https://b.example/"},
		{307, "/new", "answered 307 Temporary Redirect" + redirect + "set the URL to https://a.example/new"},
		{307, "new#top", "answered 307 Temporary Redirect" + redirect + "set the URL to https://a.example/in/new"},
		{308, "//b.example/x", "answered 308 Permanent Redirect" + redirect + "set the URL to https://b.example/x"},
		{301, "http://a.example/x", "answered 301 Moved Permanently" + redirect + `it points to "http://a.example/x", which cannot be a webhook's URL: it `},
		{301, "https://0177.0.0.1/", "answered 301 Moved Permanently" + redirect + `it points to "https://0177.0.0.1/", which cannot be a webhook's URL: its host "0177.0.0.1" is neither a name nor an IPv4 address; correct it`},
		{301, "https://me:hush@b.example/", "answered 301 Moved Permanently" + redirect + `it points to "https://me:hush@b.example/", which cannot be a webhook's URL: it contains user info`},
		{301, "https://%zz/", "answered 301 Moved Permanently" + redirect + `it points to "https://%zz/", which is not a URL`},
		{404, "https://b.example/", "answered 404 Not Found"},
		{410, "", "answered 410 Gone; it wants no more events, so the webhook is paused now: resume it with backchannel webhook resume 'acme prod'"},
	} {
		got := ep.explainStatus(t.Context(), c.code, c.location, nil)
		if got != c.want && (!strings.HasSuffix(c.want, " it ") && !strings.HasSuffix(c.want, "user info") || !strings.HasPrefix(got, c.want)) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestRedirectsToRefusedAddressesAreNotSuggested(t *testing.T) {
	for _, location := range []string{
		"http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "//169.254.169.254/", "https://169.254.169.254./", "https://[::ffff:169.254.169.254]/",
		"https://[::169.254.169.254]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[fe80::1%25eth0]/", "https://0xa9fea9fe/", "https://2852039166/", "https://0251.0376.169.254/", "https://１６９.254.169.254/",
		"https://169.254.43518/", "https://metadata.google.internal/", "https://METADATA./", "https://0.0.0.0/", "https://[::]/", "https://255.255.255.255/", "https://rebinding.example/",
		"https://0/", "https://192.0.0.192/opc/",
	} {
		b := newBench(t, "https://a.example/in")
		b.cfg.Resolver = newResolver(t, [4]byte{169, 254, 169, 254})
		ep, err := b.endpoint()
		if err != nil {
			t.Fatal(err)
		}
		if got := ep.explainStatus(t.Context(), 302, location, nil); strings.Contains(got, "set the URL") || !strings.Contains(got, "where deliveries never go") {
			t.Errorf("%s: got %q", location, got)
		}
	}
	b := newBench(t, "https://a.example/in")
	b.cfg.BlockPrivate, b.cfg.Resolver = true, newResolver(t)
	ep, err := b.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	if got := ep.explainStatus(t.Context(), 302, "https://10.0.0.1/", nil); !strings.Contains(got, "where deliveries never go: it is a private address") {
		t.Errorf("got %q", got)
	}
}
