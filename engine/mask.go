package engine

import (
	"slices"
	"sync/atomic"

	"backchannel/storage"
)

// A maskCache creates the masks for answers, because an endpoint may echo the request. It keeps the
// mask for the secrets that do not change: to make one anew takes about 50 µs, as soon as an answer
// has a header.
type maskCache struct {
	always []string // secrets besides the values of secret header lines
	last   atomic.Pointer[cachedMask]
}

type cachedMask struct {
	secrets []string
	mask    *storage.Mask
}

// mask returns a mask for the secret header lines and the signing key. The line with the
// token differs each time, so it is added to the mask of the others.
func (ep *endpoint) mask(lines []storage.HeaderField) *storage.Mask {
	secrets := make([]string, 0, len(ep.always)+len(lines))
	secrets = append(secrets, ep.always...)
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
	kept := ep.last.Load()
	if kept == nil || !slices.Equal(kept.secrets, secrets) {
		kept = &cachedMask{secrets, storage.NewMask(secrets...)}
		ep.last.Store(kept)
	}
	return kept.mask.With(minted...)
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
