package engine

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"backchannel/storage"
)

func TestRelayErrorsAreExplained(t *testing.T) {
	m := newMember(t, newMember(t, nil, newKey(t), asCA("Root")), newKey(t), asLeaf())
	secure := httptest.NewUnstartedServer(nil)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{m.Raw}, PrivateKey: m.key}}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(nil)
	t.Cleanup(plain.Close)
	relay := NewRelay(NewTrust(func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }, storage.SystemSources()))
	for url, want := range map[string]string{
		strings.Replace(secure.URL, "127.0.0.1", "localhost", 1): `without that of "Root", which issued it and is not trusted here either`,
		strings.Replace(plain.URL, "http:", "https:", 1):         "the port speaks HTTP without TLS",
		"http://169.254.169.254/":                                "a cloud's metadata service answers there",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(nil))
		if err != nil {
			t.Fatal(err)
		}
		_, err = relay.RoundTrip(req)
		if err == nil {
			err = errors.New("answered")
		}
		if got := ExplainRelay(err); !strings.Contains(got, want) || strings.Contains(got, "--tls-ca") {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}
