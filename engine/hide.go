package engine

import (
	"slices"
	"sync/atomic"

	"backchannel/storage"
)

// A concealer makes the mask for what the endpoint answers: it may answer with what it was
// sent. The mask for the secrets that stay the same is made once.
type concealer struct {
	always []string // values besides those that are sent as secret header lines
	last   atomic.Pointer[constantMask]
}

type constantMask struct {
	secrets []string
	mask    *storage.Mask
}

// mask hides the secret values among the header lines, of which the one that has a token
// differs each time, and the key that signed it.
func (ep *endpoint) mask(lines []storage.HeaderField) *storage.Mask {
	secrets := make([]string, 0, len(ep.always)+len(lines))
	secrets = append(secrets, ep.always...)
	minted := ""
	if ep.signer != nil {
		secrets = append(secrets, ep.signer.key())
	}
	for _, line := range lines {
		switch {
		case !line.Secret:
		case ep.signer != nil && line.Name == ep.webhook.Auth.JWT.Header:
			minted = line.Value
		default:
			secrets = append(secrets, line.Value)
		}
	}
	kept := ep.last.Load()
	if kept == nil || !slices.Equal(kept.secrets, secrets) {
		kept = &constantMask{secrets, storage.NewMask(secrets...)}
		ep.last.Store(kept)
	}
	return kept.mask.With(minted)
}

// conceal hides secrets in what the endpoint answered. Header lines that hold one are kept
// whole, but as secrets.
func (r *Result) conceal(mask *storage.Mask) {
	a := &r.Attempt
	a.Error = storage.WithoutTokens(mask.Text(a.Error))
	for i := range a.ResponseHeaders {
		h := &a.ResponseHeaders[i]
		h.Name = mask.Text(h.Name)
		h.Secret = h.LikelySecret() || mask.Holds(h.Value)
	}
	a.ResponseBody = storage.MaskBody(mask, a.ResponseHeaders, a.ResponseBody, a.ResponseFlaw != "")
}
