package engine

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// explainUnknown follows the chain from the endpoint's own certificate to where it ends.
// crypto/x509 only says that the authority is unknown. The number of known certificates bounds
// the loop, because certificates can be issued in a circle.
func (p *presentedChain) explainUnknown(unknown x509.UnknownAuthorityError) string {
	cert := p.sent[0]
	for range len(p.known()) {
		if selfSigned(cert) && !p.isNamed(cert) {
			return p.explainTop(cert)
		}
		parents := p.issuersOf(cert)
		if len(parents) == 0 {
			return p.explainMissing(cert, unknown)
		}
		next, fault := p.follow(cert, parents)
		if next == nil {
			return fault
		}
		cert = next
	}
	return "the endpoint's certificates do not lead to an authority that is trusted here: " + plain(unknown)
}

// issuersOf returns the known certificates whose subject is a certificate's issuer. There
// may be several, because an authority may have been renewed under the same name.
func (p *presentedChain) issuersOf(cert *x509.Certificate) (found []*x509.Certificate) {
	for _, other := range p.known() {
		if bytes.Equal(other.RawSubject, cert.RawIssuer) && !other.Equal(cert) {
			found = append(found, other)
		}
	}
	return found
}

// follow returns which of the parents issued a certificate. If none did, it returns what
// is wrong with the first one.
func (p *presentedChain) follow(cert *x509.Certificate, parents []*x509.Certificate) (next *x509.Certificate, fault string) {
	for _, parent := range parents {
		wrong := p.faultOf(cert, parent)
		if wrong == "" {
			return parent, ""
		}
		if fault == "" {
			fault = wrong
		}
	}
	return nil, fault
}

// faultOf returns why a certificate is not a valid issuer of another, or "".
func (p *presentedChain) faultOf(cert, issuer *x509.Certificate) string {
	switch {
	// The conditions of x509.Certificate.CheckSignatureFrom, which returns the same error for
	// both.
	case issuer.Version == 3 && !issuer.BasicConstraintsValid, issuer.BasicConstraintsValid && !issuer.IsCA:
		return p.explainNoAuthority(issuer)
	case issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCertSign == 0:
		return fmt.Sprintf("%s may not sign certificates (its key usage lacks keyCertSign, RFC 5280 §4.2.1.3); %s", p.describe(issuer), p.reissue(issuer))
	}
	if err := cert.CheckSignatureFrom(issuer); err != nil {
		return p.explainSignature(cert, issuer, err)
	}
	if p.now.Before(issuer.NotBefore) || p.now.After(issuer.NotAfter) {
		return p.explainValidity(issuer)
	}
	return ""
}

// explainSignature explains why the signature of cert cannot be verified with issuer.
func (p *presentedChain) explainSignature(cert, issuer *x509.Certificate, err error) string {
	var insecure x509.InsecureAlgorithmError
	switch {
	case errors.As(err, &insecure):
		return fmt.Sprintf("%s is signed with %s, which is no longer accepted because such signatures can be forged; %s",
			p.describe(cert), x509.SignatureAlgorithm(insecure), p.reissue(cert))
	case errors.Is(err, x509.ErrUnsupportedAlgorithm):
		return fmt.Sprintf("%s is signed with an algorithm that is not known here (%s); %s", p.describe(cert), cert.SignatureAlgorithm, p.reissue(cert))
	case strings.Contains(err.Error(), "keys are insecure"): // crypto/rsa has no error to compare with
		return fmt.Sprintf("%s has a key that is too short to be trusted (RSA needs 2048 bits); %s", p.describe(issuer), p.reissue(issuer))
	}
	who := "the endpoint's operator must send the one that did"
	if p.isNamed(issuer) {
		who = "the authority was probably renewed: name its current certificate with --tls-ca (CA file), or have the endpoint's certificate issued by this one"
	}
	return fmt.Sprintf("%s was not signed by %s, although that has the name of its issuer; %s", p.describe(cert), p.describe(issuer), who)
}

// explainTop explains a chain that ends with a self-signed certificate that is not trusted.
func (p *presentedChain) explainTop(top *x509.Certificate) string {
	for _, other := range p.by.named {
		if bytes.Equal(other.RawSubject, top.RawSubject) {
			return fmt.Sprintf("%s differs from the certificate of that name, %s, in CA file %s: it was probably renewed; if it is the one that you expect, name it with --tls-ca (CA file)",
				p.describe(top), title(other.Subject), other.file)
		}
	}
	if top.Equal(p.sent[0]) {
		return "the endpoint's own certificate is self-signed, and not trusted here; if it is the one that you expect, name it with --tls-ca (CA file)" + p.namedAuthorities()
	}
	return fmt.Sprintf("the endpoint's certificates lead to an authority that is not trusted here, %s; if you trust it, %s%s", title(top.Subject), nameCA, p.namedAuthorities())
}

// explainMissing explains a certificate whose issuer's certificate was neither sent nor is
// in a CA file.
func (p *presentedChain) explainMissing(cert *x509.Certificate, unknown x509.UnknownAuthorityError) string {
	issuer := title(cert.Issuer)
	if p.trustsName(cert.RawIssuer) {
		return fmt.Sprintf("%s names %s as its issuer, which is trusted here, but its certificate here does not vouch for that%s; the authority was probably renewed: %s",
			p.describe(cert), issuer, hint(unknown), nameCA)
	}
	sent := fmt.Sprintf("the endpoint sends %d certificates, but not that of", len(p.sent))
	if len(p.sent) == 1 {
		sent = "the endpoint sends only its own certificate, without that of"
	}
	return fmt.Sprintf("%s %s, which issued %s and is not trusted here either: the endpoint's operator must send the whole chain, each intermediate certificate included; or, if %s is the authority itself and you trust it, %s%s",
		sent, issuer, p.describeAgain(cert), issuer, nameCA, p.namedAuthorities())
}

// describeAgain is like describe, for a sentence that has already mentioned the endpoint's own certificate.
func (p *presentedChain) describeAgain(cert *x509.Certificate) string {
	if cert.Equal(p.sent[0]) {
		return "it"
	}
	return title(cert.Subject)
}

// namedAuthorities lists the authorities in the CA files, so that a wrong file is noticed.
func (p *presentedChain) namedAuthorities() string {
	if len(p.by.named) == 0 {
		return ""
	}
	names := title(p.by.named[0].Subject)
	if more := len(p.by.named) - 1; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("; CA file %s, as it is now, has %s", p.by.files, names)
}

// trustsName reports whether an authority of that name is trusted. On systems that verify
// certificates themselves (macOS, Windows), the pool does not list the authorities, so it
// returns false and the remedy is less precise.
func (p *presentedChain) trustsName(subject []byte) bool {
	for _, known := range p.by.pool.Subjects() { //nolint:staticcheck // the pool has the named authorities, which Subjects lists
		if bytes.Equal(known, subject) {
			return true
		}
	}
	return false
}

// hint returns what crypto/x509 found wrong with an authority. The error has that only in
// its text.
func hint(unknown x509.UnknownAuthorityError) string {
	found := regexp.MustCompile(`possibly because of "(.*)" while trying`).FindStringSubmatch(unknown.Error())
	if found == nil {
		return ""
	}
	switch text := found[1]; {
	case strings.Contains(text, "cannot sign this kind of certificate"), strings.Contains(text, "not authorized to sign"):
		return " (it is not marked as an authority's: basicConstraints CA:TRUE or keyCertSign is missing)"
	case strings.Contains(text, "verification"):
		return " (it has another key)"
	default:
		return " (" + clipped(strings.ReplaceAll(text, "x509: ", "")) + ")"
	}
}
