package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
)

// The TLS alerts that lead to an explanation of their own (RFC 8446 §6).
const (
	alertUnexpectedMessage    = 10
	alertBadRecordMAC         = 20
	alertHandshakeFailure     = 40
	alertBadCertificate       = 42
	alertUnsupportedCert      = 43
	alertCertificateRevoked   = 44
	alertCertificateExpired   = 45
	alertCertificateUnknown   = 46
	alertUnknownCA            = 48
	alertAccessDenied         = 49
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertInternalError        = 80
	alertUserCanceled         = 90
	alertUnrecognizedName     = 112
	alertCertificateRequired  = 116
	alertNoApplication        = 120
)

// Parts of messages: how to configure a client certificate, and that none is configured.
const (
	nameClient = " with --tls-cert and --tls-key (Client certificate, Client key)"
	noClient   = ", and the webhook has none: name one that it accepts"
)

// alertName returns the name that RFC 8446 gives an alert, which operators can search for.
func alertName(code tls.AlertError) string {
	names := map[tls.AlertError]string{
		alertUnexpectedMessage: "unexpected_message", alertBadRecordMAC: "bad_record_mac", alertHandshakeFailure: "handshake_failure",
		alertBadCertificate: "bad_certificate", alertUnsupportedCert: "unsupported_certificate", alertCertificateRevoked: "certificate_revoked",
		alertCertificateExpired: "certificate_expired", alertCertificateUnknown: "certificate_unknown", alertUnknownCA: "unknown_ca",
		alertAccessDenied: "access_denied", alertProtocolVersion: "protocol_version", alertInsufficientSecurity: "insufficient_security",
		alertInternalError: "internal_error", alertUserCanceled: "user_canceled", alertUnrecognizedName: "unrecognized_name",
		alertCertificateRequired: "certificate_required", alertNoApplication: "no_application_protocol",
		22: "record_overflow", 47: "illegal_parameter", 50: "decode_error", 51: "decrypt_error", 86: "inappropriate_fallback",
		109: "missing_extension", 110: "unsupported_extension", 113: "bad_certificate_status_response", 115: "unknown_psk_identity",
	}
	if name, ok := names[code]; ok {
		return name
	}
	return strconv.Itoa(int(code))
}

// alertOf returns the alert that the endpoint sent, if there was one. crypto/tls returns
// its number in an unexported type, so it is looked up by its text.
func alertOf(err error) (tls.AlertError, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		return 0, false
	}
	text := op.Err.Error()
	for code := range 256 {
		if alert := tls.AlertError(code); alert.Error() == text {
			return alert, true
		}
	}
	return 0, false
}

// explainAlert returns a problem that says why the endpoint refused the handshake.
func (d *dialer) explainAlert(ctx context.Context, code tls.AlertError, f *failedHandshake) error {
	switch code {
	// These alerts are about this connection, so another attempt may succeed. An endpoint that
	// sends any other alert would send it again.
	case alertInternalError, alertUserCanceled, alertBadRecordMAC, alertUnexpectedMessage, 0:
		return problemf(storage.ClassTLS, "the endpoint aborted the TLS handshake with the alert %s", alertName(code))
	case alertUnrecognizedName:
		return finalf(storage.ClassTLS, "the endpoint's server has no certificate for the host name %s (TLS alert unrecognized_name); correct the URL's host, or have the endpoint's operator set up that name there", f.config.ServerName)
	case alertNoApplication:
		// Which protocols were offered decides what the endpoint's operator has to enable.
		if !slices.Contains(f.config.NextProtos, "h2") {
			return finalf(storage.ClassTLS, "the endpoint wants HTTP/1.1, and does not speak it on that port (TLS alert no_application_protocol); its operator must enable it there (ALPN, RFC 7301)")
		}
		return finalf(storage.ClassTLS, "the endpoint speaks neither HTTP/2 nor HTTP/1.1 on that port (TLS alert no_application_protocol); correct the URL's port, or have the endpoint's operator offer one of them (ALPN, RFC 7301)")
	}
	if f.certRequest.asked.Load() {
		return finalf(storage.ClassTLS, "%s", d.explainClientAlert(code, f.certRequest))
	}
	if isCertificateAlert(code) {
		return finalf(storage.ClassTLS, "the endpoint refused the connection with the TLS alert %s, and did not ask for a client certificate; only its operator can say why", alertName(code))
	}
	return finalf(storage.ClassTLS, "%s", d.explainNoAgreement(ctx, alertName(code), f))
}

// explainUnanswered explains a connection that broke after the client's side of the
// handshake was complete. In TLS 1.3 the endpoint verifies the client certificate only
// then, and its alert may be lost: closing a connection with an unread request resets it
// (RFC 9112 §9.6). So another handshake, without a request, finds out whether the client
// certificate was the reason.
func (d *dialer) explainUnanswered(ctx context.Context, l *link, err error) error {
	if _, secured := l.Conn.(*tls.Conn); !secured && isClosed(err) {
		f := broken(err)
		f.text += "; if the port speaks HTTPS, set the URL to https:// instead of http://"
		return &problem{failure: f}
	}
	if !l.certRequest.asked.Load() {
		return err
	}
	code, refused := alertOf(err)
	if !refused {
		again := d.handshakeOnly(ctx, l)
		if isClosed(again) {
			return finalf(storage.ClassTLS, "%s", d.explainClient("it closes the connection after the handshake", l.certRequest))
		}
		code, refused = alertOf(again)
	}
	if !refused {
		return err
	}
	return finalf(storage.ClassTLS, "%s", d.explainClientAlert(code, l.certRequest))
}

// handshakeOnly makes a handshake, sends no request, and waits a second for an alert. It
// returns the error with which the endpoint ended the connection, or nil if it did not.
func (d *dialer) handshakeOnly(ctx context.Context, l *link) error {
	ctx, cancel := untraced(ctx)
	defer cancel()
	by, err := d.trust.now(ctx)
	if err != nil {
		return nil
	}
	raw, err := d.DialContext(ctx, "tcp", l.address)
	if err != nil {
		return nil
	}
	defer raw.Close()
	config, _ := d.config(by, l.host, []string{"http/1.1"})
	secured := tls.Client(raw, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	_ = secured.SetReadDeadline(time.Now().Add(time.Second))
	_, err = secured.Read(make([]byte, 1))
	return err
}

// isCertificateAlert reports whether an alert is about a certificate or about access (RFC 8446
// §6.2).
func isCertificateAlert(code tls.AlertError) bool {
	return code >= alertBadCertificate && code <= alertCertificateUnknown || code == alertUnknownCA || code == alertCertificateRequired || code == alertAccessDenied
}

// explainClientAlert explains the alert of an endpoint that had asked for a client
// certificate.
func (d *dialer) explainClientAlert(code tls.AlertError, w *certRequest) string {
	why := map[tls.AlertError]string{
		alertUnknownCA:          "does not know the authority that issued it: have the endpoint's operator trust that authority, or name another one",
		alertCertificateExpired: "says that it has expired: name a renewed one",
		alertCertificateRevoked: "says that it is revoked: name another one",
		alertUnsupportedCert:    "does not accept its kind: name one that is for clients (extended key usage clientAuth)",
	}[code]
	if why == "" || d.client == "" {
		return d.explainClient("TLS alert "+alertName(code), w)
	}
	return fmt.Sprintf("the endpoint refuses the client certificate in %s (TLS alert %s): it %s%s%s", d.client, alertName(code), why, acceptable(w.issuer), nameClient)
}

// explainClient explains the refusal of a client certificate, or of its absence. sign is
// what indicates the refusal.
func (d *dialer) explainClient(sign string, w *certRequest) string {
	if d.client == "" {
		return fmt.Sprintf("the endpoint wants a client certificate (%s)%s%s%s", sign, noClient, acceptable(w.issuer), nameClient)
	}
	return fmt.Sprintf("the endpoint does not accept the client certificate in %s (%s): name one that it accepts%s%s, its intermediate certificates after it in the file",
		d.client, sign, acceptable(w.issuer), nameClient)
}

// acceptable lists the authorities whose client certificates the endpoint accepts. An
// endpoint need not send that list (RFC 8446 §4.2.4).
func acceptable(issuers [][]byte) string {
	var names []string
	for _, raw := range issuers {
		var rdn pkix.RDNSequence
		if _, err := asn1.Unmarshal(raw, &rdn); err != nil {
			continue
		}
		var name pkix.Name
		name.FillFromRDNSequence(&rdn)
		names = append(names, strings.Trim(title(name), `"`))
	}
	if len(names) == 0 {
		return ""
	}
	return " (it accepts those of " + listed(names, 3) + ")"
}

// explainProtocol explains an error of crypto/tls itself about what the endpoint sent.
// These errors have no types, so they are recognized by their text.
func (d *dialer) explainProtocol(ctx context.Context, text string, f *failedHandshake) error {
	text = strings.TrimPrefix(text, "tls: ")
	reason, unreadable := strings.CutPrefix(text, "failed to parse certificate from server: ")
	switch {
	case unreadable && strings.Contains(reason, "negative serial number"):
		return problemf(storage.ClassCertificate, "a certificate that the endpoint sends has a negative serial number, which is not allowed (RFC 5280 §4.1.2.2); the endpoint's operator must have it reissued")
	case unreadable:
		return problemf(storage.ClassCertificate, "a certificate that the endpoint sends cannot be read: %s; the endpoint's operator must have it reissued", clipped(strings.ReplaceAll(reason, "x509: ", "")))
	case strings.Contains(text, "-bit keys are insecure"), strings.Contains(text, "RSA key larger than"), strings.Contains(text, "unsupported type of public key"):
		return problemf(storage.ClassCertificate, "the endpoint's own certificate has a key that is not accepted: %s; the endpoint's operator must have it reissued with an RSA key of 2048 bits or more, or an ECDSA key", clipped(bareKey(text)))
	case strings.Contains(text, "invalid signature by the server certificate"):
		return problemf(storage.ClassCertificate, "the endpoint does not have the private key of the certificate that it sends; its operator must configure the two that belong together")
	case strings.HasPrefix(text, "server selected unsupported protocol version"):
		return finalf(storage.ClassTLS, "%s", d.explainNoAgreement(ctx, "", f))
	}
	return finalf(storage.ClassTLS, "the endpoint violates the TLS protocol: %s; its operator must repair or update the server", clipped(text))
}

// bareKey removes from an error about a key what is meant for Go programmers.
func bareKey(text string) string {
	text, _, _ = strings.Cut(text, " (see ")
	return strings.TrimPrefix(strings.TrimPrefix(text, "invalid signature by the server certificate: "), "crypto/rsa: ")
}
