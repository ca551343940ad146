package postgres

import (
	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/seal"
)

// webhookColumns are in the order of values and scan. Secrets are in sealed columns of their
// own, and what has no column is in options.
const webhookColumns = `id, version, name, organization, sandbox_id, sandbox_name, channels, url, auth, state, state_reason,
	revision, options, headers, jwt_secret, header_secrets, created_at, updated_at`

// values returns the columns of a webhook in the order of webhookColumns.
func (s *WebhookStore) values(w *storage.Webhook) ([]any, error) {
	options, err := column.PackOptions(w)
	if err != nil {
		return nil, err
	}
	headers, secrets := column.PackHeaders(w.Headers...)
	open := storage.WithoutTokens(w.URL)
	if open != w.URL {
		secrets = column.AppendText(secrets, w.URL) // after those of the headers
	}
	return []any{
		w.ID, w.Version, w.Name, w.Organization, w.Sandbox.ID, w.Sandbox.Name, column.JoinChannels(w.Channels), open, w.Auth.Type,
		w.State, w.StateReason, w.Revision, options, headers,
		s.seals.Seal([]byte(w.Auth.JWT.Secret.Reveal()), seal.At("webhooks", "jwt_secret", w.ID)),
		s.seals.Seal(secrets, seal.At("webhooks", "header_secrets", w.ID)),
		moment(w.CreatedAt), moment(w.UpdatedAt),
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
	w.Channels, w.CreatedAt, w.UpdatedAt = column.SplitChannels(channels), created.Time, updated.Time
	secret, err := s.seals.Open(jwtSecret, seal.At("webhooks", "jwt_secret", w.ID))
	if err != nil {
		return w, err
	}
	w.Auth.JWT.Secret = storage.Secret(secret)
	if err := column.UnpackOptions(options, &w); err != nil {
		return w, err
	}
	secrets, err := s.seals.Open(headerSecrets, seal.At("webhooks", "header_secrets", w.ID))
	if err != nil {
		return w, err
	}
	if w.Headers, secrets, err = column.UnpackHeaders(headers, secrets); err == nil && len(secrets) > 0 {
		w.URL, _, err = column.CutText(secrets)
	}
	return w, err
}
