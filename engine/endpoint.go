package engine

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"backchannel/storage"
)

// An endpoint is what the attempts for one version of a webhook have in common, prepared once:
// the target, the connections, the fixed parts of the header. An edited webhook gets a new
// endpoint.
type endpoint struct {
	webhook     storage.Webhook
	receiverURL string // when it was prepared
	target      *url.URL
	direct      *direct
	dial        *dialer
	sources     storage.Sources
	signer      *signer  // nil: no authentication
	secrets     []string // names of secret header fields
	secretLine  []bool   // for each of the webhook's header lines, whether it is secret
	userAgent   string
	files       *namedFiles
	maskCache
}

// endpointBuilder prepares endpoints.
type endpointBuilder struct {
	version         string
	sources         storage.Sources
	receiver        func() (url, reason string)
	receiverAddress func() string
	roots           rootsFunc
	caFile          string
	guard           guard
	resolver        *net.Resolver
	maskAlso        []string
	freshFiles      time.Duration
}

// receiverURL returns the built-in receiver's URL if the webhook is sent there, and otherwise "".
// Each attempt calls it again, because the receiver may be off, or listen on another port than when
// the webhook was saved.
func (b *endpointBuilder) receiverURL(w *storage.Webhook) (string, error) {
	if w.URL != storage.BuiltinReceiver {
		return "", nil
	}
	at, reason := b.receiver()
	if at == "" {
		if reason == "" {
			reason = "nothing listens"
		}
		return "", problemf(storage.ClassReceiver, "the built-in receiver is off: %s", reason)
	}
	return at, nil
}

// newEndpoint prepares an endpoint. Its errors are problems.
func (b *endpointBuilder) newEndpoint(ctx context.Context, w storage.Webhook, receiverURL string) (*endpoint, error) {
	target, err := url.Parse(w.Target(receiverURL))
	if err != nil {
		return nil, problemf(storage.ClassConfig, "the URL cannot be read: %v", err)
	}
	if host, err := httpguts.PunycodeHostPort(target.Host); err == nil {
		target.Host = host // as DNS and TLS know it (RFC 5891)
	}
	dial, files := b.dialer(w), b.namedFiles(ctx, w.Delivery.TLS)
	if err := b.secure(ctx, dial, w.Delivery.TLS); err != nil {
		return nil, err
	}
	ep := &endpoint{
		webhook: w, receiverURL: receiverURL, target: target, dial: dial, sources: b.sources,
		secrets:   []string{"Authorization", "Proxy-Authorization", "Cookie"},
		userAgent: "backchannel/" + b.version, files: files,
	}
	ep.always = append(storage.URLSecrets(target.RequestURI()), b.maskAlso...)
	if len(ep.always) > len(b.maskAlso) {
		ep.secrets = append(ep.secrets, ":path")
	}
	for _, h := range w.Headers {
		if h.Secret || h.SecretValue() {
			ep.secrets = append(ep.secrets, h.Name)
		}
	}
	if w.Auth.Type == storage.AuthJWT {
		ep.signer = newSigner(w, receiverURL, b.sources)
		ep.secrets = append(ep.secrets, w.Auth.JWT.Header)
	}
	for _, h := range w.Headers {
		ep.secretLine = append(ep.secretLine, ep.isSecret(h.Name))
	}
	ep.direct = newDirect(ep)
	return ep, nil
}

// current reports whether attempts may use the endpoint, provided that its files have not
// changed.
func (ep *endpoint) current(w *storage.Webhook, receiverURL string) bool {
	return ep != nil && ep.webhook.Version >= w.Version && ep.receiverURL == receiverURL
}

// retire closes the connections: idle ones now, busy ones when their attempt is over.
func (ep *endpoint) retire() {
	ep.direct.retire()
}

// isSecret reports whether the values of a header field are secret.
func (ep *endpoint) isSecret(name string) bool {
	return slices.ContainsFunc(ep.secrets, func(secret string) bool {
		return len(secret) == len(name) && strings.EqualFold(secret, name)
	})
}

// customLines appends the webhook's own header lines, in the order and letter case in which
// they were entered.
func (ep *endpoint) customLines(ctx context.Context, lines []storage.HeaderField) ([]storage.HeaderField, error) {
	for i, h := range ep.webhook.Headers {
		value := h.Value
		if h.Secret {
			var err error
			if value, err = ep.resolve(ctx, h); err != nil {
				return nil, err
			}
		}
		lines = append(lines, storage.HeaderField{Name: h.Name, Value: value, Secret: ep.secretLine[i]})
	}
	return lines, nil
}

// resolve returns the value of a secret header field. The value is validated here and not only
// when the webhook is saved, because a secret in a file or in the environment can change later.
func (ep *endpoint) resolve(ctx context.Context, h storage.HeaderField) (string, error) {
	value, err := storage.Secret(h.Value).Resolve(ctx, ep.sources)
	if err != nil {
		return "", sourceProblem(storage.ClassSecret, "header "+h.Name, err)
	}
	if !httpguts.ValidHeaderFieldValue(string(value)) {
		text := "header " + h.Name + ": the secret contains a character that cannot be sent (RFC 9110 §5.5)"
		if odd := storage.Secret(h.Value).Oddity(value); odd != "" {
			text += ": it " + odd
		}
		return "", problemf(storage.ClassSecret, "%s", text)
	}
	return string(value), nil
}

// address returns the target as HOST:PORT, with the scheme's port if the URL has none.
func (ep *endpoint) address() string {
	port := ep.target.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[ep.target.Scheme]
	}
	return net.JoinHostPort(ep.target.Hostname(), port)
}
