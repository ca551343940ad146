package engine

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Parts of messages: how to have an authority trusted, with the flag's name and the form's label.
const (
	flagCA = "--tls-ca (CA file)"
	nameCA = "name its certificate with " + flagCA
)

// A presentedChain is the chain of certificates that an endpoint sent, together with what it was
// verified against. It explains why verification failed: which certificate is at fault, and who
// can correct that. The errors of crypto/x509 say neither when the chain has several
// certificates.
type presentedChain struct {
	sent []*x509.Certificate // the endpoint's own first
	by   *authorities
	host string
	now  time.Time
}

// explain returns in one line why the chain does not verify.
func (p *presentedChain) explain(err error) string {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case len(p.sent) == 0:
		return "the endpoint's certificate does not verify: " + plain(err)
	case errors.As(err, &host):
		if p.isMisplaced() {
			return fmt.Sprintf("the endpoint sends the certificate %s first, where its own must be (RFC 8446 §4.4.2); the endpoint's operator must put its own first in the server's file", title(p.sent[0].Subject))
		}
		return explainHost(p.sent[0], p.host)
	case errors.As(err, &invalid):
		return p.explainInvalid(invalid)
	case errors.As(err, &unknown):
		return p.explainUnknown(unknown)
	case errors.As(err, new(x509.UnhandledCriticalExtension)):
		return p.explainExtension()
	}
	return "the endpoint's certificate does not verify: " + plain(err)
}

// explainInvalid explains a certificate that crypto/x509 found invalid in itself.
func (p *presentedChain) explainInvalid(invalid x509.CertificateInvalidError) string {
	cert := invalid.Cert
	if cert == nil {
		// Some errors of crypto/x509 name no certificate. They concern the endpoint's own.
		cert = p.sent[0]
	}
	switch invalid.Reason {
	case x509.Expired:
		return p.explainValidity(cert)
	case x509.NotAuthorizedToSign:
		return p.explainNoAuthority(cert)
	case x509.IncompatibleUsage:
		return p.explainUsage()
	case x509.CANotAuthorizedForThisName:
		return p.explainConstraints(invalid)
	case x509.TooManyIntermediates:
		return fmt.Sprintf("%s allows fewer intermediate certificates beneath it (pathLenConstraint %d, RFC 5280 §4.2.1.9) than there are; %s",
			p.describe(cert), cert.MaxPathLen, p.reissue(cert))
	}
	return fmt.Sprintf("%s does not verify: %s", p.describe(cert), plain(invalid))
}

// explainValidity explains a certificate that has expired or is not valid yet. It gives this
// machine's time as well, because a wrong clock looks the same.
func (p *presentedChain) explainValidity(cert *x509.Certificate) string {
	what, at := "expired on", cert.NotAfter
	if p.now.Before(cert.NotBefore) {
		what, at = "is not valid before", cert.NotBefore
	}
	return fmt.Sprintf("%s %s %s, and it is %s here; if this machine's clock is right, %s",
		p.describe(cert), what, stamp(at), stamp(p.now), p.renewal(cert))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// renewal returns who has to replace an expired certificate, and how.
func (p *presentedChain) renewal(cert *x509.Certificate) string {
	switch {
	case cert.Equal(p.sent[0]):
		return "the endpoint's operator must renew it"
	case p.isNamed(cert), !p.isSent(cert):
		return "name the authority's current certificate with --tls-ca (CA file)"
	}
	return "the endpoint's operator must send the authority's current certificate in its place"
}

// reissue returns who has to have a certificate reissued that is itself faulty.
func (p *presentedChain) reissue(cert *x509.Certificate) string {
	if p.isSent(cert) {
		return "the endpoint's operator must have it reissued"
	}
	return "have it reissued, and name the new one with --tls-ca (CA file)"
}

func (p *presentedChain) explainNoAuthority(cert *x509.Certificate) string {
	return fmt.Sprintf("%s is not marked as an authority's (it has no basicConstraints with CA:TRUE, RFC 5280 §4.2.1.9), so no certificate that it signed can be trusted; %s",
		p.describe(cert), p.reissue(cert))
}

// explainUsage explains a chain that is not for servers. crypto/x509 does not say which
// certificate restricts the usage, and each certificate of a chain may (RFC 5280 §4.2.1.12).
func (p *presentedChain) explainUsage() string {
	for _, cert := range p.known() {
		if len(cert.ExtKeyUsage)+len(cert.UnknownExtKeyUsage) == 0 || serves(cert) {
			continue
		}
		return fmt.Sprintf("%s is not for servers: its extended key usage is %s and lacks serverAuth (RFC 5280 §4.2.1.12); %s",
			p.describe(cert), usages(cert), p.reissue(cert))
	}
	return "the endpoint's certificate is not for servers; its operator must have it reissued with the extended key usage serverAuth"
}

func serves(cert *x509.Certificate) bool {
	return slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageServerAuth) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny)
}

func usages(cert *x509.Certificate) string {
	names := make([]string, 0, len(cert.ExtKeyUsage))
	for _, usage := range cert.ExtKeyUsage {
		names = append(names, usage.String())
	}
	for _, oid := range cert.UnknownExtKeyUsage {
		names = append(names, oid.String())
	}
	return clipped(strings.Join(names, ", "))
}

func (p *presentedChain) explainConstraints(invalid x509.CertificateInvalidError) string {
	for _, cert := range p.known()[1:] {
		if constrained(cert) {
			return fmt.Sprintf("%s may not issue certificates for the names in the endpoint's (name constraints, RFC 5280 §4.2.1.10): %s; the endpoint's operator must get one from another authority",
				p.describe(cert), clipped(strings.TrimPrefix(invalid.Detail, "x509: ")))
		}
	}
	return "an authority of the endpoint's chain may not issue certificates for its names (name constraints, RFC 5280 §4.2.1.10): " + clipped(invalid.Detail)
}

func constrained(c *x509.Certificate) bool {
	return len(c.PermittedDNSDomains)+len(c.ExcludedDNSDomains)+len(c.PermittedIPRanges)+len(c.ExcludedIPRanges)+
		len(c.PermittedURIDomains)+len(c.ExcludedURIDomains)+len(c.PermittedEmailAddresses)+len(c.ExcludedEmailAddresses) > 0
}

func (p *presentedChain) explainExtension() string {
	for _, cert := range p.known() {
		if len(cert.UnhandledCriticalExtensions) > 0 {
			return fmt.Sprintf("%s has a critical extension (%s) that is not known here, and must not be accepted then (RFC 5280 §4.2); %s",
				p.describe(cert), cert.UnhandledCriticalExtensions[0], p.reissue(cert))
		}
	}
	return "a certificate of the endpoint's chain has a critical extension that is not known here"
}

// known returns the certificates that the endpoint sent and those of the CA files, each
// once.
func (p *presentedChain) known() []*x509.Certificate {
	all := slices.Clone(p.sent)
	for _, named := range p.by.named {
		if !p.isSent(named.Certificate) {
			all = append(all, named.Certificate)
		}
	}
	return all
}

func (p *presentedChain) isSent(cert *x509.Certificate) bool {
	return slices.ContainsFunc(p.sent, cert.Equal)
}

func (p *presentedChain) isNamed(cert *x509.Certificate) bool { return p.fileOf(cert) != "" }

// fileOf returns the CA file that contains a certificate, or "".
func (p *presentedChain) fileOf(cert *x509.Certificate) string {
	for _, named := range p.by.named {
		if named.Equal(cert) {
			return named.file
		}
	}
	return ""
}

// describe returns the role of a certificate in the chain, and its name and position where these
// help to find it.
func (p *presentedChain) describe(cert *x509.Certificate) string {
	i := slices.IndexFunc(p.sent, cert.Equal)
	switch {
	case i == 0:
		return "the endpoint's own certificate"
	case p.isNamed(cert):
		return fmt.Sprintf("the authority's certificate %s in CA file %s", title(cert.Subject), p.fileOf(cert))
	case i > 0 && selfSigned(cert):
		return fmt.Sprintf("the authority's certificate %s (%d of %d that the endpoint sends)", title(cert.Subject), i+1, len(p.sent))
	case i > 0:
		return fmt.Sprintf("the intermediate certificate %s (%d of %d that the endpoint sends)", title(cert.Subject), i+1, len(p.sent))
	}
	return "the authority's certificate " + title(cert.Subject)
}

// selfSigned reports whether a certificate is self-signed. It verifies the signature,
// because an authority and a certificate that it issued may have the same name.
func selfSigned(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawSubject, cert.RawIssuer) &&
		cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}

// title returns the common name of a subject, or the whole name if there is none.
func title(name pkix.Name) string {
	text := name.CommonName
	if text == "" {
		text = name.String()
	}
	if text == "" {
		return "without a name"
	}
	return fmt.Sprintf("%q", shortened(text, 80))
}

// plain removes from an error of a crypto package what is meant for Go programmers.
func plain(err error) string {
	text := err.Error()
	for _, prefix := range []string{"tls: ", "x509: "} {
		text = strings.ReplaceAll(text, prefix, "")
	}
	return clipped(text)
}
