package engine

import (
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
)

// explainHost returns why a certificate is not valid for a host, with the names for which
// it is.
func explainHost(cert *x509.Certificate, host string) string {
	kind := "DNS:" + host
	ip := net.ParseIP(host)
	if ip != nil {
		kind = "IP:" + host
	}
	reissue := "the endpoint's operator must have it reissued with the subjectAltName " + kind
	names := subjectNames(cert)
	switch {
	case len(names) == 0 && cert.Subject.CommonName != "":
		return fmt.Sprintf("the endpoint's own certificate has no subjectAltName, only the common name %q, which is ignored (RFC 9525 §2); %s",
			shortened(cert.Subject.CommonName, 80), reissue)
	case len(names) == 0:
		return "the endpoint's own certificate is for no host at all: it has no subjectAltName; " + reissue
	case ip != nil && slices.Contains(cert.DNSNames, host):
		return fmt.Sprintf("the endpoint's own certificate has %s as a DNS name, where an address must be an IP address (RFC 5280 §4.2.1.6); %s", host, reissue)
	}
	return fmt.Sprintf("the endpoint's own certificate is for another host: for %s, not for %s%s; use a URL with a name that it has, or %s",
		listed(names, 5), host, wildcardNote(cert, host), reissue)
}

// isMisplaced reports whether a certificate other than the first is for the host, which means
// that the server's file has its certificates in the wrong order.
func (p *presentedChain) isMisplaced() bool {
	return slices.ContainsFunc(p.sent[1:], func(c *x509.Certificate) bool { return c.VerifyHostname(p.host) == nil })
}

// subjectNames returns the host names and IP addresses that a certificate is for.
func subjectNames(cert *x509.Certificate) []string {
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// wildcardNote explains why a wildcard that seems to match does not (RFC 9525 §6.3).
func wildcardNote(cert *x509.Certificate, host string) string {
	for _, name := range cert.DNSNames {
		rest, ok := strings.CutPrefix(name, "*.")
		if ok && (strings.EqualFold(host, rest) || len(host) > len(rest) && strings.EqualFold(host[len(host)-len(rest)-1:], "."+rest)) {
			return fmt.Sprintf(" (%q stands for exactly one label)", shortened(name, 80))
		}
	}
	return ""
}

// listed quotes the first few names, at most the given number. The endpoint chooses how many
// there are and how long they are, so both are limited.
func listed(names []string, most int) string {
	var text strings.Builder
	for i, name := range names[:min(most, len(names))] {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "%q", shortened(name, 80))
	}
	if more := len(names) - most; more > 0 {
		fmt.Fprintf(&text, " and %d more", more)
	}
	return text.String()
}
