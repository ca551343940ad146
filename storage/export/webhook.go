package export

import (
	"encoding/json"
	"time"

	"backchannel/storage"
	"backchannel/storage/token"
)

// A Webhook is a feedback webhook's configuration.
type Webhook struct {
	ID           storage.ID           `json:"id,omitempty"`
	Name         string               `json:"name"`
	Organization string               `json:"organization"`
	Sandbox      Sandbox              `json:"sandbox"`
	Channels     []storage.Channel    `json:"channels"`
	URL          string               `json:"url"`
	Target       string               `json:"target,omitempty"` // where @receiver leads now
	Auth         Auth                 `json:"auth"`
	Headers      []Header             `json:"headers"`
	Revision     storage.Revision     `json:"revision"`
	State        storage.WebhookState `json:"state"`
	StateReason  string               `json:"stateReason,omitempty"`
	Delivery     DeliveryOptions      `json:"delivery"`
	CreatedAt    *Time                `json:"createdAt,omitempty"`
	UpdatedAt    *Time                `json:"updatedAt,omitempty"`
	Recent       *Recent              `json:"recent,omitempty"` // where one webhook is shown
}

// Sandbox is a named division of an organization.
type Sandbox struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Auth is a webhook's authentication. All but the type is only for JWT.
type Auth struct {
	Type       storage.AuthType `json:"type"`
	Algorithm  token.Algorithm  `json:"algorithm,omitempty"`
	Secret     string           `json:"secret,omitempty"`
	Issuer     string           `json:"issuer,omitempty"`
	Subject    string           `json:"subject,omitempty"`
	Audience   []string         `json:"audience,omitempty"`
	Claims     json.RawMessage  `json:"claims,omitempty"`
	KeyID      string           `json:"keyId,omitempty"`
	LifetimeMs Millis           `json:"lifetimeMs,omitempty"`
	Header     string           `json:"header,omitempty"`
	Prefix     *string          `json:"prefix,omitempty"`
}

// A Header is a custom header of a webhook.
type Header struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Secret bool   `json:"secret"`
}

// UnmarshalJSON reads a header into a zero one. encoding/json reuses the elements of a slice, so
// that a header without a value would get that of the header that was at its index before.
func (h *Header) UnmarshalJSON(text []byte) error {
	type plain Header
	var fresh plain
	err := json.Unmarshal(text, &fresh)
	*h = Header(fresh)
	return err
}

// DeliveryOptions is how a webhook's events are delivered.
type DeliveryOptions struct {
	TimeoutMs     Millis   `json:"timeoutMs"`
	RetryMs       []Millis `json:"retryMs"`
	Concurrency   int      `json:"concurrency"`
	RatePerSecond *float64 `json:"ratePerSecond"`
	TLS           *TLS     `json:"tls,omitempty"`
}

// TLS says which certificates an endpoint may have, and names the one that the client presents.
// The files are paths of PEM files.
type TLS struct {
	CAFile     string `json:"caFile,omitempty"`
	CertFile   string `json:"certFile,omitempty"`
	KeyFile    string `json:"keyFile,omitempty"`
	SkipVerify bool   `json:"skipVerify,omitempty"`
}

// OfWebhook returns the view of a webhook with its secrets masked. receiverURL is the base URL of
// the built-in receiver, or "" if that is not known.
func OfWebhook(w storage.Webhook, receiverURL string) Webhook {
	v := Configuration(w, false)
	v.ID, v.StateReason = w.ID, w.StateReason
	v.CreatedAt, v.UpdatedAt = optionalTime(w.CreatedAt), optionalTime(w.UpdatedAt)
	if w.URL == storage.BuiltinReceiver && receiverURL != "" {
		v.Target = w.Target(receiverURL)
	}
	return v
}

// optionalTime returns a time that is left out of JSON if it is zero, for which omitempty needs a
// pointer.
func optionalTime(at time.Time) *Time {
	if at.IsZero() {
		return nil
	}
	t := Time(at)
	return &t
}

// Configuration returns what a file needs to create the same webhook in another store, with its
// secrets in clear text if secrets is set.
func Configuration(w storage.Webhook, secrets bool) Webhook {
	v := Webhook{
		Name: w.Name, Organization: w.Organization, Sandbox: Sandbox(w.Sandbox), Channels: w.Channels, URL: w.ShownURL(),
		Auth: authOf(w.Auth, secrets), Headers: make([]Header, len(w.Headers)),
		Revision: w.Revision, State: w.State, Delivery: deliveryOf(w.Delivery),
	}
	if secrets {
		v.URL = w.URL
	}
	for i, h := range w.Headers {
		v.Headers[i] = Header{Name: h.Name, Value: shown(h), Secret: h.Secret}
		if secrets {
			v.Headers[i].Value = h.Value
		}
	}
	return v
}

// Editable returns the Configuration with secrets, and with the defaults of JWT authentication even
// if that is off. A file is decoded into it, and need contain only what it changes.
func Editable(w storage.Webhook) Webhook {
	v := Configuration(w, true)
	v.Auth = authOf(storage.Auth{Type: storage.AuthJWT, JWT: w.Auth.JWT}, true)
	v.Auth.Type = w.Auth.Type
	return v
}

// authOf returns the view of an authentication.
func authOf(a storage.Auth, secrets bool) Auth {
	if a.Type != storage.AuthJWT {
		return Auth{Type: a.Type}
	}
	j := a.JWT
	v := Auth{
		Type: a.Type, Algorithm: j.Algorithm, Secret: j.Secret.String(), Issuer: j.Issuer, Subject: j.Subject,
		Audience: j.Audience, Claims: j.Claims, KeyID: j.KeyID, LifetimeMs: Millis(j.Lifetime), Header: j.Header, Prefix: &j.Prefix,
	}
	if secrets {
		v.Secret = j.Secret.Reveal()
	}
	return v
}

// deliveryOf returns the view of delivery options.
func deliveryOf(d storage.DeliveryOptions) DeliveryOptions {
	v := DeliveryOptions{
		TimeoutMs: Millis(d.Timeout), RetryMs: make([]Millis, len(d.Retry)),
		Concurrency: d.Concurrency, RatePerSecond: nonZero(d.RatePerSec), TLS: nonZero(TLS(d.TLS)),
	}
	for i, wait := range d.Retry {
		v.RetryMs[i] = Millis(wait)
	}
	return v
}

// Apply changes a stored webhook to what the view says. A masked secret, and a URL with a masked
// part, stay as they are stored.
func (v Webhook) Apply(w *storage.Webhook) {
	w.Name, w.Organization, w.Sandbox = v.Name, v.Organization, storage.Sandbox(v.Sandbox)
	w.Channels, w.Revision, w.State = v.Channels, v.Revision, v.State
	if v.URL != w.ShownURL() {
		w.URL = v.URL
	}
	v.Auth.apply(&w.Auth)
	kept := w.Headers
	w.Headers = make([]storage.HeaderField, len(v.Headers))
	for i, h := range v.Headers {
		w.Headers[i] = storage.HeaderField(h)
		if h.Secret && h.Value == storage.Masked {
			w.Headers[i].Value = keptSecret(kept, h.Name)
		}
	}
	v.Delivery.apply(&w.Delivery)
}

// keptSecret returns the stored secret of a header, which is found by its name, since the order
// may have changed, or "".
func keptSecret(headers []storage.HeaderField, name string) string {
	for _, h := range headers {
		if h.Secret && h.Name == name {
			return h.Value
		}
	}
	return ""
}

// apply changes a stored authentication. Without JWT it resets the rest to the defaults.
func (v Auth) apply(a *storage.Auth) {
	a.Type = v.Type
	if v.Type != storage.AuthJWT {
		a.JWT = storage.DefaultJWT()
		return
	}
	secret := storage.Secret(v.Secret)
	if v.Secret == storage.Masked {
		secret = a.JWT.Secret
	}
	a.JWT = storage.JWT{
		Algorithm: v.Algorithm, Secret: secret, Issuer: v.Issuer, Subject: v.Subject, Audience: v.Audience,
		Claims: v.Claims, KeyID: v.KeyID, Lifetime: time.Duration(v.LifetimeMs), Header: v.Header,
	}
	if v.Prefix != nil {
		a.JWT.Prefix = *v.Prefix
	}
}

// apply changes stored delivery options.
func (v DeliveryOptions) apply(d *storage.DeliveryOptions) {
	d.Timeout, d.Concurrency = time.Duration(v.TimeoutMs), v.Concurrency
	d.Retry = make([]time.Duration, len(v.RetryMs))
	for i, wait := range v.RetryMs {
		d.Retry[i] = time.Duration(wait)
	}
	d.RatePerSec = 0
	if v.RatePerSecond != nil {
		d.RatePerSec = *v.RatePerSecond
	}
	d.TLS = storage.TLSOptions{}
	if v.TLS != nil {
		d.TLS = storage.TLSOptions(*v.TLS)
	}
}
