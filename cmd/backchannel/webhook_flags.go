package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/storage/token"
)

// webhookFlags are the flags of create and edit. Most are texts, which apply parses, because pflag
// would stop at the first one that it cannot parse and so hide further mistakes.
type webhookFlags struct {
	name, org, sandbox, sandboxID, url             string
	channels                                       []string
	auth, alg, secret, issuer, subject, claims, id string
	audience                                       []string
	ttl, header, prefix                            string
	headers                                        []headerFlag
	revision, timeout, retry, concurrency, rate    string
	tls                                            storage.TLSOptions
}

// A headerFlag is one --header or --secret-header, in the order given.
type headerFlag struct {
	text   string
	secret bool
}

// A headerList is a flag that appends to a list, which it shares with another flag, so that the
// headers are sent in the order of both flags together.
type headerList struct {
	to     *[]headerFlag
	secret bool
}

// String implements pflag.Value. It returns the default, which is empty.
func (l headerList) String() string { return "" }

// Type implements pflag.Value.
func (l headerList) Type() string { return "stringArray" }

// Set implements pflag.Value.
func (l headerList) Set(text string) error {
	*l.to = append(*l.to, headerFlag{text, l.secret})
	return nil
}

// register adds the flags. Their defaults are empty, because edit must not change what is not
// given. The defaults that the help names are those of storage.NewWebhook.
func (v *webhookFlags) register(f *pflag.FlagSet) {
	f.StringVar(&v.name, "name", "", "unique `NAME`, 1 to 64 characters")
	f.StringVar(&v.org, "org", "", "IMS `ORGANIZATION`, 24 hexadecimal digits and @AdobeOrg (default "+storage.DefaultOrganization+")")
	f.StringVar(&v.sandbox, "sandbox", "", "sandbox `NAME`; one webhook for each organization and sandbox (default "+storage.DefaultSandboxName+")")
	f.StringVar(&v.sandboxID, "sandbox-id", "", "sandbox `UUID` (default: a new one)")
	f.StringArrayVar(&v.channels, "channel", nil, "`CHANNELS` whose events it gets: email, sms or email,sms")
	f.StringVar(&v.url, "url", "", "HTTPS `URL` that events are sent to, or @receiver (default "+storage.BuiltinReceiver+")")
	v.registerAuth(f)
	f.Var(headerList{&v.headers, false}, "header", "custom header, as `'NAME: VALUE'`; may be repeated")
	f.Var(headerList{&v.headers, true}, "secret-header", "custom header to keep secret, as `'NAME: VALUE'`; VALUE may be env:NAME or file:PATH; may be repeated")
	v.registerDelivery(f)
}

// registerAuth adds the flags of the authentication.
func (v *webhookFlags) registerAuth(f *pflag.FlagSet) {
	f.StringVar(&v.auth, "auth", "", "`METHOD` of authentication: none or jwt (default none)")
	f.StringVar(&v.alg, "jwt-alg", "", "`ALGORITHM`: "+algorithms()+" (default HS256)")
	f.StringVar(&v.secret, "jwt-secret", "", "`SECRET` or PEM private key; better env:NAME or file:PATH, because other users can read a process's arguments")
	f.StringVar(&v.issuer, "jwt-iss", "", "`ISSUER` (default: the organization)")
	f.StringVar(&v.subject, "jwt-sub", "", "`SUBJECT` (default "+storage.DefaultSubject+")")
	f.StringArrayVar(&v.audience, "jwt-aud", nil, "`AUDIENCE`; may be repeated (default: the URL's host)")
	f.StringVar(&v.claims, "jwt-claims", "", "further claims, as a `JSON` object")
	f.StringVar(&v.id, "jwt-kid", "", "key `ID`")
	f.StringVar(&v.ttl, "jwt-ttl", "", "`LIFETIME` of a token, 30s to 1h (default 5m)")
	f.StringVar(&v.header, "jwt-header", "", "`NAME` of the header (default "+storage.DefaultHeader+")")
	f.StringVar(&v.prefix, "jwt-prefix", "", "`TEXT` before the token (default "+storage.DefaultPrefix+")")
}

// registerDelivery adds the flags of the delivery options.
func (v *webhookFlags) registerDelivery(f *pflag.FlagSet) {
	f.StringVar(&v.revision, "revision", "", "payload `REVISION`: classic or 2026-10 (default classic)")
	f.StringVar(&v.timeout, "timeout", "", "`DURATION` from connecting to the response head, 100ms to 10m (default 10s)")
	f.StringVar(&v.retry, "retry", "", "`WAITS` before each further attempt, such as 1s,5s; or none (default 1s,5s,30s,2m,10m)")
	f.StringVar(&v.concurrency, "concurrency", "", "at most `N` attempts at a time, 1 to 256 (default 16)")
	f.StringVar(&v.rate, "rate", "", "at most `N/s` attempts a second, or none (default none)")
	f.StringVar(&v.tls.CAFile, "tls-ca", "", "PEM `FILE` of the authorities to trust besides the system's and the local one")
	f.StringVar(&v.tls.CertFile, "tls-cert", "", "PEM `FILE` of a client certificate")
	f.StringVar(&v.tls.KeyFile, "tls-key", "", "PEM `FILE` of the client certificate's key")
	f.BoolVar(&v.tls.SkipVerify, "tls-skip-verify", false, "do not verify the endpoint's certificate")
	f.Lookup("tls-skip-verify").Annotations = map[string][]string{fieldAnnotation: {"delivery.tls.skipVerify"}}
}

// algorithms lists the signature algorithms.
func algorithms() string {
	var names []string
	for _, a := range token.Algorithms() {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}

// apply changes the fields whose flags are given, and returns the errors of texts that cannot be
// parsed.
func (v *webhookFlags) apply(s *session, w *storage.Webhook, given func(flag string) bool) storage.FieldErrors {
	p := parser{given: given, bad: s.flagErrors}
	p.text("name", &w.Name, v.name)
	p.text("org", &w.Organization, v.org)
	p.text("sandbox", &w.Sandbox.Name, v.sandbox)
	p.text("sandbox-id", &w.Sandbox.ID, v.sandboxID)
	p.text("url", &w.URL, v.url)
	if given("channel") {
		w.Channels = splitChannels(v.channels)
	}
	v.applyAuth(&p, &w.Auth)
	// Either flag replaces the whole list. Keeping the headers of the other kind would leave no way
	// to remove one.
	if given("header") || given("secret-header") {
		w.Headers = v.readHeaders(&p)
	}
	if given("revision") {
		w.Revision = storage.Revision(v.revision)
	}
	v.applyDelivery(&p, &w.Delivery)
	return p.bad
}

// splitChannels returns the channels of a flag that may be repeated and may contain several,
// separated by commas.
func splitChannels(texts []string) (channels []storage.Channel) {
	for name := range strings.SplitSeq(strings.Join(texts, ","), ",") {
		if name = strings.TrimSpace(name); name != "" {
			channels = append(channels, storage.Channel(name))
		}
	}
	return channels
}

// applyAuth changes the authentication as the flags say.
func (v *webhookFlags) applyAuth(p *parser, auth *storage.Auth) {
	if p.given("auth") {
		auth.Type = storage.AuthType(v.auth)
	}
	if auth.Type == storage.AuthNone {
		p.rejectJWT()
		return
	}
	j := &auth.JWT
	if p.given("jwt-alg") {
		j.Algorithm = token.Algorithm(v.alg)
	}
	if p.given("jwt-secret") {
		j.Secret = storage.Secret(v.secret)
	}
	p.text("jwt-iss", &j.Issuer, v.issuer)
	p.text("jwt-sub", &j.Subject, v.subject)
	if p.given("jwt-aud") {
		j.Audience = withoutEmpty(v.audience)
	}
	if p.given("jwt-claims") {
		j.Claims = json.RawMessage(strings.Trim(v.claims, jsontext.Space))
	}
	p.text("jwt-kid", &j.KeyID, v.id)
	p.duration("jwt-ttl", "auth.lifetimeMs", &j.Lifetime, v.ttl)
	p.text("jwt-header", &j.Header, v.header)
	p.text("jwt-prefix", &j.Prefix, v.prefix)
}

// withoutEmpty returns the texts that are not empty.
func withoutEmpty(texts []string) (kept []string) {
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// readHeaders parses texts of the form 'Name: value'. An empty text is skipped, so that edit can
// remove all headers.
func (v *webhookFlags) readHeaders(p *parser) (headers []storage.HeaderField) {
	for _, flag := range v.headers {
		if strings.Trim(flag.text, " ") == "" {
			continue
		}
		name, value, found := strings.Cut(flag.text, ":")
		if !found {
			p.add(fmt.Sprintf("headers[%d]", len(headers)), "%s has no colon; write 'NAME: VALUE'", flag.shown())
			continue
		}
		headers = append(headers, storage.HeaderField{Name: name, Value: strings.Trim(value, " \t"), Secret: flag.secret})
	}
	return headers
}

// shown returns the text for a message. That of a secret header is not shown, because without a
// colon it may be nothing but the secret.
func (f headerFlag) shown() string {
	if f.secret {
		return "the secret header"
	}
	return strconv.Quote(f.text)
}

// applyDelivery changes the delivery options as the flags say.
func (v *webhookFlags) applyDelivery(p *parser, d *storage.DeliveryOptions) {
	p.duration("timeout", "delivery.timeoutMs", &d.Timeout, v.timeout)
	if p.given("retry") {
		p.retry(&d.Retry, v.retry)
	}
	p.number("concurrency", "delivery.concurrency", &d.Concurrency, v.concurrency)
	if p.given("rate") {
		p.rate("delivery.ratePerSecond", &d.RatePerSec, v.rate)
	}
	p.text("tls-ca", &d.TLS.CAFile, v.tls.CAFile)
	p.text("tls-cert", &d.TLS.CertFile, v.tls.CertFile)
	p.text("tls-key", &d.TLS.KeyFile, v.tls.KeyFile)
	if p.given("tls-skip-verify") {
		d.TLS.SkipVerify = v.tls.SkipVerify
	}
}

// retry parses the waits of a retry schedule. If one of them is invalid, it does not change the
// schedule.
func (p *parser) retry(to *[]time.Duration, text string) {
	if text == "none" {
		*to = nil
		return
	}
	var waits []time.Duration
	for part := range strings.SplitSeq(text, ",") {
		wait, err := time.ParseDuration(strings.TrimSpace(part))
		if err != nil {
			p.add("delivery.retryMs", "%q is not a valid duration; use waits such as 1s,5s, or none", part)
			return
		}
		waits = append(waits, wait)
	}
	*to = waits
}
