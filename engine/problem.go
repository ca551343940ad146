package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"backchannel/storage"
)

// A problem is an error whose class is known where it arises.
type problem struct {
	class storage.ErrorClass
	text  string
	cause error // nil: none but the text
}

func (p *problem) Error() string { return p.text }
func (p *problem) Unwrap() error { return p.cause }

func problemf(class storage.ErrorClass, format string, args ...any) *problem {
	return &problem{class: class, text: fmt.Sprintf(format, args...)}
}

// sourceProblem is about a key or a file that could not be had. One that took too long may
// be there the next time: a file system may be slow, or its server away for a while.
func sourceProblem(class storage.ErrorClass, what string, err error) *problem {
	if errors.Is(err, context.DeadlineExceeded) {
		class = storage.ClassTimeout
	}
	if what != "" {
		what += ": "
	}
	return &problem{class: class, text: what + err.Error(), cause: err}
}

// classed says what kind of error kept an attempt from being answered, and tells it in
// one line. The phase is how far the attempt came.
func classed(err error, at phase) (storage.ErrorClass, string) {
	var (
		known   *problem
		refused *refusal
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &known):
		return known.class, known.text
	case errors.As(err, &refused):
		return storage.ClassRefused, refused.Error()
	case errors.As(err, &cert):
		return storage.ClassCertificate, explainCertificate(cert, trustedFiles(err))
	case errors.As(err, &dns):
		return storage.ClassDNS, explainDNS(dns)
	case at == handshaking, isTLS(err):
		return storage.ClassTLS, "the TLS handshake broke off: " + bare(err)
	case at == connecting, at == starting, isDial(err):
		return storage.ClassConnect, bare(err)
	default:
		return storage.ClassTransport, bare(err)
	}
}

func explainTimeout(timeout time.Duration, at phase) string {
	return fmt.Sprintf("no answer within %s (%s)", timeout, at)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func isTLS(err error) bool {
	var (
		record tls.RecordHeaderError
		alert  tls.AlertError
		op     *net.OpError
	)
	return errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

func explainDNS(err *net.DNSError) string {
	if err.IsNotFound {
		return fmt.Sprintf("there is no host %s", err.Name)
	}
	return fmt.Sprintf("look up %s: %s", err.Name, err.Err)
}

func explainCertificate(err *tls.CertificateVerificationError, caFiles string) string {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &unknown) && caFiles != "":
		return fmt.Sprintf("the certificate is signed by an authority that is not trusted: it is not one of the system's, and CA file %s, as it is now, does not hold it; add the authority's certificate there", caFiles)
	case errors.As(err, &unknown):
		return "the certificate is signed by an authority that is not trusted; name the authority's certificate as the webhook's CA file"
	case errors.As(err, &host):
		return "the certificate is for another host: " + host.Error()
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return explainExpiry(invalid)
	default:
		return "the certificate does not verify: " + bare(err.Err)
	}
}

func explainExpiry(invalid x509.CertificateInvalidError) string {
	cert := invalid.Cert
	if cert == nil {
		return "the certificate has expired or is not yet valid"
	}
	if time.Now().Before(cert.NotBefore) {
		return "the certificate is not valid before " + cert.NotBefore.UTC().Format(time.RFC3339)
	}
	return "the certificate expired on " + cert.NotAfter.UTC().Format(time.RFC3339)
}

// bare drops from an error what only a Go programmer would want to know.
func bare(err error) string {
	if errors.Is(err, context.Canceled) {
		return "cancelled"
	}
	text := err.Error()
	for _, prefix := range []string{"net/http: HTTP/1.x transport connection broken: ", "net/http: ", "http: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if strings.Contains(text, "readLoopPeekFailLocked") {
		return "the endpoint sent something before it was asked"
	}
	if text == "EOF" || text == "unexpected EOF" || strings.HasSuffix(text, "server closed idle connection") {
		return "the connection was closed without an answer"
	}
	return clipped(text)
}

// clipped cuts what an endpoint may have made very long.
func clipped(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
