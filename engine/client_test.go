package engine

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A body that is too large for one write is sent in another way; a refusal of the client certificate
// must be explained all the same.
func TestClientCertificateIsExplainedForLargeBodies(t *testing.T) {
	m := newMember(t, nil, newKey(t), asLeaf())
	job := storage.Job{Payload: bytes.Repeat([]byte("x"), 4*oneWrite)}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for range 10 { // either the alert or the reset may come first
			b := secured(t, m, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: version, NextProtos: []string{"http/1.1"}})
			b.expect(b.try(job), policy.Permanent, storage.ClassTLS, "the endpoint wants a client certificate (TLS alert ")
		}
	}
}

// Node.js servers close the connection without an alert.
func TestClientCertificateRefusedWithoutAnAlert(t *testing.T) {
	ours := newAuthority(t)
	cert, key := ours.issue(-1e12, 1e13)
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{pair}}
	url := rawServer(t, func(c net.Conn) { _ = tls.Server(c, config).Handshake() })
	for client, want := range map[string]string{
		"":          "the endpoint wants a client certificate (it closes the connection after the handshake), and the webhook has none",
		"/cert.pem": "the endpoint does not accept the client certificate in /cert.pem (it closes the connection after the handshake): name one that it accepts",
	} {
		b := newBench(t, strings.Replace(url, "http:", "https:", 1))
		b.hook.Delivery.TLS.SkipVerify = true
		b.files["/cert.pem"], b.files["/key.pem"] = string(cert), string(key)
		if client != "" {
			b.hook.Delivery.TLS.CertFile, b.hook.Delivery.TLS.KeyFile = client, "/key.pem"
		}
		b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassTLS, want)
	}
}

// Servers such as nginx say in an HTTP answer that a certificate is missing or wrong.
func TestClientCertificateRefusedInAnAnswer(t *testing.T) {
	for client, answer := range map[string]struct{ body, want string }{
		"":          {"<center>No required SSL certificate was sent</center>", "answered 400 Bad Request: the endpoint wants a client certificate, and the webhook has none: name one"},
		"/cert.pem": {"<title>400 The SSL certificate error</title>", "answered 400 Bad Request: the endpoint does not accept the client certificate in /cert.pem; name one"},
	} {
		ours := newAuthority(t)
		cert, key := ours.issue(-1e12, 1e13)
		b := newBench(t, rawServer(t, func(c net.Conn) {
			_, _ = http.ReadRequest(bufio.NewReader(c))
			_, _ = fmt.Fprintf(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s", len(answer.body), answer.body)
		}))
		b.files["/cert.pem"], b.files["/key.pem"] = string(cert), string(key)
		if client != "" {
			b.hook.Delivery.TLS = storage.TLSOptions{CertFile: client, KeyFile: "/key.pem"}
		}
		b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassStatus, answer.want)
	}
}

// Other servers request a certificate, continue without one, and then answer as they would any
// unknown client.
func TestClientCertificateMissedInAnAnswer(t *testing.T) {
	m := newMember(t, nil, newKey(t), asLeaf())
	own := tls.Certificate{Certificate: [][]byte{m.Raw}, PrivateKey: m.key}
	const hint = "may be why: if so, name one that it accepts with --tls-cert and --tls-key"
	for _, c := range []struct {
		asks   tls.ClientAuthType
		status int
		proto  []string
		hinted bool
	}{
		{tls.RequestClientCert, 403, nil, true},
		{tls.RequestClientCert, 401, []string{"h2"}, true},
		{tls.VerifyClientCertIfGiven, 496, nil, true},
		{tls.RequestClientCert, 404, nil, false},
		{tls.NoClientCert, 403, nil, false},
	} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) }))
		s.TLS = &tls.Config{ClientAuth: c.asks, Certificates: []tls.Certificate{own}, NextProtos: c.proto}
		s.EnableHTTP2 = len(c.proto) > 0
		s.StartTLS()
		t.Cleanup(s.Close)
		b := newBench(t, s.URL)
		b.hook.Delivery.TLS.SkipVerify = true
		ep, err := b.endpoint()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time over a kept connection
			r := ep.attempt(t.Context(), &storage.Job{}, time.Now())
			b.expect(r, policy.Permanent, storage.ClassStatus, fmt.Sprintf("answered %d", c.status))
			if strings.Contains(r.Attempt.Error, hint) != c.hinted {
				t.Errorf("status %d, client authentication %v: got %q, want the hint: %v", c.status, c.asks, r.Attempt.Error, c.hinted)
			}
		}
	}
}

// A relayed request has no webhook, so its errors name no flag of one.
func TestRelayErrorsDoNotNameWebhookFlags(t *testing.T) {
	m := newMember(t, nil, newKey(t), asLeaf())
	for _, c := range []struct {
		config *tls.Config
		want   string
	}{
		{&tls.Config{ClientAuth: tls.RequireAnyClientCert}, "which only deliveries of a webhook send; have it ask for none, or create a webhook for it"},
		{&tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, "(ECDHE)"},
	} {
		b := secured(t, m, c.config)
		pool := x509.NewCertPool()
		pool.AddCert(m.Certificate)
		relay := NewRelay(NewTrust(func() (*x509.CertPool, error) { return pool, nil }, storage.SystemSources()))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.hook.URL, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = relay.RoundTrip(req)
		if err == nil {
			err = errors.New("answered")
		}
		if got := ExplainRelay(err); !strings.Contains(got, c.want) || strings.Contains(got, "the webhook has") || strings.Contains(got, "Journey Optimizer") {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
