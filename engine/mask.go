package engine

import (
	"slices"

	"backchannel/storage"
)

// mask returns a mask for the secret header lines and the signing key, because an endpoint may echo the
// request in its answer. The token has a mask of its own: it differs each time, and most answers are too
// short to contain it.
func (ep *endpoint) mask(lines []storage.HeaderField) *storage.Mask {
	secrets := slices.Clone(ep.always)
	var minted []string
	if ep.signer != nil {
		secrets = append(secrets, ep.signer.key())
	}
	for _, line := range lines {
		switch {
		case !line.Secret:
		case ep.signer != nil && line.Name == ep.webhook.Auth.JWT.Header:
			minted = append(minted, line.Value)
		default:
			secrets = append(secrets, line.Value)
			if rest := storage.WithoutTokens(line.Value); rest != line.Value && rest != storage.Masked {
				secrets = append(secrets, rest) // what maskSecrets leaves of it
			}
		}
	}
	return storage.NewMask(secrets...).With(minted...)
}

// maskSecrets masks the secrets in the answer. Header lines that contain one are kept but marked as
// secret, so that they are stored encrypted.
func (r *Result) maskSecrets(mask *storage.Mask) {
	a := &r.Attempt
	// Tokens first: a form of a short secret may occur in one by chance, and what is left of a
	// token without it would not be recognized as a token any more.
	a.Error = mask.Text(storage.WithoutTokens(a.Error))
	for i := range a.ResponseHeaders {
		h := &a.ResponseHeaders[i]
		h.Name = mask.Text(h.Name)
		h.Secret = h.LikelySecret() || mask.Holds(h.Value)
	}
	a.ResponseBody = storage.MaskBody(mask, a.ResponseHeaders, a.ResponseBody, a.ResponseFlaw != "")
}
