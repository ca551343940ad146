package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/words"
)

// A handshakes is the outcome of two handshakes: what the endpoint presents, and how it answers a
// client that offers only old versions.
type handshakes struct {
	report        engine.TLSReport
	err           error  // why there is no report
	legacy        error  // nil if a version before TLS 1.2 was accepted
	legacyVersion uint16 // the accepted one
	now           time.Time
	unverified    bool // the webhook skips verification
}

// inspectTLS makes two handshakes: one that offers every version, and one that offers only versions
// before TLS 1.2.
func inspectTLS(ctx context.Context, client *engine.Client, w *storage.Webhook, now time.Time) handshakes {
	h := handshakes{now: now, unverified: w.Delivery.TLS.SkipVerify}
	if h.report, h.err = client.InspectTLS(ctx, w, 0); h.err != nil {
		return h
	}
	var old engine.TLSReport
	old, h.legacy = client.InspectTLS(ctx, w, tls.VersionTLS11)
	h.legacyVersion = old.State.Version
	return h
}

const (
	// minLeft leaves time to notice and repair a renewal that failed.
	minLeft  = 14 * 24 * time.Hour
	maxShare = 3 // of a certificate's life, for those that live less than six weeks
)

func tlsCases() []Case {
	const verify = "Journey Optimizer sends to HTTPS only, and a sender that verifies certificates delivers nothing otherwise (RFC 9110 §4.3.4)"
	secured := func(name string, level storage.CheckLevel, what, expected, why, remedy string, inspect func(handshakes) judgement) Case {
		return Case{ID: groupTLS + "/" + name, Level: level, What: what, Expected: expected, Why: why, Remedy: remedy, skipReason: requiresTLS, inspect: seen(inspect)}
	}
	const must, should = storage.CheckMust, storage.CheckShould
	return []Case{
		secured("trusted", must, "a handshake: who issued the certificate?", "an authority that this machine trusts", verify,
			"use a certificate of a public authority, or name the authority with --tls-ca", warned(trusted)),
		secured("chain", must, "a handshake: does it send the intermediate certificates?", "each certificate up to the authority's", verify+"; browsers fetch what is missing, senders do not (RFC 8446 §4.4.2)",
			"configure the server with the whole chain: fullchain.pem instead of cert.pem", verifying(complete)),
		secured("expired", must, "a handshake: is the certificate valid now?", "a time between notBefore and notAfter", verify, "renew the certificate, and have that done automatically", verifying(unexpired)),
		secured("host", must, "a handshake: is the certificate for the URL's host?", "the host among the certificate's names", verify, "have the certificate issued for the host, or correct the URL", verifying(named)),
		secured("version", must, "a handshake: which version?", "TLS 1.2 or newer", "TLS 1.0 and 1.1 are deprecated (RFC 8996), and current senders refuse them", "enable TLS 1.2 and 1.3", modern),
		secured("renewal", should, "a handshake: how long is the certificate valid?", "14 days or more left, or a third of its life where that is shorter",
			"a failed renewal is noticed in time only if there is time left", "renew the certificate now, and have that done automatically", renewed),
		secured("legacy", should, "a handshake that offers TLS 1.0 and 1.1 alone", "refused", "TLS 1.0 and 1.1 are deprecated (RFC 8996): an attacker who can force them can read the traffic", "disable TLS 1.0 and 1.1", refusesLegacy),
	}
}

// seen fails a case if no handshake was possible.
func seen(inspect func(handshakes) judgement) func(handshakes) judgement {
	return func(h handshakes) judgement {
		switch {
		case h.err != nil:
			return judgement{result: storage.CheckFailed, got: h.err.Error()}
		case len(h.report.State.PeerCertificates) == 0:
			return judgement{result: storage.CheckFailed, got: "the endpoint presents no certificate"}
		}
		return inspect(h)
	}
}

// verifying skips a case if the webhook skips verification. Only the first of these cases warns of
// that; see warned.
func verifying(inspect func(handshakes) judgement) func(handshakes) judgement {
	return func(h handshakes) judgement {
		if h.unverified {
			return skipped("the webhook skips verification of the certificate")
		}
		return inspect(h)
	}
}

// warned is verifying for the case that warns.
func warned(inspect func(handshakes) judgement) func(handshakes) judgement {
	return func(h handshakes) judgement {
		if h.unverified {
			return judgement{result: storage.CheckWarned, got: "not verified: the webhook skips verification of the certificate",
				remedy: "verify it: switch off --tls-skip-verify, and name an authority of your own with --tls-ca"}
		}
		return inspect(h)
	}
}

// leaf returns the endpoint's own certificate.
func (h handshakes) leaf() *x509.Certificate { return h.report.State.PeerCertificates[0] }

// verify verifies only the chain. It ignores the host, and assumes a time at which the endpoint's
// own certificate is valid: host and validity have cases of their own, and one fault should fail
// one case.
func (h handshakes) verify() error {
	options := x509.VerifyOptions{Roots: h.report.Roots, Intermediates: x509.NewCertPool(), CurrentTime: h.now}
	if h.now.After(h.leaf().NotAfter) || h.now.Before(h.leaf().NotBefore) {
		options.CurrentTime = h.leaf().NotBefore.Add(h.leaf().NotAfter.Sub(h.leaf().NotBefore) / 2)
	}
	for _, c := range h.report.State.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := h.leaf().Verify(options)
	return err
}

// incomplete reports whether the chain ends with a certificate whose issuer was not sent.
func (h handshakes) incomplete() bool {
	if !errors.As(h.verify(), new(x509.UnknownAuthorityError)) {
		return false
	}
	sent := h.report.State.PeerCertificates
	last := sent[0]
	for range sent {
		next := issuerOf(last, sent)
		if next == nil {
			return true
		}
		if next.Equal(last) {
			return false
		}
		last = next
	}
	return false
}

// issuerOf returns the certificate that signed cert, which is cert itself if it is self-signed.
func issuerOf(cert *x509.Certificate, among []*x509.Certificate) *x509.Certificate {
	for _, c := range among {
		if string(c.RawSubject) == string(cert.RawIssuer) && c.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil {
			return c
		}
	}
	return nil
}

// issuer returns the name of the authority that issued the endpoint's certificate.
func (h handshakes) issuer() string {
	if name := h.leaf().Issuer.CommonName; name != "" {
		return name
	}
	return h.leaf().Issuer.String()
}

// fails returns the judgement for a certificate that does not verify.
func (h handshakes) fails(err error) judgement {
	return judgement{result: storage.CheckFailed, got: h.report.Explain(err, h.now)}
}

// trusted expects that the chain leads to an authority that this machine trusts.
func trusted(h handshakes) judgement {
	err := h.verify()
	switch {
	case err == nil:
		return judgement{result: storage.CheckPassed, got: fmt.Sprintf("issued by %q", firstLine(h.issuer()))}
	case h.incomplete():
		return skipped("cannot be determined while the chain is incomplete")
	}
	return h.fails(err)
}

// complete expects that the endpoint sends the intermediate certificates.
func complete(h handshakes) judgement {
	if h.incomplete() {
		return h.fails(h.verify())
	}
	return judgement{result: storage.CheckPassed, got: words.Count(len(h.report.State.PeerCertificates), "certificate")}
}

// unexpired expects that the endpoint's own certificate is valid now.
func unexpired(h handshakes) judgement {
	cert := h.leaf()
	if h.now.After(cert.NotAfter) || h.now.Before(cert.NotBefore) {
		return h.fails(x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired})
	}
	return judgement{result: storage.CheckPassed, got: "valid until " + day(cert.NotAfter)}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// named expects that the endpoint's own certificate is for the URL's host.
func named(h handshakes) judgement {
	if err := h.leaf().VerifyHostname(h.report.Host); err != nil {
		return h.fails(err)
	}
	return judgement{result: storage.CheckPassed, got: h.report.Host}
}

// modern expects TLS 1.2 or newer.
func modern(h handshakes) judgement {
	j := judgement{result: storage.CheckPassed, got: tls.VersionName(h.report.State.Version)}
	if h.report.State.Version < tls.VersionTLS12 {
		j.result = storage.CheckFailed
	}
	return j
}

// renewed expects that the certificate stays valid for a while. An expired one is the subject of
// another case.
func renewed(h handshakes) judgement {
	cert := h.leaf()
	left := cert.NotAfter.Sub(h.now)
	needs := min(minLeft, cert.NotAfter.Sub(cert.NotBefore)/maxShare)
	if h.now.After(cert.NotAfter) {
		return skipped("it has expired")
	}
	j := judgement{result: storage.CheckPassed, got: fmt.Sprintf("%s left, until %s", words.Count(int(left/(24*time.Hour)), "day"), day(cert.NotAfter))}
	if left < needs {
		j.result = storage.CheckFailed
	}
	return j
}

// refusesLegacy expects that a handshake with only old versions fails.
func refusesLegacy(h handshakes) judgement {
	if h.legacy != nil {
		return judgement{result: storage.CheckPassed, got: "refused"}
	}
	return judgement{result: storage.CheckFailed, got: "accepted with " + tls.VersionName(h.legacyVersion)}
}
