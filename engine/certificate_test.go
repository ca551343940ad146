package engine

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// An authority issues certificates for tests.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	var raw []byte
	raw, a.key = a.sign(template, nil)
	a.cert, _ = x509.ParseCertificate(raw)
	return a
}

func (a *authority) sign(template *x509.Certificate, by *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	signer := a.key
	if by == nil {
		by, signer = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	return raw, key
}

// issue issues a certificate for localhost, and for clients, that is valid from and to these times from now.
func (a *authority) issue(from, to time.Duration) (cert, key []byte) {
	raw, private := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert)
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// serve starts an endpoint on localhost with a certificate from issue.
func (a *authority) serve(from, to time.Duration, config *tls.Config) (url string) {
	pair, err := tls.X509KeyPair(a.issue(from, to))
	if err != nil {
		a.t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = config
	s.TLS.Certificates = []tls.Certificate{pair}
	s.StartTLS()
	a.t.Cleanup(s.Close)
	_, port, _ := cutAddress(s.Listener.Addr())
	return "https://localhost:" + port
}

func TestCertificates(t *testing.T) {
	a, foreign := newAuthority(t), newAuthority(t)
	for _, c := range []struct {
		name     string
		from, to time.Duration
		trusted  *authority
		outcome  policy.Class
		text     string
	}{
		{"good", -time.Hour, time.Hour, a, policy.Succeeded, ""},
		{"expired", -2 * time.Hour, -time.Hour, a, policy.Permanent, "the endpoint's own certificate expired on "},
		{"not yet valid", time.Hour, 2 * time.Hour, a, policy.Permanent, "the endpoint's own certificate is not valid before "},
		{"foreign", -time.Hour, time.Hour, foreign, policy.Permanent, "it has another key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, a.serve(c.from, c.to, &tls.Config{}))
			b.cfg.RootCAs = func() (*x509.CertPool, error) { return c.trusted.pool(), nil }
			class := storage.ClassCertificate
			if c.outcome == policy.Succeeded {
				class = ""
			}
			b.expect(b.try(storage.Job{}), c.outcome, class, c.text)
		})
	}
}

func TestClientCertificate(t *testing.T) {
	a := newAuthority(t)
	b := newBench(t, a.serve(-time.Hour, time.Hour, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool()}))
	b.cfg.RootCAs = func() (*x509.CertPool, error) { return a.pool(), nil }
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassTLS, `wants a client certificate (TLS alert certificate_required), and the webhook has none: name one that it accepts (it accepts those of "test authority") with --tls-cert and --tls-key`)
	cert, key := a.issue(-time.Hour, time.Hour)
	b.files["/cert.pem"], b.files["/key.pem"] = string(cert), string(key)
	b.hook.Delivery.TLS = storage.TLSOptions{CertFile: "/cert.pem", KeyFile: "/key.pem"}
	b.expect(b.try(storage.Job{}), policy.Succeeded, "", "")
	b.files["/key.pem"] = string(cert)
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassConfig, "client key /key.pem: the PEM holds no private key")
	_, other := a.issue(-time.Hour, time.Hour)
	b.files["/key.pem"] = string(other)
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassConfig, "/cert.pem and /key.pem do not make a client certificate: the key belongs to another certificate")
}
