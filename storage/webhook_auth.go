package storage

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/textproto"
	"strings"

	"golang.org/x/net/http/httpguts"

	"backchannel/storage/pemfile"
	"backchannel/storage/token"
)

// checkAuth checks the authentication.
func (w Webhook) checkAuth(ctx context.Context, bad *FieldErrors, rules Rules) {
	switch w.Auth.Type {
	case AuthNone:
	case AuthJWT:
		w.Auth.JWT.check(ctx, bad, rules.Sources)
	default:
		bad.add("auth.type", "%q is unknown; use %s or %s", w.Auth.Type, AuthNone, AuthJWT)
	}
}

// check checks the settings of the tokens.
func (j JWT) check(ctx context.Context, bad *FieldErrors, from Sources) {
	j.checkKey(ctx, bad, from)
	if len(j.Claims) > 0 {
		if err := token.CheckExtra(j.Claims); err != nil {
			bad.add("auth.claims", "%v", err)
		}
	}
	for _, f := range []struct{ field, text string }{{"auth.issuer", j.Issuer}, {"auth.subject", j.Subject}, {"auth.keyId", j.KeyID}} {
		if f.text != "" {
			bad.addText(f.field, f.text, maxTextLength)
		}
	}
	for _, audience := range j.Audience {
		bad.addText("auth.audience", audience, maxTextLength)
	}
	bad.addIf(j.Lifetime < minLifetime || j.Lifetime > maxLifetime, "auth.lifetimeMs", "%s is out of range; use %s to %s", j.Lifetime, minLifetime, maxLifetime)
	j.checkHeader(bad)
}

// checkKey checks the key if it can be read. A reference that cannot be resolved is left to
// Warnings, because it may be resolvable when the key is needed.
func (j JWT) checkKey(ctx context.Context, bad *FieldErrors, from Sources) {
	algorithm, err := token.ParseAlgorithm(string(j.Algorithm))
	bad.addIf(err != nil, "auth.algorithm", "%v", err)
	if j.Secret == "" {
		what := "the private key in PEM"
		if algorithm.Symmetric() {
			what = "the secret"
		}
		bad.add("auth.secret", "is missing; give %s, or env:NAME, or file:PATH", what)
		return
	}
	if reason := j.Secret.checkReference(); reason != "" {
		bad.add("auth.secret", "%s", reason)
		return
	}
	key, missing := j.Secret.Resolve(ctx, from)
	if err != nil || missing != nil {
		return
	}
	if _, err := token.ParseKey(algorithm, key); err != nil {
		bad.add("auth.secret", "%v", j.Secret.Explain(err))
	}
}

// checkHeader checks the header that carries the token. It is usually Authorization with the
// scheme Bearer (RFC 6750 §2.1), and custom actions of Journey Optimizer let one choose both.
func (j JWT) checkHeader(bad *FieldErrors) {
	switch name := canonical(j.Header); {
	case !httpguts.ValidHeaderFieldName(j.Header):
		bad.add("auth.header", "%q is not a valid HTTP field name (RFC 9110 §5.1); use %s, for example", j.Header, DefaultHeader)
	case reserved(name):
		bad.add("auth.header", "%s is set by backchannel itself; use another name", name)
	}
	if !httpguts.ValidHeaderFieldValue(j.Prefix) || strings.ContainsAny(j.Prefix, "\r\n\t") {
		bad.add("auth.prefix", "%q cannot be sent in a header (RFC 9110 §5.5); use %s, for example", j.Prefix, DefaultPrefix)
	}
}

// checkHeaders checks the custom header lines. A name may occur once only: whether two lines
// of a name mean a list or a contradiction depends on the field (RFC 9110 §5.3), and endpoints
// read the first, the last or both.
func (w Webhook) checkHeaders(bad *FieldErrors) {
	bad.addIf(len(w.Headers) > MaxHeaders, "headers", "has %d entries; use at most %d", len(w.Headers), MaxHeaders)
	seen := map[string]int{}
	for i, h := range w.Headers {
		field := fmt.Sprintf("headers[%d]", i)
		bad.addHeaderSyntax(field, h)
		name := canonical(h.Name)
		if first, dup := seen[name]; dup {
			bad.add(field+".name", "%s is set twice, first in headers[%d]; keep one", name, first)
		} else {
			seen[name] = i
		}
		w.checkReserved(bad, field, name)
		if h.Secret {
			bad.addSecretHeader(field+".value", Secret(h.Value))
		}
	}
}

// addSecretHeader checks the reference to a secret value. As for the key, it is only a warning if it
// cannot be read now.
func (e *FieldErrors) addSecretHeader(field string, value Secret) {
	if value == "" {
		e.add(field, "is missing; a secret header needs one, or env:NAME, or file:PATH")
	} else if reason := value.checkReference(); reason != "" {
		e.add(field, "%s", reason)
	}
}

// checkReserved refuses the name of a header that deliveries set themselves, that of the token
// included.
func (w Webhook) checkReserved(bad *FieldErrors, field, name string) {
	switch {
	case reserved(name):
		bad.add(field+".name", "%s is set by backchannel itself; use another name", name)
	case w.Auth.Type == AuthJWT && name == canonical(w.Auth.JWT.Header):
		bad.add(field+".name", "%s carries the JWT; use another name, or another header for the JWT", name)
	}
}

// addHeaderSyntax checks the syntax of a header field (RFC 9110 §5). A line break in a value
// would add header lines, or a second request, that nobody configured. A secret value is not
// repeated in the error, which is printed and logged.
func (e *FieldErrors) addHeaderSyntax(field string, h HeaderField) {
	switch {
	case h.Name == "":
		e.add(field+".name", "is missing; give an HTTP field name: letters, digits and -")
	case !httpguts.ValidHeaderFieldName(h.Name):
		e.add(field+".name", "%q is not a valid HTTP field name (RFC 9110 §5.1); use letters, digits and -", h.Name)
	}
	shown := fmt.Sprintf("%q", h.Value)
	if h.Secret {
		shown = "the value"
	}
	switch {
	case strings.ContainsAny(h.Value, "\r\n"):
		e.add(field+".value", "%s contains a line break, which cannot be sent (RFC 9110 §5.5); remove it", shown)
	case !httpguts.ValidHeaderFieldValue(h.Value):
		e.add(field+".value", "%s contains a control character, which cannot be sent (RFC 9110 §5.5); remove it", shown)
	case len(h.Value) > maxHeaderValue:
		e.add(field+".value", "has %d bytes; use at most %d", len(h.Value), maxHeaderValue)
	}
}

// canonical returns the form in which names are compared, because their letter case has no
// meaning (RFC 9110 §5.1). They are sent as they were entered.
func canonical(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

// reserved reports whether deliveries set a header field themselves: what frames the message,
// what describes the body, and what the endpoint recognizes a delivery and its attempt by.
func reserved(name string) bool {
	return IsFraming(name) || name == "Content-Type" || name == "User-Agent" || strings.HasPrefix(name, "Backchannel-")
}

// check reads the files that exist, because a wrong file would otherwise be noticed only when
// deliveries fail. A missing file may be mounted later, or exist only where deliveries are sent, so it
// is only a warning.
func (t TLSOptions) check(ctx context.Context, bad *FieldErrors, from Sources) {
	bad.addIf((t.CertFile == "") != (t.KeyFile == ""), "delivery.tls", "a client certificate needs both its certificate and its key; name both files or none")
	if ca, err := from.ReadFile(ctx, t.CAFile); t.CAFile != "" && err == nil {
		if _, err := pemfile.Certificates(ca); err != nil {
			bad.add("delivery.tls.caFile", "%s: %v", t.CAFile, ExplainFile(t.CAFile, err))
		}
	}
	if t.CertFile == "" || t.KeyFile == "" {
		return
	}
	_, err := t.ClientCertificate(ctx, from)
	var pair *pemfile.PairError
	switch {
	case !errors.As(err, &pair): // a file that cannot be read now is left to Warnings
	case pair.InKey:
		bad.add("delivery.tls.keyFile", "%v", err)
	default:
		bad.add("delivery.tls.certFile", "%v", err)
	}
}

// ClientCertificate reads the client certificate and its key. Both files must be named.
func (t TLSOptions) ClientCertificate(ctx context.Context, from Sources) (*tls.Certificate, error) {
	cert, err := from.ReadFile(ctx, t.CertFile)
	if err != nil {
		return nil, fmt.Errorf("read client certificate: %w", err)
	}
	key, err := from.ReadFile(ctx, t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("read client key: %w", err)
	}
	pair, err := pemfile.KeyPair(cert, key)
	if err != nil {
		return nil, t.explainPair(err)
	}
	return &pair, nil
}

// explainPair returns a *pemfile.PairError that names the file at fault.
func (t TLSOptions) explainPair(err error) error {
	var pair *pemfile.PairError
	switch {
	case !errors.As(err, &pair):
		return err
	case pair.InCertificate:
		err = fmt.Errorf("client certificate %s: %w", t.CertFile, ExplainFile(t.CertFile, pair.Err))
	case pair.InKey:
		err = fmt.Errorf("client key %s: %w", t.KeyFile, ExplainFile(t.KeyFile, pair.Err))
	default:
		err = fmt.Errorf("%s and %s do not make a client certificate: %w", t.CertFile, t.KeyFile, pair.Err)
	}
	return &pemfile.PairError{InCertificate: pair.InCertificate, InKey: pair.InKey, Err: err}
}

// warnMissing adds a warning for each secret and file that cannot be read now.
func (w Webhook) warnMissing(ctx context.Context, odd *FieldErrors, from Sources) {
	if w.Auth.Type == AuthJWT {
		w.Auth.JWT.warnKey(ctx, odd, from)
	}
	for i, h := range w.Headers {
		if h.Secret {
			odd.warnHeader(ctx, fmt.Sprintf("headers[%d].value", i), Secret(h.Value), from)
		}
	}
	t := w.Delivery.TLS
	for _, f := range []struct{ field, path string }{{"caFile", t.CAFile}, {"certFile", t.CertFile}, {"keyFile", t.KeyFile}} {
		if f.path == "" {
			continue
		}
		if _, err := from.ReadFile(ctx, f.path); err != nil {
			odd.add("delivery.tls."+f.field, "%s cannot be read now (%v); deliveries fail until it can", f.path, bareReason(err))
		}
	}
}

// warnKey adds a warning if the key cannot be read now, or probably is not the intended one.
func (j JWT) warnKey(ctx context.Context, odd *FieldErrors, from Sources) {
	const field = "auth.secret"
	secret, err := j.Secret.Resolve(ctx, from)
	switch {
	case err != nil:
		odd.add(field, "%v; deliveries fail until then", err)
	case !j.Algorithm.Symmetric():
	case bytes.Contains(secret, []byte("-----BEGIN ")):
		odd.add(field, "contains a PEM, which %s uses verbatim as a password; if it is a private key, choose an algorithm such as RS256, ES256 or EdDSA", j.Algorithm)
	default:
		odd.addOddity(field, j.Secret, secret)
	}
}

// warnHeader adds a warning if a secret header cannot be read now, or probably is not the
// intended one.
func (e *FieldErrors) warnHeader(ctx context.Context, field string, value Secret, from Sources) {
	resolved, err := value.Resolve(ctx, from)
	if err != nil {
		e.add(field, "%v; deliveries fail until then", err)
		return
	}
	before := len(*e)
	e.addOddity(field, value, resolved)
	e.addIf(len(*e) == before && !httpguts.ValidHeaderFieldValue(string(resolved)), field, "contains a control character, which cannot be sent (RFC 9110 §5.5); deliveries fail until it is removed")
}

// addOddity adds the oddity of a secret, if it has one.
func (e *FieldErrors) addOddity(field string, secret Secret, value []byte) {
	if odd := secret.Oddity(value); odd != "" {
		e.add(field, "%s", odd)
	}
}

// bareReason returns a file error without its path, which the message has already named.
func bareReason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
