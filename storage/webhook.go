package storage

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"backchannel/storage/token"
	"backchannel/storage/weburl"
)

// A Webhook is the configuration of a feedback webhook. Start with [NewWebhook], and call
// [Webhook.Normalize] and [Webhook.Validate] before saving it. There is at most one webhook
// for each sandbox of an organization.
type Webhook struct {
	ID           ID
	Version      int64 // incremented by each save, to detect concurrent edits
	Name         string
	Organization string
	Sandbox      Sandbox
	Channels     []Channel
	URL          string // https://…, or BuiltinReceiver
	Auth         Auth
	Headers      []HeaderField
	State        WebhookState
	StateReason  string // why it was paused, unless a user paused it
	Revision     Revision
	Delivery     DeliveryOptions
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Sandbox is a named division of an organization.
type Sandbox struct {
	ID   string // a UUID
	Name string
}

// BuiltinReceiver is the URL that stands for the built-in receiver, wherever it listens.
const BuiltinReceiver = weburl.Receiver

// A WebhookState says whether a webhook's deliveries are sent.
type WebhookState string

// The states of a webhook.
const (
	Active WebhookState = "active"
	Paused WebhookState = "paused"
)

// Auth is how a webhook's requests authenticate themselves.
type Auth struct {
	Type AuthType
	JWT  JWT // when Type is AuthJWT
}

// An AuthType is a method of authentication.
type AuthType string

// The methods of authentication.
const (
	AuthNone AuthType = "none"
	AuthJWT  AuthType = "jwt"
)

// JWT determines the content and signature of a webhook's tokens. If Issuer, Subject or
// Audience is empty, it has a default that depends on the webhook: see TokenSpec.
type JWT struct {
	Algorithm Algorithm
	Secret    Secret // shared secret, or private key in PEM
	Issuer    string
	Subject   string
	Audience  []string
	Claims    json.RawMessage // a JSON object, or empty
	KeyID     string
	Lifetime  time.Duration
	Header    string
	Prefix    string
}

// An Algorithm signs tokens.
type Algorithm = token.Algorithm

// The defaults of JWT authentication.
const (
	defaultAlgorithm = Algorithm("HS256")
	DefaultSubject   = "feedback-webhook"
	defaultLifetime  = 300 * time.Second
	DefaultHeader    = "Authorization"
	DefaultPrefix    = "Bearer"
)

// DefaultJWT returns the default settings of JWT authentication.
func DefaultJWT() JWT {
	return JWT{Algorithm: defaultAlgorithm, Lifetime: defaultLifetime, Header: DefaultHeader, Prefix: DefaultPrefix}
}

// DeliveryOptions is how a webhook's events are delivered.
type DeliveryOptions struct {
	Timeout     time.Duration   // from connecting to the end of the response header
	Retry       []time.Duration // the wait before each further attempt; empty: one attempt
	Concurrency int
	RatePerSec  float64 // 0: no limit
	TLS         TLSOptions
}

// TLSOptions names the certificates that authenticate an endpoint and its client. The files
// are read when they are needed.
type TLSOptions struct {
	CAFile     string
	CertFile   string
	KeyFile    string
	SkipVerify bool
}

// DefaultDelivery returns the default delivery options.
func DefaultDelivery() DeliveryOptions {
	return DeliveryOptions{
		Timeout:     10 * time.Second,
		Retry:       []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute},
		Concurrency: 16,
	}
}

// The defaults of a new webhook.
const (
	DefaultOrganization = "myImsOrg"
	DefaultSandboxName  = "prod"
)

// NewWebhook returns a webhook with default settings and without a name.
func NewWebhook() Webhook {
	return Webhook{
		Organization: DefaultOrganization,
		Sandbox:      Sandbox{Name: DefaultSandboxName},
		URL:          BuiltinReceiver,
		Auth:         Auth{Type: AuthNone, JWT: DefaultJWT()},
		State:        Active,
		Revision:     Classic,
		Delivery:     DefaultDelivery(),
	}
}

// Normalize removes surrounding spaces from what a user typed, makes paths absolute and
// generates a missing sandbox UUID. It keeps line breaks and tabs, which Validate reports,
// because they are probably the result of a paste that went wrong.
func (w *Webhook) Normalize() {
	for _, text := range []*string{&w.Name, &w.Organization, &w.Sandbox.ID, &w.Sandbox.Name, &w.URL, &w.Auth.JWT.Header, &w.Auth.JWT.Prefix} {
		*text = strings.Trim(*text, " ")
	}
	if w.Sandbox.ID == "" {
		w.Sandbox.ID = uuid.NewString()
	}
	w.Auth.JWT.Secret = w.Auth.JWT.Secret.Absolute()
	for i := range w.Headers {
		h := &w.Headers[i]
		h.Name = strings.Trim(h.Name, " ")
		h.Value = strings.Trim(h.Value, " \t")
		if h.Secret {
			h.Value = Secret(h.Value).Absolute().Reveal()
		}
	}
	tls := &w.Delivery.TLS
	for _, path := range []*string{&tls.CAFile, &tls.CertFile, &tls.KeyFile} {
		*path = absolute(strings.Trim(*path, " "))
	}
}

// Has reports whether the webhook captures events of the channel.
func (w Webhook) Has(channel Channel) bool {
	return slices.Contains(w.Channels, channel)
}

// FeedbackPath returns the path of the webhook's events at the built-in receiver.
func (w Webhook) FeedbackPath() string {
	return "/feedback/" + url.PathEscape(w.Organization) + "/" + url.PathEscape(w.Sandbox.Name)
}

// Target returns the URL that events are sent to, given the base URL of the built-in
// receiver.
func (w Webhook) Target(receiverURL string) string {
	if w.URL == BuiltinReceiver {
		return strings.TrimSuffix(receiverURL, "/") + w.FeedbackPath()
	}
	return w.URL
}

// LeftBehind reports whether a webhook's URL is that of the built-in receiver on another port of
// this machine than that of receiverURL, which is most likely the port of an earlier run.
func (w Webhook) LeftBehind(receiverURL string) bool {
	at, err := url.Parse(w.URL)
	now, nowErr := url.Parse(receiverURL)
	return err == nil && nowErr == nil && receiverURL != "" &&
		weburl.IsThisMachine(at.Hostname()) && weburl.IsThisMachine(now.Hostname()) &&
		at.EscapedPath() == w.FeedbackPath() && at.Port() != now.Port()
}

// ShownURL returns the URL with its secrets masked. Only the form to edit a webhook shows
// them.
func (w Webhook) ShownURL() string { return WithoutTokens(w.URL) }

// TokenSpec returns the specification of the webhook's tokens with defaults filled in. The
// default issuer is the organization, and the default audience is the host name of the
// target without its port.
func (w Webhook) TokenSpec(receiverURL string) token.Spec {
	j := w.Auth.JWT
	spec := token.Spec{
		Algorithm: j.Algorithm, KeyID: j.KeyID, Issuer: j.Issuer, Subject: j.Subject, Audience: j.Audience,
		Extra: j.Claims, Lifetime: j.Lifetime, Header: j.Header, Prefix: j.Prefix,
	}
	if spec.Issuer == "" {
		spec.Issuer = w.Organization
	}
	if spec.Subject == "" {
		spec.Subject = DefaultSubject
	}
	if len(spec.Audience) == 0 {
		spec.Audience = audienceOf(w.Target(receiverURL))
	}
	return spec
}

// audienceOf returns the default audience of a URL.
func audienceOf(target string) []string {
	u, err := url.Parse(target)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	return []string{u.Hostname()}
}
