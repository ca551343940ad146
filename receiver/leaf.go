package receiver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	// A leaf can be short-lived, because it is renewed automatically.
	leafLifetime = 30 * 24 * time.Hour
	leafRenewal  = 10 * 24 * time.Hour // how long before its expiry a leaf is replaced
)

// A leaf is the receiver's certificate. It is kept only in memory and renewed before it
// expires.
type leaf struct {
	ca    *CA
	names func() []string
	now   func() time.Time

	mu        sync.Mutex // guards current and replaceAt
	current   *tls.Certificate
	replaceAt time.Time
}

func newLeaf(ca *CA, names func() []string, now func() time.Time) *leaf {
	return &leaf{ca: ca, names: names, now: now}
}

// wildcard reports whether host stands for every address.
func wildcard(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// get implements tls.Config.GetCertificate. One certificate has all names, so it does not
// matter which of them the client asks for. A certificate without the address that the
// client connected to is replaced, because the machine got that address later.
func (l *leaf) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.current != nil && now.Before(l.replaceAt) && l.has(reachedAt(hello)) {
		return l.current, nil
	}
	fresh, err := l.ca.issue(l.names(), now)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	l.current, l.replaceAt = fresh, fresh.Leaf.NotAfter.Add(-leafRenewal)
	return fresh, nil
}

// has reports whether the certificate has an address, or would still lack it if issued now.
func (l *leaf) has(ip net.IP) bool {
	return ip == nil || slices.ContainsFunc(l.current.Leaf.IPAddresses, ip.Equal) || !slices.Contains(l.names(), ip.String())
}

// reachedAt returns the address that the client connected to, or nil if it is not known.
func reachedAt(hello *tls.ClientHelloInfo) net.IP {
	if hello == nil || hello.Conn == nil {
		return nil
	}
	address, _ := hello.Conn.LocalAddr().(*net.TCPAddr)
	if address == nil {
		return nil
	}
	return address.IP
}

// issue issues a certificate for hosts, which are names and addresses. The first is the common
// name, which only people read (RFC 9525 §2).
func (ca *CA) issue(hosts []string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: newSerial(),
		Subject:      pkix.Name{CommonName: hosts[0]},
		NotBefore:    now.Add(-clockSlack),
		NotAfter:     now.Add(leafLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: parsed}, nil
}
