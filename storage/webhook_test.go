package storage_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// nowhere is a machine with no environment and no files.
func nowhere() storage.Sources {
	return storage.Sources{
		Env: func(string) (string, bool) { return "", false },
		ReadFile: func(_ context.Context, path string) ([]byte, error) {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
	}
}

func rules() storage.Rules { return storage.Rules{Sources: nowhere()} }

func valid() storage.Webhook {
	w := storage.NewWebhook()
	w.Name, w.Channels = "acme", storage.Channels()
	w.URL = "https://example.com/hook"
	w.Auth.Type, w.Auth.JWT.Secret = storage.AuthJWT, hidden
	w.Headers = []storage.HeaderField{{Name: "X-Tenant", Value: "acme"}, {Name: "X-Key", Value: "env:KEY", Secret: true}}
	w.Normalize()
	return w
}

func pemOf(t *testing.T, key any) storage.Secret {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return storage.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func fieldsOf(err error) (fields []string) {
	var bad storage.FieldErrors
	errors.As(err, &bad)
	for _, f := range bad {
		fields = append(fields, f.Field)
	}
	return fields
}

func TestValidWebhooks(t *testing.T) {
	for name, change := range map[string]func(*storage.Webhook){
		"as it is":            func(*storage.Webhook) {},
		"built-in receiver":   func(w *storage.Webhook) { w.URL = storage.BuiltinReceiver },
		"one attempt":         func(w *storage.Webhook) { w.Delivery.Retry = nil },
		"claims":              func(w *storage.Webhook) { w.Auth.JWT.Claims = []byte(`{"tenant":"a"}`) },
		"no prefix":           func(w *storage.Webhook) { w.Auth.JWT.Prefix = "" },
		"secret elsewhere":    func(w *storage.Webhook) { w.Auth.JWT.Secret = "file:/not/there" },
		"name of 64 letters":  func(w *storage.Webhook) { w.Name = strings.Repeat("ä", 64) },
		"IPv6":                func(w *storage.Webhook) { w.URL = "https://[::1]:8443/x?y=z" },
		"bad JWT without JWT": func(w *storage.Webhook) { w.Auth = storage.Auth{Type: storage.AuthNone, JWT: storage.JWT{Lifetime: 1}} },
		"longest waits": func(w *storage.Webhook) {
			w.Delivery.Timeout = storage.MaxTimeout
			w.Delivery.Retry = slices.Repeat([]time.Duration{storage.MaxRetryWait}, storage.MaxRetries)
		},
	} {
		w := valid()
		change(&w)
		if err := w.Validate(t.Context(), rules()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInvalidWebhooks(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := func(alg storage.Algorithm, secret storage.Secret) func(*storage.Webhook) {
		return func(w *storage.Webhook) { w.Auth.JWT.Algorithm, w.Auth.JWT.Secret = alg, secret }
	}
	header := func(name, value string) func(*storage.Webhook) {
		return func(w *storage.Webhook) { w.Headers = []storage.HeaderField{{Name: name, Value: value}} }
	}
	url := func(text string) func(*storage.Webhook) { return func(w *storage.Webhook) { w.URL = text } }
	for _, c := range []struct {
		name   string
		change func(*storage.Webhook)
		field  string
		says   string
	}{
		{"no name", func(w *storage.Webhook) { w.Name = "" }, "name", "missing"},
		{"a long name", func(w *storage.Webhook) { w.Name = strings.Repeat("a", 65) }, "name", "65"},
		{"a name that cannot be shown", func(w *storage.Webhook) { w.Name = "a\x1b[2J" }, "name", "U+001B"},
		{"a name that is not text", func(w *storage.Webhook) { w.Name = "a\xff" }, "name", "UTF-8"},
		{"no organization", func(w *storage.Webhook) { w.Organization = "" }, "organization", "missing"},
		{"no sandbox", func(w *storage.Webhook) { w.Sandbox.Name = "" }, "sandbox.name", "missing"},
		{"a sandbox ID", func(w *storage.Webhook) { w.Sandbox.ID = "prod" }, "sandbox.id", "UUID"},
		{"no channel", func(w *storage.Webhook) { w.Channels = nil }, "channels", "email, sms"},
		{"an unknown channel", func(w *storage.Webhook) { w.Channels = []storage.Channel{"fax"} }, "channels", `"fax"`},
		{"a channel twice", func(w *storage.Webhook) { w.Channels = []storage.Channel{"sms", "sms"} }, "channels", "twice"},
		{"no URL", url(""), "url", "missing"},
		{"http", url("http://example.com/"), "url", "Journey Optimizer itself takes HTTPS only"},
		{"http of loopback", url("http://127.0.0.1/"), "url", "--allow-http"},
		{"ftp", url("ftp://example.com/"), "url", "ftp"},
		{"no scheme", url("example.com/hook"), "url", "use https://example.com/hook"},
		{"no host", url("https:///hook"), "url", "no host"},
		{"no host but a port", url("https://:443/hook"), "url", "no host"},
		{"opaque", url("https:example.com"), "url", "use https://example.com"},
		{"user info", url("https://me:hush@example.com/"), "url", "user info"},
		{"unreadable with a password", url("https://me:hush@exa mple.com/%zz"), "url", "contains a space (character 20)"},
		{"unreadable with a password", url("https://me:hush@example.com:x/"), "url", "user info"},
		{"a fragment", url("https://example.com/#top"), "url", "fragment"},
		{"an empty fragment", url("https://example.com/#"), "url", "fragment"},
		{"a port", url("https://example.com:99999/"), "url", "99999"},
		{"an empty port", url("https://example.com:/"), "url", "port"},
		{"a control character", url("https://example.com/\n"), "url", "U+000A (character 21)"},
		{"a tab in front", url("\thttps://example.com/"), "url", "U+0009 (character 1)"},
		{"port 0", url("https://example.com:0/"), "url", "1 to 65535"},
		{"a space in the path", url("https://example.com/a b"), "url", "%20"},
		{"a space in the query", url("https://example.com/?a b"), "url", "%20"},
		{"percent garbage", url("https://example.com/%zz"), "url", "write %25"},
		{"percent garbage in the query", url("https://example.com/?a=%4"), "url", "write %25"},
		{"a percent in the host", url("https://ex%41mple.com/"), "url", ""},
		{"a backslash", url("https://example.com\\a"), "url", `'\\'`},
		{"a brace", url("https://example.com/{id}"), "url", "write %7B"},
		{"an international host", url("https://bücher.example/"), "url", "use https://xn--bcher-kva.example/"},
		{"an odd international host", url("https://☃☃/"), "url", ""},
		{"an international path", url("https://example.com/ü"), "url", "use https://example.com/%C3%BC"},
		{"no UTF-8", url("https://example.com/\xff"), "url", "UTF-8"},
		{"an empty label", url("https://a..example.com/"), "url", "not a host name"},
		{"a dot for a host", url("https://./"), "url", "not a host name"},
		{"a hyphen first", url("https://-a.example/"), "url", "not a host name"},
		{"a comma in the host", url("https://a,b/"), "url", "instead of a dot in its host; use https://a.b/"},
		{"a long label", url("https://" + strings.Repeat("a", 64) + ".example/"), "url", "at most 63"},
		{"a long host", url("https://" + strings.Repeat("a.", 127) + "example/"), "url", "at most 253"},
		{"a long URL", url("https://example.com/" + strings.Repeat("a", 2048)), "url", "at most 2048"},
		{"no IPv4 address", url("https://256.1.1.1/"), "url", "IPv4"},
		{"a bare number", url("https://1/"), "url", "IPv4"},
		{"no IPv6 address", url("https://[::g]/"), "url", ""},
		{"IPv4 in brackets", url("https://[127.0.0.1]/"), "url", ""},
		{"an unknown stand-in", url("@receivr"), "url", "@receiver"},
		{"the auth type", func(w *storage.Webhook) { w.Auth.Type = "basic" }, "auth.type", "jwt"},
		{"no algorithm", key("HS1", hidden), "auth.algorithm", "HS1"},
		{"no key", key("HS256", ""), "auth.secret", "missing"},
		{"a short key", key("HS256", "hush"), "auth.secret", "32"},
		{"a key too short for HS512", key("HS512", hidden), "auth.secret", "64"},
		{"a broken PEM", key("RS256", "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----"), "auth.secret", ""},
		{"no PEM", key("ES256", "hush"), "auth.secret", "PEM"},
		{"a PEM of another kind", key("RS256", pemOf(t, curve)), "auth.secret", "RSA"},
		{"a small RSA key", key("PS256", pemOf(t, small)), "auth.secret", "2048"},
		{"claims that are a list", func(w *storage.Webhook) { w.Auth.JWT.Claims = []byte(`[1]`) }, "auth.claims", "object"},
		{"claims that restate ours", func(w *storage.Webhook) { w.Auth.JWT.Claims = []byte(`{"exp":1}`) }, "auth.claims", "exp"},
		{"a long subject", func(w *storage.Webhook) { w.Auth.JWT.Subject = strings.Repeat("a", 257) }, "auth.subject", "257"},
		{"an empty audience", func(w *storage.Webhook) { w.Auth.JWT.Audience = []string{""} }, "auth.audience", "missing"},
		{"a short life", func(w *storage.Webhook) { w.Auth.JWT.Lifetime = time.Second }, "auth.lifetimeMs", "30s"},
		{"a long life", func(w *storage.Webhook) { w.Auth.JWT.Lifetime = 2 * time.Hour }, "auth.lifetimeMs", "1h"},
		{"a JWT header with a space", func(w *storage.Webhook) { w.Auth.JWT.Header = "a b" }, "auth.header", "field name"},
		{"a reserved JWT header", func(w *storage.Webhook) { w.Auth.JWT.Header = "host" }, "auth.header", "Host"},
		{"a prefix with a line break", func(w *storage.Webhook) { w.Auth.JWT.Prefix = "a\nb" }, "auth.prefix", "9110"},
		{"a header with a newline", header("A", "b\r\nC: d"), "headers[0].value", "line break"},
		{"a header with a control character", header("A", "b\x00"), "headers[0].value", "control"},
		{"a header without a name", header("", "b"), "headers[0].name", "field name"},
		{"a header with a bad name", header("A:", "b"), "headers[0].name", "field name"},
		{"a header name with a newline", header("A\n", "b"), "headers[0].name", "field name"},
		{"a header name with a tab", header("\tA", "b"), "headers[0].name", "field name"},
		{"a name with a newline", func(w *storage.Webhook) { w.Name = "acme\n" }, "name", "U+000A"},
		{"an organization with a newline", func(w *storage.Webhook) { w.Organization = "\norg" }, "organization", "U+000A"},
		{"a sandbox with a tab", func(w *storage.Webhook) { w.Sandbox.Name = "prod\t" }, "sandbox.name", "U+0009"},
		{"a sandbox ID in braces", func(w *storage.Webhook) { w.Sandbox.ID = "{5a0653a2-6a29-4ce0-855c-205b5a545923}" }, "sandbox.id", "UUID"},
		{"a JWT header with a newline", func(w *storage.Webhook) { w.Auth.JWT.Header = "X-Token\n" }, "auth.header", "field name"},
		{"a prefix with a tab", func(w *storage.Webhook) { w.Auth.JWT.Prefix = "\tBearer" }, "auth.prefix", "9110"},
		{"env: alone", key("HS256", "env:"), "auth.secret", "write env:NAME"},
		{"env: with a space", key("HS256", "env: KEY"), "auth.secret", "without spaces"},
		{"file: alone", key("RS256", "file:"), "auth.secret", "write file:PATH"},
		{"file: and a space", key("RS256", "file: "), "auth.secret", "write file:PATH"},
		{"file: with a newline", key("RS256", "file:/a\n"), "auth.secret", "control character"},
		{"env: alone in a header", func(w *storage.Webhook) { w.Headers[1].Value = "env:" }, "headers[1].value", "write env:NAME"},
		{"file: alone in a header", func(w *storage.Webhook) { w.Headers[1].Value = "file:" }, "headers[1].value", "write file:PATH"},
		{"a header twice", func(w *storage.Webhook) { w.Headers = []storage.HeaderField{{Name: "x-a"}, {Name: "X-A"}} }, "headers[1].name", "twice"},
		{"the JWT's header", header("authorization", "b"), "headers[0].name", "JWT"},
		{"Host", header("host", "b"), "headers[0].name", "Host"},
		{"Content-Type", header("content-type", "b"), "headers[0].name", "Content-Type"},
		{"Content-Length", header("Content-Length", "b"), "headers[0].name", "Content-Length"},
		{"Transfer-Encoding", header("Transfer-Encoding", "b"), "headers[0].name", "Transfer-Encoding"},
		{"Connection", header("Connection", "b"), "headers[0].name", "Connection"},
		{"Keep-Alive", header("Keep-Alive", "b"), "headers[0].name", "Keep-Alive"},
		{"Proxy-Connection", header("Proxy-Connection", "b"), "headers[0].name", "Proxy-Connection"},
		{"User-Agent", header("USER-AGENT", "b"), "headers[0].name", "User-Agent"},
		{"TE", header("TE", "b"), "headers[0].name", "Te"},
		{"Trailer", header("Trailer", "b"), "headers[0].name", "Trailer"},
		{"Upgrade", header("Upgrade", "b"), "headers[0].name", "Upgrade"},
		{"Expect", header("Expect", "b"), "headers[0].name", "Expect"},
		{"one of ours", header("backchannel-x", "b"), "headers[0].name", "Backchannel-X"},
		{"a secret header without a value", func(w *storage.Webhook) { w.Headers[1].Value = "" }, "headers[1].value", "missing"},
		{"the revision", func(w *storage.Webhook) { w.Revision = "2" }, "revision", "classic, 2026-10"},
		{"the state", func(w *storage.Webhook) { w.State = "off" }, "state", "paused"},
		{"a short timeout", func(w *storage.Webhook) { w.Delivery.Timeout = 1 }, "delivery.timeoutMs", "100ms"},
		{"a long timeout", func(w *storage.Webhook) { w.Delivery.Timeout = time.Hour }, "delivery.timeoutMs", "10m"},
		{"many waits", func(w *storage.Webhook) { w.Delivery.Retry = slices.Repeat([]time.Duration{time.Second}, 21) }, "delivery.retryMs", "21"},
		{"a short wait", func(w *storage.Webhook) { w.Delivery.Retry = []time.Duration{0} }, "delivery.retryMs", "10ms"},
		{"a long wait", func(w *storage.Webhook) { w.Delivery.Retry = []time.Duration{48 * time.Hour} }, "delivery.retryMs", "24h"},
		{"no concurrency", func(w *storage.Webhook) { w.Delivery.Concurrency = 0 }, "delivery.concurrency", "1 to 256"},
		{"too much concurrency", func(w *storage.Webhook) { w.Delivery.Concurrency = 257 }, "delivery.concurrency", "1 to 256"},
		{"a negative rate", func(w *storage.Webhook) { w.Delivery.RatePerSec = -1 }, "delivery.ratePerSecond", "none"},
		{"a rate that is not a number", func(w *storage.Webhook) { w.Delivery.RatePerSec = math.NaN() }, "delivery.ratePerSecond", "none"},
		{"half a client certificate", func(w *storage.Webhook) { w.Delivery.TLS.CertFile = "/c" }, "delivery.tls", "both"},
	} {
		w := valid()
		c.change(&w)
		w.Normalize()
		err := w.Validate(t.Context(), rules())
		if fields := fieldsOf(err); len(fields) != 1 || fields[0] != c.field || !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("%s: got %v, want %s alone", c.name, err, c.field)
			continue
		}
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q does not say %q", c.name, err, c.says)
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: a secret is told: %v", c.name, err)
		}
	}
}

func TestAllBadFieldsAreReportedTogether(t *testing.T) {
	w := valid()
	w.Name, w.Channels, w.URL, w.Auth.JWT.Secret = "", nil, "http://me:hush@x", "hush"
	w.Headers = slices.Repeat([]storage.HeaderField{{Name: "Host", Value: "hush\n", Secret: true}}, 2)
	w.Delivery.Concurrency = -1
	err := w.Validate(t.Context(), rules())
	want := []string{"name", "channels", "url", "auth.secret", "headers[0].value", "headers[0].name", "headers[1].value", "headers[1].name",
		"headers[1].name", "delivery.concurrency"}
	if got := fieldsOf(err); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("a secret is told: %v", err)
	}
}

func TestTooManyHeaders(t *testing.T) {
	w := valid()
	for i := range storage.MaxHeaders {
		w.Headers = append(w.Headers, storage.HeaderField{Name: "X-" + strings.Repeat("a", i+1)})
	}
	if got := fieldsOf(w.Validate(t.Context(), rules())); !slices.Equal(got, []string{"headers"}) {
		t.Errorf("got %v", got)
	}
}

func TestPlainHTTPIsForLoopbackAlone(t *testing.T) {
	allow := rules()
	allow.AllowHTTP = true
	for url, fine := range map[string]bool{
		"http://localhost:80/x": true, "http://127.8.0.1/": true, "http://[::1]/": true,
		"http://example.com/": false, "http://10.0.0.1/": false, "http://localhost.example.com/": false, "http:///": false,
	} {
		w := valid()
		w.URL = url
		if err := w.Validate(t.Context(), allow); (err == nil) != fine {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestValidURLs(t *testing.T) {
	for _, url := range []string{
		"https://example.com", "https://example.com.:443/a%20b;c?d=%2F&e=[1]", "https://EXAMPLE.com/~a/@b:c!$&'()*+,=", "https://a_b.internal/",
		"https://[::1]:8443/x", "https://10.0.0.1/", "https://localhost:1/", "HTTPS://xn--bcher-kva.example/", "https://a:65535",
	} {
		w := valid()
		w.URL = url
		if err := w.Validate(t.Context(), rules()); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestTLSFilesAreLookedInto(t *testing.T) {
	from := rules()
	from.Sources.ReadFile = func(context.Context, string) ([]byte, error) { return []byte("no PEM"), nil }
	w := valid()
	w.Delivery.TLS = storage.TLSOptions{CAFile: "/ca", CertFile: "/cert", KeyFile: "/key"}
	if got := fieldsOf(w.Validate(t.Context(), from)); !slices.Equal(got, []string{"delivery.tls.caFile", "delivery.tls.certFile"}) {
		t.Errorf("got %v", got)
	}
}

func TestWarnings(t *testing.T) {
	w := valid()
	w.Auth.JWT.Secret = "env:KEY"
	w.Delivery.TLS = storage.TLSOptions{CAFile: "/ca", SkipVerify: true}
	got := fieldsOf(w.Warnings(t.Context(), rules()))
	want := []string{"organization", "delivery.tls.skipVerify", "auth.secret", "headers[1].value", "delivery.tls.caFile"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	pem := valid()
	pem.Organization, pem.Headers = "0123456789ABCDEF01234567@AdobeOrg", nil
	pem.Auth.JWT.Secret = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----"
	if odd := pem.Warnings(t.Context(), rules()); len(odd) != 1 || !strings.Contains(odd[0].Reason, "HS256 uses verbatim as a password") {
		t.Errorf("got %v", odd)
	}
	fine := valid()
	fine.Organization, fine.Headers = "0123456789ABCDEF01234567@AdobeOrg", nil
	if odd := fine.Warnings(t.Context(), rules()); len(odd) != 0 {
		t.Errorf("got %v", odd)
	}
}

func TestNormalize(t *testing.T) {
	w := storage.NewWebhook()
	w.Name, w.URL = "  acme ", " https://example.com "
	w.Auth.JWT.Secret = "file:key.pem"
	w.Headers = []storage.HeaderField{{Name: " A ", Value: " b "}, {Name: "C", Value: "file:x", Secret: true}}
	w.Delivery.TLS.CAFile = "ca.pem"
	w.Normalize()
	if w.Name != "acme" || w.URL != "https://example.com" || w.Headers[0] != (storage.HeaderField{Name: "A", Value: "b"}) || len(w.Sandbox.ID) != 36 {
		t.Errorf("got %+v", w)
	}
	for _, path := range []string{w.Auth.JWT.Secret.Reveal()[5:], w.Headers[1].Value[5:], w.Delivery.TLS.CAFile} {
		if !filepath.IsAbs(path) {
			t.Errorf("%s is not absolute", path)
		}
	}
	before := w
	if w.Normalize(); w.Sandbox != before.Sandbox || w.Name != before.Name {
		t.Error("a second time changes more")
	}
}

func TestTokenSpecDefaults(t *testing.T) {
	w := valid()
	w.Organization, w.URL = "org", "https://example.com:8443/x"
	spec := w.TokenSpec("https://127.0.0.1:9443")
	if spec.Issuer != "org" || spec.Subject != storage.DefaultSubject || !slices.Equal(spec.Audience, []string{"example.com"}) {
		t.Errorf("got %+v", spec)
	}
	w.URL = storage.BuiltinReceiver
	if spec := w.TokenSpec("https://127.0.0.1:9443"); !slices.Equal(spec.Audience, []string{"127.0.0.1"}) {
		t.Errorf("audience of the built-in receiver: %v", spec.Audience)
	}
	w.Organization, w.Sandbox.Name = "a/b@Org", "pr od"
	if got := w.Target("https://127.0.0.1:9443/"); got != "https://127.0.0.1:9443/feedback/a%2Fb@Org/pr%20od" {
		t.Errorf("target %s", got)
	}
}

func TestFieldErrorsTellInvalidFromConflict(t *testing.T) {
	taken, bad := storage.FieldError{Field: "a", Reason: "taken", Conflict: true}, storage.FieldError{Field: "b", Reason: "bad"}
	if err := (storage.FieldErrors{taken}); !errors.Is(err, storage.ErrConflict) || errors.Is(err, storage.ErrInvalid) {
		t.Error("a conflict is not one")
	}
	if err := (storage.FieldErrors{taken, bad}); errors.Is(err, storage.ErrConflict) || !errors.Is(err, storage.ErrInvalid) {
		t.Error("bad input is a conflict")
	}
	if (storage.FieldErrors{}).Err() != nil {
		t.Error("nothing wrong is an error")
	}
	if text := (storage.FieldErrors{taken, bad}).Error(); !bytes.Equal([]byte(text), []byte("a: taken\nb: bad")) {
		t.Errorf("got %q", text)
	}
}
