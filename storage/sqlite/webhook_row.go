package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
)

// webhookColumns are in the order of values and scan. Secrets are in sealed columns of their
// own, and what has no column is in options.
const webhookColumns = `id, version, name, organization, sandbox_id, sandbox_name, channels, url, auth, state, state_reason,
	revision, options, headers, jwt_secret, header_secrets, created_at, updated_at`

// webhookOptions is the JSON of the options that no query refers to, so that a new one needs
// no migration. Durations are in nanoseconds. The names of the fields are those in existing
// databases, not those of the exported form.
type webhookOptions struct {
	Algorithm   string          `json:"algorithm"`
	Issuer      string          `json:"issuer,omitempty"`
	Subject     string          `json:"subject,omitempty"`
	Audience    []string        `json:"audience,omitempty"`
	Claims      []byte          `json:"claims,omitempty"` // base64, which preserves every byte
	KeyID       string          `json:"keyId,omitempty"`
	Lifetime    time.Duration   `json:"lifetime"`
	Header      string          `json:"header"`
	Prefix      string          `json:"prefix"`
	Timeout     time.Duration   `json:"timeout"`
	Retry       []time.Duration `json:"retry,omitempty"`
	Concurrency int             `json:"concurrency"`
	RatePerSec  float64         `json:"ratePerSecond,omitempty"`
	CAFile      string          `json:"caFile,omitempty"`
	CertFile    string          `json:"certFile,omitempty"`
	KeyFile     string          `json:"keyFile,omitempty"`
	SkipVerify  bool            `json:"skipVerify,omitempty"`
}

func packOptions(w *storage.Webhook) (string, error) {
	j, d := w.Auth.JWT, w.Delivery
	text, err := json.Marshal(webhookOptions{
		Algorithm: string(j.Algorithm), Issuer: j.Issuer, Subject: j.Subject, Audience: j.Audience, Claims: j.Claims,
		KeyID: j.KeyID, Lifetime: j.Lifetime, Header: j.Header, Prefix: j.Prefix,
		Timeout: d.Timeout, Retry: d.Retry, Concurrency: d.Concurrency, RatePerSec: d.RatePerSec,
		CAFile: d.TLS.CAFile, CertFile: d.TLS.CertFile, KeyFile: d.TLS.KeyFile, SkipVerify: d.TLS.SkipVerify,
	})
	return string(text), err
}

func unpackOptions(text string, w *storage.Webhook) error {
	var o webhookOptions
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("%w: options of webhook %s: %w", storage.ErrDamaged, w.ID, err)
	}
	w.Auth.JWT = storage.JWT{
		Algorithm: storage.Algorithm(o.Algorithm), Secret: w.Auth.JWT.Secret, Issuer: o.Issuer, Subject: o.Subject, Audience: o.Audience,
		Claims: o.Claims, KeyID: o.KeyID, Lifetime: o.Lifetime, Header: o.Header, Prefix: o.Prefix,
	}
	w.Delivery = storage.DeliveryOptions{
		Timeout: o.Timeout, Retry: o.Retry, Concurrency: o.Concurrency, RatePerSec: o.RatePerSec,
		TLS: storage.TLSOptions{CAFile: o.CAFile, CertFile: o.CertFile, KeyFile: o.KeyFile, SkipVerify: o.SkipVerify},
	}
	return nil
}

// values returns the columns of a webhook in the order of webhookColumns.
func (s *WebhookStore) values(w *storage.Webhook) ([]any, error) {
	options, err := packOptions(w)
	if err != nil {
		return nil, err
	}
	headers, secrets := packHeaders(w.Headers...)
	open := storage.WithoutTokens(w.URL)
	if open != w.URL {
		secrets = appendText(secrets, w.URL) // after those of the headers
	}
	return []any{
		w.ID, w.Version, w.Name, w.Organization, w.Sandbox.ID, w.Sandbox.Name, joinChannels(w.Channels), open, w.Auth.Type,
		w.State, w.StateReason, w.Revision, options, headers,
		s.seals.seal([]byte(w.Auth.JWT.Secret.Reveal()), associatedData{"webhooks", "jwt_secret", w.ID}),
		s.seals.seal(secrets, associatedData{"webhooks", "header_secrets", w.ID}),
		micros(w.CreatedAt), micros(w.UpdatedAt),
	}, nil
}

// scan reads a webhook. A URL with a token is stored masked; the whole one follows the secrets
// of the headers.
func (s *WebhookStore) scan(read scan) (w storage.Webhook, err error) {
	var channels, options string
	var headers, jwtSecret, headerSecrets []byte
	var created, updated timestamp
	err = read(&w.ID, &w.Version, &w.Name, &w.Organization, &w.Sandbox.ID, &w.Sandbox.Name, &channels, &w.URL, &w.Auth.Type,
		&w.State, &w.StateReason, &w.Revision, &options, &headers, &jwtSecret, &headerSecrets, &created, &updated)
	if err != nil {
		return w, err
	}
	w.Channels, w.CreatedAt, w.UpdatedAt = splitChannels(channels), created.Time, updated.Time
	secret, err := s.seals.open(jwtSecret, associatedData{"webhooks", "jwt_secret", w.ID})
	if err != nil {
		return w, err
	}
	w.Auth.JWT.Secret = storage.Secret(secret)
	if err := unpackOptions(options, &w); err != nil {
		return w, err
	}
	secrets, err := s.seals.open(headerSecrets, associatedData{"webhooks", "header_secrets", w.ID})
	if err != nil {
		return w, err
	}
	if w.Headers, secrets, err = unpackHeaders(headers, secrets); err == nil && len(secrets) > 0 {
		w.URL, _, err = cutText(secrets)
	}
	return w, err
}

// joinChannels returns channels as a column; their names contain no comma.
func joinChannels(channels []storage.Channel) string {
	texts := make([]string, len(channels))
	for i, c := range channels {
		texts[i] = string(c)
	}
	return strings.Join(texts, ",")
}

func splitChannels(text string) []storage.Channel {
	var channels []storage.Channel
	for c := range strings.SplitSeq(text, ",") {
		channels = append(channels, storage.Channel(c))
	}
	return channels
}
