package check_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// A signer issues certificates.
type signer struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

// issue signs a new certificate. A nil signer makes it self-signed.
func (by *signer) issue(t *testing.T, change func(*x509.Certificate)) *signer {
	t.Helper()
	key := storetest.Must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "leaf"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-100 * 24 * time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	parent, with := template, key
	if by != nil {
		parent, with = by.Certificate, by.key
	}
	der := storetest.Must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), with))
	return &signer{storetest.Must(x509.ParseCertificate(der)), key}
}

// authority makes a template that of a certificate authority.
func authority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.KeyUsage, c.IPAddresses, c.ExtKeyUsage = name, true, x509.KeyUsageCertSign, nil, nil
	}
}

// chain returns the certificate for a server, followed by others.
func (by *signer) chain(more ...*signer) tls.Certificate {
	c := tls.Certificate{Certificate: [][]byte{by.Raw}, PrivateKey: by.key}
	for _, m := range more {
		c.Certificate = append(c.Certificate, m.Raw)
	}
	return c
}

// A certificate with one defect fails the case that looks for it.
func TestCertificates(t *testing.T) {
	t.Parallel()
	root := (*signer)(nil).issue(t, authority("root"))
	middle := root.issue(t, authority("intermediate"))
	leaf := middle.issue(t, nil)
	stranger := (*signer)(nil).issue(t, authority("stranger"))
	const day = 24 * time.Hour
	lives := func(from, to time.Duration) tls.Certificate {
		return root.issue(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to) }).chain()
	}
	for _, c := range []struct {
		name   string
		chain  tls.Certificate
		config func(*tls.Config)
		hook   func(*storage.Webhook)
		fails  string
		warns  string
		says   string // about the first of these
	}{
		{name: "good", chain: leaf.chain(middle)},
		{name: "the root as well", chain: leaf.chain(middle, root)},
		{name: "no intermediate", chain: leaf.chain(), fails: "tls/chain", says: "intermediate"},
		{name: "self-signed", chain: (*signer)(nil).issue(t, nil).chain(), fails: "tls/trusted", says: "self-signed"},
		{name: "another authority", chain: stranger.issue(t, nil).chain(stranger), fails: "tls/trusted", says: "stranger"},
		{name: "expired", chain: lives(-90*day, -time.Hour), fails: "tls/expired", says: "expired on"},
		{name: "not valid yet", chain: lives(time.Hour, 90*day), fails: "tls/expired", says: "is not valid before"},
		{name: "another host", chain: root.issue(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.test"} }).chain(), fails: "tls/host", says: "other.test"},
		{name: "13 days left", chain: lives(-77*day, 13*day), warns: "tls/renewal", says: "12 days"},
		{name: "15 days left", chain: lives(-77*day, 15*day)},
		{name: "3 of 6 days left", chain: lives(-3*day, 3*day)},
		{name: "1 of 6 days left", chain: lives(-5*day, day), warns: "tls/renewal"},
		{name: "only TLS 1.1", chain: leaf.chain(middle), config: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, fails: "tls/version", warns: "tls/legacy", says: "TLS 1.1"},
		{name: "TLS 1.0 as well", chain: leaf.chain(middle), config: func(c *tls.Config) { c.MinVersion = tls.VersionTLS10 }, warns: "tls/legacy", says: "TLS 1.1"},
		{name: "not verified", chain: stranger.issue(t, nil).chain(), hook: func(w *storage.Webhook) { w.Delivery.TLS.SkipVerify = true }, warns: "tls/trusted", says: "skips verification"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.hook)
			config := &tls.Config{Certificates: []tls.Certificate{c.chain}}
			if c.config != nil {
				c.config(config)
			}
			b.pointTo(serve(b.reference(), config))
			roots := x509.NewCertPool()
			roots.AddCert(root.Certificate)
			b.config.Engine.RootCAs = func() (*x509.CertPool, error) { return roots, nil }
			run := b.runInMemory(t.Context(), storage.CheckOptions{Only: []string{"tls"}})
			failed, describedFailed := withResult(run, storage.CheckFailed)
			warned, describedWarned := withResult(run, storage.CheckWarned)
			described := slices.Concat(describedFailed, describedWarned)
			if strings.Join(failed, " ") != c.fails || strings.Join(warned, " ") != c.warns || c.says != "" && !strings.Contains(described[0], c.says) {
				t.Errorf("want failed %q, warned %q, %q; got\n%s", c.fails, c.warns, c.says, strings.Join(described, "\n"))
			}
		})
	}
}

// The TLS cases do not apply to http://, and fail if the port of an https:// URL does not speak TLS.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.pointTo(serve(b.reference(), nil))
	run := b.runInMemory(t.Context(), storage.CheckOptions{Only: []string{"tls", "http/http2"}})
	if ids, described := withResult(run, storage.CheckSkipped); len(ids) != 8 {
		t.Errorf("got skipped %q, want 8 cases", described)
	}
	b.hook.URL = strings.Replace(b.hook.URL, "http://", "https://", 1)
	run = b.runInMemory(t.Context(), storage.CheckOptions{Only: []string{"tls"}})
	if _, described := withResult(run, storage.CheckFailed); len(described) == 0 || !strings.Contains(described[0], "speaks HTTP without TLS") {
		t.Errorf("got failed %q", described)
	}
}
