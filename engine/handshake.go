package engine

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// maxPrefix limits how many of an endpoint's first bytes are kept for an error message.
const maxPrefix = 256

// A prefixConn is a connection that keeps the first bytes that its peer sends, until the
// handshake is complete. tls.RecordHeaderError has only five bytes of data that is not TLS, too
// few to recognize another protocol.
type prefixConn struct {
	net.Conn
	first []byte
	over  bool // the handshake is complete
}

func (h *prefixConn) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if room := maxPrefix - len(h.first); !h.over && room > 0 {
		h.first = append(h.first, p[:min(n, room)]...)
	}
	return n, err
}

// A link is a connection to an endpoint, over TLS or not.
type link struct {
	net.Conn
	certRequest   *certRequest
	host, address string
}

// A certRequest records whether the endpoint asked for a client certificate.
type certRequest struct {
	asked  atomic.Bool
	issuer [][]byte // the authorities that it accepts; set before asked
}

// connect dials and, for https, makes a TLS handshake that offers the protocols. Its errors
// about TLS are problems.
func (d *dialer) connect(ctx context.Context, scheme, host, address string, protocols ...string) (*link, error) {
	address = cmp.Or(d.instead, address)
	raw, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if scheme != "https" {
		return &link{Conn: raw, certRequest: new(certRequest), host: host, address: address}, nil
	}
	by, err := d.trust.now(ctx)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	config, asked := d.config(by, host, protocols)
	prefixed := &prefixConn{Conn: raw}
	secured := tls.Client(prefixed, config)
	if err := handshake(ctx, secured); err != nil {
		_ = raw.Close()
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, d.explainHandshake(ctx, failedHandshake{err: err, received: prefixed.first, config: config, by: by, certRequest: asked, address: address})
	}
	prefixed.over, prefixed.first = true, nil
	return &link{Conn: secured, certRequest: asked, host: host, address: address}, nil
}

// config returns the TLS configuration for one connection, and the record of whether the
// endpoint asks for a client certificate on it.
func (d *dialer) config(by *authorities, host string, protocols []string) (*tls.Config, *certRequest) {
	config, asked := d.tls.Clone(), new(certRequest)
	host, _, _ = strings.Cut(host, "%") // a certificate never has the zone of an address
	config.RootCAs, config.ServerName, config.NextProtos = by.pool, host, protocols
	configured := config.GetClientCertificate
	config.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked.issuer = info.AcceptableCAs
		asked.asked.Store(true)
		d.asked.Store(true)
		if configured == nil {
			return new(tls.Certificate), nil
		}
		return configured(info)
	}
	return config, asked
}

// A failedHandshake is what is known about a handshake that failed.
type failedHandshake struct {
	err         error
	received    []byte
	config      *tls.Config
	by          *authorities
	certRequest *certRequest
	address     string
}

// explainHandshake returns the problem for a handshake that failed. Another attempt may
// succeed only if the connection itself broke.
func (d *dialer) explainHandshake(ctx context.Context, f failedHandshake) error {
	var (
		known  *problem
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
	)
	if errors.As(f.err, &known) {
		return known
	}
	if errors.As(f.err, &cert) {
		p := presentedChain{sent: cert.UnverifiedCertificates, by: f.by, host: f.config.ServerName, now: time.Now()}
		return problemf(storage.ClassCertificate, "%s", p.explain(cert.Err))
	}
	if errors.As(f.err, &record) {
		return finalf(storage.ClassTLS, "%s", explainNoTLS(f.received))
	}
	if code, ok := alertOf(f.err); ok {
		return d.explainAlert(ctx, code, &f)
	}
	if text := f.err.Error(); strings.HasPrefix(text, "tls: ") {
		return d.explainProtocol(ctx, text, &f)
	}
	return problemf(storage.ClassTLS, "the TLS handshake failed: %s; if that continues, check that the URL's port speaks TLS", broken(f.err).text)
}

// insteadOfTLS is the part of a message that says what to do about a port that speaks HTTP.
const insteadOfTLS = "; give the URL of the endpoint's HTTPS port, or have its server speak TLS there (Journey Optimizer sends to HTTPS only; a server on this machine can be tried at http:// with --allow-http)"

// explainNoTLS explains the answer of a port that does not speak TLS.
func explainNoTLS(received []byte) string {
	if isHTTP(received) {
		return "the port speaks HTTP without TLS: it answered " + quotedFirstLine(received) + insteadOfTLS
	}
	return explainForeign(received, "TLS")
}

// explainNoHTTP explains the answer of a port that does not speak HTTP.
func explainNoHTTP(received []byte) string {
	if detectProtocol(received) == "TLS" {
		return "the port speaks TLS, but the request came without; set the URL to https:// instead of http://"
	}
	return explainForeign(received, "HTTP/1.1")
}

// explainForeign explains the answer of a port that speaks another protocol than the wanted one.
func explainForeign(received []byte, wanted string) string {
	what := "the port does not speak " + wanted
	if other := detectProtocol(received); other != "" {
		what = "the port speaks " + other + ", not " + wanted
	}
	return what + ": it answered " + quotedFirstLine(received) + "; correct the URL's host and port"
}

// quotedFirstLine returns the first line of what an endpoint sent, quoted so that control
// characters cannot reach a terminal.
func quotedFirstLine(received []byte) string {
	line, _, _ := bytes.Cut(received, []byte("\n"))
	return fmt.Sprintf("%q", shortened(string(bytes.TrimRight(line, "\r")), 80))
}

// isHTTP reports whether an answer, of which only a part may have arrived, begins like HTTP/1.
func isHTTP(received []byte) bool {
	const begins = "HTTP/"
	return bytes.HasPrefix(received, []byte(begins[:min(len(begins), len(received))]))
}

// detectProtocol returns the protocol of a server by the first bytes that it sends, or "".
func detectProtocol(received []byte) string {
	for _, p := range []struct{ begins, protocol string }{
		{"\x15\x03", "TLS"}, {"\x16\x03", "TLS"},
		{"SSH-", "SSH"}, {"220 ", "SMTP or FTP"}, {"220-", "SMTP or FTP"}, {"554 ", "SMTP"}, {"+OK", "POP3"}, {"* OK", "IMAP"},
		{"-ERR", "Redis"}, {"RFB ", "VNC"}, {"AMQP", "AMQP"}, {"RTSP/", "RTSP"}, {"SIP/", "SIP"}, {"NATS", "NATS"}, {"INFO {", "NATS"},
	} {
		if bytes.HasPrefix(received, []byte(p.begins)) {
			return p.protocol
		}
	}
	if len(received) > 4 && bytes.HasPrefix(received[1:], []byte{0, 0, 0, 10}) {
		return "MySQL"
	}
	if len(received) > 5 && received[3] == 4 && received[4] == 0 && received[0] == 0 {
		return "only HTTP/2" // a SETTINGS frame (RFC 9113 §3.4)
	}
	return ""
}

// handshake makes a handshake and calls the hooks of the context's trace, as net/http does.
func handshake(ctx context.Context, c *tls.Conn) error {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil || trace.TLSHandshakeStart == nil {
		return c.HandshakeContext(ctx)
	}
	trace.TLSHandshakeStart()
	err := c.HandshakeContext(ctx)
	trace.TLSHandshakeDone(c.ConnectionState(), err)
	return err
}
