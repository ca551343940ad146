package column

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
)

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

// packOptions returns what has no column of its own.
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

// unpackOptions reads what packOptions returned.
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

// joinChannels returns channels as a column; their names contain no comma.
func joinChannels(channels []storage.Channel) string {
	texts := make([]string, len(channels))
	for i, c := range channels {
		texts[i] = string(c)
	}
	return strings.Join(texts, ",")
}

// splitChannels reads what joinChannels returned.
func splitChannels(text string) []storage.Channel {
	var channels []storage.Channel
	for c := range strings.SplitSeq(text, ",") {
		channels = append(channels, storage.Channel(c))
	}
	return channels
}
