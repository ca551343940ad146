package webhooks

import (
	"encoding/json"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
)

// The IDs of the form's fields are the paths that storage uses in its errors.
const (
	fieldName         = "name"
	fieldChannels     = "channels"
	fieldURL          = "url"
	fieldOrganization = "organization"
	fieldSandbox      = "sandbox.name"
	fieldSandboxID    = "sandbox.id"
	fieldAuth         = "auth.type"
	fieldAlgorithm    = "auth.algorithm"
	fieldSecret       = "auth.secret"
	fieldPrivateKey   = "auth.privateKey" // package storage calls it auth.secret as well
	fieldIssuer       = "auth.issuer"
	fieldSubject      = "auth.subject"
	fieldAudience     = "auth.audience"
	fieldClaims       = "auth.claims"
	fieldKeyID        = "auth.keyId"
	fieldLifetime     = "auth.lifetimeMs"
	fieldHeader       = "auth.header"
	fieldPrefix       = "auth.prefix"
	fieldHeaders      = "headers"
	fieldRevision     = "revision"
	fieldTimeout      = "delivery.timeoutMs"
	fieldRetry        = "delivery.retryMs"
	fieldConcurrency  = "delivery.concurrency"
	fieldRate         = "delivery.ratePerSecond"
	fieldTLS          = "delivery.tls"
	fieldCAFile       = "delivery.tls.caFile"
	fieldCertFile     = "delivery.tls.certFile"
	fieldKeyFile      = "delivery.tls.keyFile"
	fieldSkipVerify   = "delivery.tls.skipVerify"
)

// valuesOf returns the initial values of the form. They do not contain secrets, only that there are some.
func valuesOf(w storage.Webhook) component.Values {
	j, d := w.Auth.JWT, w.Delivery
	text := func(s string) component.Value { return component.Value{Text: s} }
	values := component.Values{
		fieldName:         text(w.Name),
		fieldChannels:     {Set: words.Texts(w.Channels)},
		fieldURL:          text(w.URL),
		fieldOrganization: text(w.Organization),
		fieldSandbox:      text(w.Sandbox.Name),
		fieldSandboxID:    text(w.Sandbox.ID),
		fieldAuth:         text(string(w.Auth.Type)),
		fieldAlgorithm:    text(string(j.Algorithm)),
		fieldIssuer:       text(j.Issuer),
		fieldSubject:      text(j.Subject),
		fieldAudience:     text(joinWords(j.Audience)),
		fieldClaims:       text(string(j.Claims)),
		fieldKeyID:        text(j.KeyID),
		fieldLifetime:     text(screen.ShortDuration(j.Lifetime)),
		fieldHeader:       text(j.Header),
		fieldPrefix:       text(j.Prefix),
		fieldHeaders:      {Rows: rowsOf(w.Headers)},
		fieldRevision:     text(string(w.Revision)),
		fieldTimeout:      text(screen.ShortDuration(d.Timeout)),
		fieldRetry:        text(retryText(d.Retry)),
		fieldConcurrency:  text(strconv.Itoa(d.Concurrency)),
		fieldRate:         text(rateText(d.RatePerSec)),
		fieldCAFile:       text(d.TLS.CAFile),
		fieldCertFile:     text(d.TLS.CertFile),
		fieldKeyFile:      text(d.TLS.KeyFile),
		fieldSkipVerify:   {On: d.TLS.SkipVerify},
	}
	values[secretField(j.Algorithm)] = secretValue(j.Secret)
	return values
}

// secretField returns the field for the key of an algorithm.
func secretField(a storage.Algorithm) string {
	if a.Symmetric() {
		return fieldSecret
	}
	return fieldPrivateKey
}

// secretValue returns the value of a secret: where it is, if it is kept outside of the database, and
// otherwise only whether there is one.
func secretValue(s storage.Secret) component.Value {
	if s.Elsewhere() {
		return component.Value{Text: s.Reveal()}
	}
	return component.Value{Kept: s != ""}
}

// rowsOf returns the rows of headers. The ID of a row is the index of its header, by which headersOf finds
// a kept secret.
func rowsOf(headers []storage.HeaderField) []component.Row {
	rows := make([]component.Row, len(headers))
	for i, h := range headers {
		rows[i] = component.Row{ID: strconv.Itoa(i), Name: h.Name, Value: h.Value, Secret: h.Secret}
		if h.Secret {
			value := secretValue(storage.Secret(h.Value))
			rows[i].Value, rows[i].Kept = value.Text, value.Kept
		}
	}
	return rows
}

// apply returns the webhook w with the form's values, and the errors of those that cannot be parsed. Secrets
// that a person has not replaced are those of w.
func apply(w storage.Webhook, v component.Values) (storage.Webhook, storage.FieldErrors) {
	w.Name, w.URL = v.Text(fieldName), v.Text(fieldURL)
	w.Organization = v.Text(fieldOrganization)
	w.Sandbox = storage.Sandbox{ID: v.Text(fieldSandboxID), Name: v.Text(fieldSandbox)}
	w.Channels = nil
	for _, c := range v[fieldChannels].Set {
		w.Channels = append(w.Channels, storage.Channel(c))
	}
	w.Revision = storage.Revision(v.Text(fieldRevision))
	w.Headers = headersOf(w.Headers, v[fieldHeaders].Rows)
	p := screen.Parser{Values: v}
	w.Auth = readAuth(&p, w.Auth)
	w.Delivery = readOptions(&p, w.Delivery)
	return w, p.Bad
}

// headersOf returns the headers of rows. A row with a kept secret gets its value from old by its ID, because
// rows may have been moved.
func headersOf(old []storage.HeaderField, rows []component.Row) []storage.HeaderField {
	var out []storage.HeaderField
	for _, r := range rows {
		h := storage.HeaderField{Name: r.Name, Value: r.Value, Secret: r.Secret}
		if i, err := strconv.Atoi(r.ID); r.Kept && err == nil && i >= 0 && i < len(old) {
			h.Value = old[i].Value
		}
		out = append(out, h)
	}
	return out
}

// readAuth returns the authentication that the form describes. Without authentication it does not parse the
// lifetime, because a person could not correct an error in a hidden field.
func readAuth(p *screen.Parser, old storage.Auth) storage.Auth {
	v := p.Values
	a := storage.Auth{Type: storage.AuthType(v.Text(fieldAuth)), JWT: storage.JWT{
		Algorithm: storage.Algorithm(v.Text(fieldAlgorithm)),
		Secret:    old.JWT.Secret,
		Issuer:    strings.TrimSpace(v.Text(fieldIssuer)),
		Subject:   strings.TrimSpace(v.Text(fieldSubject)),
		Audience:  splitWords(v.Text(fieldAudience)),
		KeyID:     strings.TrimSpace(v.Text(fieldKeyID)),
		Header:    v.Text(fieldHeader),
		Prefix:    v.Text(fieldPrefix),
	}}
	if secret := v[secretField(a.JWT.Algorithm)]; !secret.Kept {
		a.JWT.Secret = storage.Secret(secret.Text)
	}
	if claims := strings.Trim(v.Text(fieldClaims), jsontext.Space); claims != "" {
		a.JWT.Claims = json.RawMessage(claims)
	}
	if a.Type == storage.AuthNone {
		a.JWT.Lifetime = old.JWT.Lifetime
		return a
	}
	a.JWT.Lifetime = p.Duration(fieldLifetime, "300s")
	return a
}

// readOptions returns the delivery options that the form describes.
func readOptions(p *screen.Parser, old storage.DeliveryOptions) storage.DeliveryOptions {
	v := p.Values
	old.Timeout = p.Duration(fieldTimeout, "10s")
	old.Retry = readRetry(p)
	old.Concurrency = readConcurrency(p)
	old.RatePerSec = readRate(p)
	old.TLS = storage.TLSOptions{
		CAFile: v.Text(fieldCAFile), CertFile: v.Text(fieldCertFile), KeyFile: v.Text(fieldKeyFile),
		SkipVerify: v.On(fieldSkipVerify),
	}
	return old
}
