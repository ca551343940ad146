package engine

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A member is a certificate of a chain, with its key.
type member struct {
	*x509.Certificate
	key crypto.Signer
}

func newKey(t *testing.T) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newMember makes a certificate signed by a member, or a self-signed one if that is nil.
func newMember(t *testing.T, issuer *member, key crypto.Signer, change func(*x509.Certificate)) *member {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{SerialNumber: serial, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	change(template)
	parent := &member{template, key}
	if issuer != nil {
		parent = issuer
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent.Certificate, key.Public(), parent.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &member{cert, key}
}

func asCA(name string, more ...func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: name}
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		for _, change := range more {
			change(c)
		}
	}
}

func asLeaf(more ...func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: "hooks"}
		c.DNSNames, c.ExtKeyUsage = []string{"localhost"}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, change := range more {
			change(c)
		}
	}
}

func expired(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
}

// present serves a chain on a host and makes an attempt, with named in the webhook's CA file.
func present(t *testing.T, host string, chain, named []*member) (*bench, Result) {
	raw := make([][]byte, len(chain))
	for i, m := range chain {
		raw[i] = m.Raw
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: raw, PrivateKey: chain[0].key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ := cutAddress(s.Listener.Addr())
	b := newBench(t, "https://"+net.JoinHostPort(host, port))
	if len(named) > 0 {
		var text strings.Builder
		for _, m := range named {
			_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: m.Raw})
		}
		b.files["/ca.pem"], b.hook.Delivery.TLS.CAFile = text.String(), "/ca.pem"
	}
	return b, b.try(storage.Job{})
}

func TestChainErrorsAreExplained(t *testing.T) {
	key := newKey(t)
	root := newMember(t, nil, newKey(t), asCA("Root"))
	middle := newMember(t, root, newKey(t), asCA("Middle"))
	leaf := newMember(t, middle, key, asLeaf())
	direct := func(more ...func(*x509.Certificate)) *member { return newMember(t, root, key, asLeaf(more...)) }
	under := func(change func(*x509.Certificate)) []*member {
		ca := newMember(t, root, newKey(t), asCA("Middle", change))
		return []*member{newMember(t, ca, key, asLeaf()), ca}
	}
	rootWith := func(change func(*x509.Certificate)) (chain, named []*member) {
		ca := newMember(t, nil, newKey(t), asCA("Odd Root", change))
		return []*member{newMember(t, ca, key, asLeaf())}, []*member{ca}
	}
	noBasic, noBasicCA := rootWith(func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid, c.KeyUsage = false, false, 0 })
	noSign, noSignCA := rootWith(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })
	oldRoot, oldRootCA := rootWith(expired)
	limited, limitedCA := rootWith(func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"example.com"}, true
	})
	clients, clientsCA := rootWith(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	_, shortCA := rootWith(func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	between := newMember(t, shortCA[0], newKey(t), asCA("Middle"))
	short := []*member{newMember(t, between, key, asLeaf()), between}
	self := newMember(t, nil, key, asLeaf())
	trusted := []*member{root}
	for _, c := range []struct {
		name         string
		host         string
		chain, named []*member
		want         []string
	}{
		{"whole", "localhost", []*member{leaf, middle}, trusted, nil},
		{"intermediate not sent", "localhost", []*member{leaf}, trusted, []string{`without that of "Middle", which issued it`, "the endpoint's operator must send the whole chain", `; CA file /ca.pem (1 certificate), as it is now, has "Root"`}},
		{"root instead of the intermediate", "localhost", []*member{leaf, root}, trusted, []string{`sends 2 certificates, but not that of "Middle"`}},
		{"authority not named", "localhost", []*member{leaf, middle}, nil, []string{`but not that of "Root", which issued "Middle"`, `if "Root" is the authority itself`, "--tls-ca"}},
		{"root sent, not named", "localhost", []*member{leaf, middle, root}, nil, []string{`an authority that is not trusted here, "Root"; if you trust it, name its certificate with --tls-ca (CA file)`}},
		{"authority renewed", "localhost", []*member{direct()}, []*member{newMember(t, nil, newKey(t), asCA("Root"))}, []string{`own certificate was not signed by the authority's certificate "Root" in CA file /ca.pem`, "probably renewed"}},
		{"own one expired", "localhost", []*member{newMember(t, middle, key, asLeaf(expired)), middle}, trusted, []string{"the endpoint's own certificate expired on ", "operator must renew it"}},
		{"intermediate expired", "localhost", under(expired), trusted, []string{`the intermediate certificate "Middle" (2 of 2 that the endpoint sends) expired on `, "operator must send the authority's current certificate in its place"}},
		{"authority expired", "localhost", oldRoot, oldRootCA, []string{`the authority's certificate "Odd Root" in CA file /ca.pem expired on `, "name the authority's current certificate with --tls-ca"}},
		{"not yet valid", "localhost", []*member{direct(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(10 * time.Minute) })}, trusted, []string{"own certificate is not valid before ", " here; if this machine's clock is right"}},
		{"authority without basicConstraints", "localhost", noBasic, noBasicCA, []string{`"Odd Root" in CA file /ca.pem is not marked as an authority's`, "CA:TRUE", "name the new one with --tls-ca"}},
		{"intermediate without basicConstraints", "localhost", under(func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid, c.KeyUsage = false, false, 0 }), trusted, []string{`"Middle" (2 of 2 that the endpoint sends) is not marked as an authority's`, "operator must have it reissued"}},
		{"authority may not sign", "localhost", noSign, noSignCA, []string{`"Odd Root" in CA file /ca.pem may not sign certificates (its key usage lacks keyCertSign`}},
		{"authority expired, and sent as well", "localhost", []*member{oldRoot[0], oldRootCA[0]}, oldRootCA, []string{"name the authority's current certificate with --tls-ca"}},
		{"own one last", "localhost", []*member{middle, leaf}, trusted, []string{`sends the certificate "Middle" first, where its own must be`}},
		{"name constraints", "localhost", limited, limitedCA, []string{`"Odd Root" in CA file /ca.pem may not issue certificates for the names`, "localhost"}},
		{"for clients", "localhost", []*member{direct(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })}, trusted, []string{"own certificate is not for servers: its extended key usage is clientAuth"}},
		{"authority for clients", "localhost", clients, clientsCA, []string{`"Odd Root" in CA file /ca.pem is not for servers`}},
		{"too long", "localhost", short, shortCA, []string{"pathLenConstraint 0"}},
		{"unknown extension", "localhost", []*member{direct(func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		})}, trusted, []string{"own certificate has a critical extension (1.2.3.4)"}},
		{"self-signed", "localhost", []*member{self}, trusted, []string{"own certificate is self-signed, and not trusted here", "name it with --tls-ca"}},
		{"self-signed, renewed", "localhost", []*member{self}, []*member{newMember(t, nil, newKey(t), asLeaf())}, []string{`differs from the certificate of that name, "hooks", in CA file /ca.pem`}},
		{"self-signed and named", "localhost", []*member{self}, []*member{self}, nil},
		{"common name", "localhost", []*member{direct(func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = nil, "localhost" })}, trusted, []string{`no subjectAltName, only the common name "localhost"`, "subjectAltName DNS:localhost"}},
		{"no name", "localhost", []*member{direct(func(c *x509.Certificate) { c.DNSNames, c.Subject = nil, pkix.Name{} })}, trusted, []string{"for no host at all"}},
		{"other names", "localhost", []*member{direct(func(c *x509.Certificate) { c.DNSNames = []string{"a.test", "b\x1b[2J.test"} })}, trusted, []string{`for "a.test", "b`, "not for localhost"}},
		{"wildcard", "localhost", []*member{direct(func(c *x509.Certificate) { c.DNSNames = []string{"*.localhost"} })}, trusted, []string{`("*.localhost" stands for exactly one label)`}},
		{"address as a DNS name", "127.0.0.1", []*member{direct(func(c *x509.Certificate) { c.DNSNames = []string{"127.0.0.1"} })}, trusted, []string{"127.0.0.1 as a DNS name", "IP:127.0.0.1"}},
		{"names for an address", "127.0.0.1", []*member{direct()}, trusted, []string{`for "localhost", not for 127.0.0.1`}},
		{"address for a name", "localhost", []*member{direct(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, []net.IP{net.IPv4(127, 0, 0, 1)} })}, trusted, []string{`for "127.0.0.1", not for localhost`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, r := present(t, c.host, c.chain, c.named)
			if c.want == nil {
				b.expect(r, policy.Succeeded, "", "")
				return
			}
			for _, want := range c.want {
				b.expect(r, policy.Permanent, storage.ClassCertificate, want)
			}
			if strings.Contains(r.Attempt.Error, "x509:") || strings.ContainsAny(r.Attempt.Error, "\x1b\n") {
				t.Errorf("the error %q is not for people", r.Attempt.Error)
			}
		})
	}
}

// The authority is in the pool of the system or --ca-file, not in the webhook's CA file.
func TestTrustedAuthorityWithTheSameNameHasAnotherKey(t *testing.T) {
	key := newKey(t)
	leaf := newMember(t, newMember(t, nil, newKey(t), asCA("Root")), key, asLeaf())
	b, _ := present(t, "localhost", []*member{leaf}, nil)
	pool := x509.NewCertPool()
	pool.AddCert(newMember(t, nil, newKey(t), asCA("Root")).Certificate)
	b.cfg.RootCAs = func() (*x509.CertPool, error) { return pool, nil }
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassCertificate, `names "Root" as its issuer, which is trusted here, but its certificate here does not vouch for that (it has another key)`)
}

func TestWeakSignatureIsExplained(t *testing.T) {
	p := presentedChain{}
	a, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	root := newMember(t, nil, a, asCA("Root"))
	leaf := newMember(t, root, newKey(t), asLeaf())
	leaf.SignatureAlgorithm = x509.SHA1WithRSA // which CreateCertificate refuses to make
	p.sent, p.by, p.now = []*x509.Certificate{leaf.Certificate}, &authorities{named: []namedAuthority{{root.Certificate, "/ca.pem"}}}, time.Now()
	if got := p.explain(x509.UnknownAuthorityError{Cert: leaf.Certificate}); !strings.Contains(got, "own certificate is signed with SHA1-RSA, which is no longer accepted") {
		t.Errorf("got %q", got)
	}
}
