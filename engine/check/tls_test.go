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
)

// A signer issues certificates.
type signer struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

func (by *signer) issue(t *testing.T, change func(*x509.Certificate)) *signer {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
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
	der := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), with))
	return &signer{must(x509.ParseCertificate(der)), key}
}

func authority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.KeyUsage, c.IPAddresses, c.ExtKeyUsage = name, true, x509.KeyUsageCertSign, nil, nil
	}
}

func (by *signer) sends(more ...*signer) tls.Certificate {
	c := tls.Certificate{Certificate: [][]byte{by.Raw}, PrivateKey: by.key}
	for _, m := range more {
		c.Certificate = append(c.Certificate, m.Raw)
	}
	return c
}

// Each certificate with one defect fails the case that names it.
func TestCertificates(t *testing.T) {
	t.Parallel()
	root := (*signer)(nil).issue(t, authority("root"))
	middle := root.issue(t, authority("intermediate"))
	leaf := middle.issue(t, nil)
	stranger := (*signer)(nil).issue(t, authority("stranger"))
	const day = 24 * time.Hour
	lives := func(from, to time.Duration) tls.Certificate {
		return root.issue(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to) }).sends()
	}
	for _, c := range []struct {
		name   string
		sends  tls.Certificate
		config func(*tls.Config)
		hook   func(*storage.Webhook)
		fails  string
		warns  string
		says   string // of the first of these
	}{
		{name: "good", sends: leaf.sends(middle)},
		{name: "the root comes along", sends: leaf.sends(middle, root)},
		{name: "no intermediate", sends: leaf.sends(), fails: "tls/chain", says: "intermediate"},
		{name: "self-signed", sends: (*signer)(nil).issue(t, nil).sends(), fails: "tls/trusted", says: "self-signed"},
		{name: "another authority", sends: stranger.issue(t, nil).sends(stranger), fails: "tls/trusted", says: "stranger"},
		{name: "expired", sends: lives(-90*day, -time.Hour), fails: "tls/expired", says: "expired on"},
		{name: "not valid yet", sends: lives(time.Hour, 90*day), fails: "tls/expired", says: "is not valid before"},
		{name: "of another host", sends: root.issue(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.test"} }).sends(), fails: "tls/host", says: "other.test"},
		{name: "13 days left", sends: lives(-77*day, 13*day), warns: "tls/renewal", says: "12 days"},
		{name: "15 days left", sends: lives(-77*day, 15*day)},
		{name: "3 of 6 days left", sends: lives(-3*day, 3*day)},
		{name: "1 of 6 days left", sends: lives(-5*day, day), warns: "tls/renewal"},
		{name: "TLS 1.1 alone", sends: leaf.sends(middle), config: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, fails: "tls/version", warns: "tls/legacy", says: "TLS 1.1"},
		{name: "TLS 1.0 as well", sends: leaf.sends(middle), config: func(c *tls.Config) { c.MinVersion = tls.VersionTLS10 }, warns: "tls/legacy", says: "TLS 1.1"},
		{name: "not verified", sends: stranger.issue(t, nil).sends(), hook: func(w *storage.Webhook) { w.Delivery.TLS.SkipVerify = true }, warns: "tls/trusted", says: "skips verification"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.hook)
			config := &tls.Config{Certificates: []tls.Certificate{c.sends}}
			if c.config != nil {
				c.config(config)
			}
			b.at(serve(b.reference(), config))
			roots := x509.NewCertPool()
			roots.AddCert(root.Certificate)
			b.config.Engine.RootCAs = func() (*x509.CertPool, error) { return roots, nil }
			run := b.tried(t.Context(), storage.CheckOptions{Only: []string{"tls"}})
			failed, toldFailed := bad(run, storage.CheckFailed)
			warned, toldWarned := bad(run, storage.CheckWarned)
			told := slices.Concat(toldFailed, toldWarned)
			if strings.Join(failed, " ") != c.fails || strings.Join(warned, " ") != c.warns || c.says != "" && !strings.Contains(told[0], c.says) {
				t.Errorf("told is\n%s", strings.Join(told, "\n"))
			}
		})
	}
}

// Without TLS there is nothing to look at; a port without TLS behind https:// fails all.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.at(serve(b.reference(), nil))
	run := b.tried(t.Context(), storage.CheckOptions{Only: []string{"tls", "http/http2"}})
	if ids, told := bad(run, storage.CheckSkipped); len(ids) != 8 {
		t.Errorf("skipped are %q", told)
	}
	b.hook.URL = strings.Replace(b.hook.URL, "http://", "https://", 1)
	run = b.tried(t.Context(), storage.CheckOptions{Only: []string{"tls"}})
	if _, told := bad(run, storage.CheckFailed); len(told) == 0 || !strings.Contains(told[0], "speaks HTTP without TLS") {
		t.Errorf("failed are %q", told)
	}
}
