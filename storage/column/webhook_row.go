package column

import (
	"backchannel/storage"
	"backchannel/storage/seal"
)

// WebhookColumns are the columns of a webhook, in the order of WebhookValues and ScanWebhook. Secrets
// are in sealed columns of their own, and what has no column is in options.
const WebhookColumns = `id, version, name, organization, sandbox_id, sandbox_name, channels, url, auth, state, state_reason,
	revision, options, headers, jwt_secret, header_secrets, created_at, updated_at`

// WebhookValues returns the columns of a webhook.
func WebhookValues(w *storage.Webhook, seals *seal.Sealer) ([]any, error) {
	options, err := packOptions(w)
	if err != nil {
		return nil, err
	}
	headers, secrets := PackHeaders(w.Headers...)
	open := storage.WithoutTokens(w.URL)
	if open != w.URL {
		secrets = AppendText(secrets, w.URL) // after those of the headers
	}
	return []any{
		w.ID, w.Version, w.Name, w.Organization, w.Sandbox.ID, w.Sandbox.Name, joinChannels(w.Channels), open, w.Auth.Type,
		w.State, w.StateReason, w.Revision, options, headers,
		seals.Seal([]byte(w.Auth.JWT.Secret.Reveal()), seal.At("webhooks", "jwt_secret", w.ID)),
		seals.Seal(secrets, seal.At("webhooks", "header_secrets", w.ID)),
		At(w.CreatedAt), At(w.UpdatedAt),
	}, nil
}

// ScanWebhook reads a webhook. A URL with a token is stored masked; the whole one follows the secrets
// of the headers.
func ScanWebhook(read func(...any) error, seals *seal.Sealer) (w storage.Webhook, err error) {
	var channels, options string
	var headers, jwtSecret, headerSecrets []byte
	var created, updated Timestamp
	err = read(&w.ID, &w.Version, &w.Name, &w.Organization, &w.Sandbox.ID, &w.Sandbox.Name, &channels, &w.URL, &w.Auth.Type,
		&w.State, &w.StateReason, &w.Revision, &options, &headers, &jwtSecret, &headerSecrets, &created, &updated)
	if err != nil {
		return w, err
	}
	w.Channels, w.CreatedAt, w.UpdatedAt = splitChannels(channels), created.Time, updated.Time
	secret, err := seals.Open(jwtSecret, seal.At("webhooks", "jwt_secret", w.ID))
	if err != nil {
		return w, err
	}
	w.Auth.JWT.Secret = storage.Secret(secret)
	if err := unpackOptions(options, &w); err != nil {
		return w, err
	}
	secrets, err := seals.Open(headerSecrets, seal.At("webhooks", "header_secrets", w.ID))
	if err != nil {
		return w, err
	}
	if w.Headers, secrets, err = UnpackHeaders(headers, secrets); err == nil && len(secrets) > 0 {
		w.URL, _, err = CutText(secrets)
	}
	return w, err
}
