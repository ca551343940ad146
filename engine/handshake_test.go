package engine

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// secured starts an endpoint on localhost with a self-signed certificate and a TLS configuration.
func secured(t *testing.T, m *member, config *tls.Config) *bench {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{m.Raw}, PrivateKey: m.key}}
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ := cutAddress(s.Listener.Addr())
	b := newBench(t, "https://localhost:"+port)
	return b.trust(s)
}

func newRSA(t *testing.T) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestHandshakeWithoutAgreementIsExplained(t *testing.T) {
	m := newMember(t, nil, newRSA(t), asLeaf())
	const need = "the endpoint's operator must enable TLS 1.2 or 1.3 with a cipher suite that has forward secrecy (ECDHE), which Journey Optimizer would need as well"
	for _, c := range []struct {
		name   string
		config *tls.Config
		want   string
	}{
		{"RSA key exchange", &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}, "only cipher suites with RSA key exchange (TLS_RSA_WITH_AES_128_GCM_SHA256 in TLS 1.2)"},
		{"TLS 1.1", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "no version newer than TLS 1.1"},
		{"TLS 1.0", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, "no version newer than TLS 1.0"},
		{"RC4", &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA}}, "weak cipher suites (TLS_ECDHE_RSA_WITH_RC4_128_SHA in TLS 1.2)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := secured(t, m, c.config)
			r := b.try(storage.Job{})
			b.expect(r, policy.Permanent, storage.ClassTLS, c.want)
			b.expect(r, policy.Permanent, storage.ClassTLS, need)
		})
	}
}

func TestRefusedHandshakesAreExplained(t *testing.T) {
	m := newMember(t, nil, newKey(t), asLeaf())
	for _, c := range []struct {
		name   string
		config *tls.Config
		want   string
	}{
		{"ALPN", &tls.Config{NextProtos: []string{"grpc-exp"}}, "speaks neither HTTP/2 nor HTTP/1.1 on that port (TLS alert no_application_protocol)"},
		{"certificate asked for in TLS 1.2", &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, "wants a client certificate (TLS alert "},
		{"certificate asked for in TLS 1.3", &tls.Config{ClientAuth: tls.RequireAnyClientCert}, "wants a client certificate (TLS alert certificate_required)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := secured(t, m, c.config)
			b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassTLS, c.want)
		})
	}
}

func TestRefusedClientCertificateIsExplained(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		b := newBench(t, ours.serve(-1e12, 1e13, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: theirs.pool(), MaxVersion: version}))
		b.cfg.RootCAs = func() (*x509.CertPool, error) { return ours.pool(), nil }
		cert, key := ours.issue(-1e12, 1e13)
		b.files["/cert.pem"], b.files["/key.pem"] = string(cert), string(key)
		b.hook.Delivery.TLS = storage.TLSOptions{CertFile: "/cert.pem", KeyFile: "/key.pem"}
		b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassTLS, `the endpoint refuses the client certificate in /cert.pem (TLS alert `)
	}
}

// alerting answers a ClientHello with a fatal alert.
func alerting(code byte) func(net.Conn) {
	return func(c net.Conn) {
		in := bufio.NewReader(c)
		head := make([]byte, 5)
		if _, err := io.ReadFull(in, head); err != nil {
			return
		}
		_, _ = in.Discard(int(head[3])<<8 + int(head[4]))
		_, _ = c.Write([]byte{21, 3, 3, 0, 2, 2, code})
	}
}

func TestPortsThatSpeakSomethingElse(t *testing.T) {
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = io.WriteString(c, text)
			_, _ = io.Copy(io.Discard, c)
		}
	}
	reset := func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _ = c.(*net.TCPConn).SetLinger(0) }
	closed := func(c net.Conn) {
		_, _ = io.ReadAtLeast(bufio.NewReader(c), make([]byte, 5), 5)
		_ = c.(*net.TCPConn).CloseWrite()
	}
	for _, c := range []struct {
		name, scheme string
		serve        func(net.Conn)
		outcome      policy.Class
		class        storage.ErrorClass
		want         string
	}{
		{"SSH", "https", says("SSH-2.0-OpenSSH_9.6\r\n"), policy.Permanent, storage.ClassTLS, `the port speaks SSH, not TLS: it answered "SSH-2.0-OpenSSH_9.6"`},
		{"SMTP", "https", says("220 mail.example ESMTP\r\n"), policy.Permanent, storage.ClassTLS, `the port speaks SMTP or FTP, not TLS`},
		{"MySQL", "https", says("J\x00\x00\x00\n8.0\x00"), policy.Permanent, storage.ClassTLS, `the port speaks MySQL, not TLS`},
		{"unknown", "https", says("h\x1b[2Jello there\n"), policy.Permanent, storage.ClassTLS, `the port does not speak TLS: it answered "h\x1b[2Jello there"`},
		{"SSH to HTTP", "http", says("SSH-2.0-OpenSSH_9.6\r\n"), policy.Permanent, storage.ClassTransport, `the port speaks SSH, not HTTP/1.1`},
		{"TLS to HTTP", "http", says("\x15\x03\x01\x00\x02\x02\x46"), policy.Permanent, storage.ClassTransport, `set the URL to https:// instead of http://`},
		{"unknown to HTTP", "http", says("ICY 200 OK\r\n\r\n"), policy.Permanent, storage.ClassTransport, `the port does not speak HTTP/1.1: it answered "ICY 200 OK"`},
		{"nothing to HTTP", "http", closed, policy.Retryable, storage.ClassTransport, "closed without an answer; if the port speaks HTTPS, set the URL to https:// instead of http://"},
		{"HTTP/2 to HTTP/1.1", "http", says("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00"), policy.Permanent, storage.ClassTransport, `the port speaks only HTTP/2`},
		{"unrecognized_name", "https", alerting(112), policy.Permanent, storage.ClassTLS, "no certificate for the host name "},
		{"handshake_failure", "https", alerting(40), policy.Permanent, storage.ClassTLS, "no TLS version, cipher suite or signature algorithm in common"},
		{"access_denied", "https", alerting(49), policy.Permanent, storage.ClassTLS, "TLS alert access_denied"},
		{"internal_error", "https", alerting(80), policy.Retryable, storage.ClassTLS, "with the alert internal_error"},
		{"reset in the handshake", "https", reset, policy.Retryable, storage.ClassTLS, "the TLS handshake failed: the connection was reset"},
		{"closed in the handshake", "https", closed, policy.Retryable, storage.ClassTLS, "the TLS handshake failed: the connection was closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, strings.Replace(rawServer(t, c.serve), "http:", c.scheme+":", 1))
			b.expect(b.try(storage.Job{}), c.outcome, c.class, c.want)
		})
	}
}

func TestHTTPToAnHTTPSPort(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	b := newBench(t, strings.Replace(s.URL, "https:", "http:", 1)+"/in?a=b")
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassStatus, "answered 400 Bad Request: the port speaks HTTPS; set the URL to "+s.URL+"/in?a=b")
}

// crypto/x509 does not parse a certificate with a negative serial number.
func TestNegativeSerialNumber(t *testing.T) {
	m := newMember(t, nil, newKey(t), asLeaf(func(c *x509.Certificate) { c.SerialNumber = big.NewInt(5) }))
	raw := []byte(strings.Replace(string(m.Raw), string(mustMarshal(t, big.NewInt(5))), string(mustMarshal(t, big.NewInt(-5))), 1))
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: m.key}}}
	url := rawServer(t, func(c net.Conn) { _ = tls.Server(c, config).Handshake() })
	b := newBench(t, strings.Replace(url, "http:", "https:", 1))
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassCertificate, "a certificate that the endpoint sends has a negative serial number")
}

func mustMarshal(t *testing.T, v any) []byte {
	raw, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// An endpoint that only requests a client certificate may reset the connection for another reason,
// so the attempt is retried.
func TestOptionalClientCertificate(t *testing.T) {
	t.Parallel()
	m := newMember(t, nil, newKey(t), asLeaf())
	config := &tls.Config{ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{{Certificate: [][]byte{m.Raw}, PrivateKey: m.key}}}
	url := rawServer(t, func(c net.Conn) {
		secured := tls.Server(c, config)
		_, err := http.ReadRequest(bufio.NewReader(secured))
		if !errors.Is(err, io.EOF) {
			_ = c.(*net.TCPConn).SetLinger(0)
		}
	})
	b := newBench(t, strings.Replace(url, "http:", "https:", 1))
	b.hook.Delivery.TLS.SkipVerify = true
	b.expect(b.try(storage.Job{}), policy.Retryable, storage.ClassTransport, "reset")
}
