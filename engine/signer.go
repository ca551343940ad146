package engine

import (
	"bytes"
	"context"
	"sync/atomic"
	"time"

	"backchannel/storage"
	"backchannel/storage/token"
)

// A signer creates the authentication header of one version of a webhook. It parses the key
// when it is first needed, and again only if it is stored elsewhere and has changed.
type signer struct {
	spec    token.Spec
	secret  storage.Secret
	sources storage.Sources

	gate     gate // guards the fields below; the key's file is read with it held
	material []byte
	minter   *token.Minter

	signed atomic.Pointer[string] // the key that signed the last token, which answers are masked for
}

func newSigner(w storage.Webhook, receiverURL string, sources storage.Sources) *signer {
	return &signer{gate: newGate(), spec: w.TokenSpec(receiverURL), secret: w.Auth.JWT.Secret, sources: sources}
}

// values returns the header's values, each with a new token: those of sign if it is not nil,
// and else one, which has the fault that m asks for, if any. Its errors are problems.
func (s *signer) values(ctx context.Context, now time.Time, m storage.Misbehaviour, sign func(*token.Minter, time.Time) ([]string, error)) ([]string, error) {
	minter, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	if sign == nil {
		sign = func(minter *token.Minter, now time.Time) ([]string, error) {
			text, err := mint(minter, now, m)
			return []string{text}, err
		}
	}
	texts, err := sign(minter, now)
	if err != nil {
		return nil, problemf(storage.ClassConfig, "%v", err)
	}
	return texts, nil
}

// key returns the key with which the last token was signed, or "".
func (s *signer) key() string {
	if key := s.signed.Load(); key != nil {
		return *key
	}
	return ""
}

// mint returns a token with the fault that m asks for. A misbehaviour that is not about the token
// gets a valid one.
func mint(minter *token.Minter, now time.Time, m storage.Misbehaviour) (string, error) {
	if m == "" {
		return minter.HeaderValue(now)
	}
	fault, err := token.ParseFault(string(m))
	if err != nil { // m is not about the token
		return minter.HeaderValue(now)
	}
	return minter.Misbehave(now, fault)
}

// current returns the minter of the current key. A key that is stored elsewhere is read for
// each attempt, so that a rotated one takes effect at once, but parsed only if it has changed:
// parsing an RSA key takes longer than making a token with HMAC.
func (s *signer) current(ctx context.Context) (*token.Minter, error) {
	if err := s.gate.enter(ctx); err != nil {
		return nil, sourceProblem(storage.ClassSecret, "JWT key", err)
	}
	defer s.gate.leave()
	if s.minter != nil && !s.secret.Elsewhere() {
		return s.minter, nil
	}
	material, err := s.secret.Resolve(ctx, s.sources)
	if err != nil {
		return nil, sourceProblem(storage.ClassSecret, "JWT key", err)
	}
	if s.minter != nil && bytes.Equal(material, s.material) {
		return s.minter, nil
	}
	key, err := token.ParseKey(s.spec.Algorithm, material)
	if err != nil {
		return nil, retryIfJustChanged(s.sources, problemf(storage.ClassConfig, "JWT key: %v", s.secret.Explain(err)), s.secret.File())
	}
	minter, err := token.NewMinter(s.spec, key)
	if err != nil {
		return nil, problemf(storage.ClassConfig, "%v", err)
	}
	s.material, s.minter = material, minter
	text := string(material)
	s.signed.Store(&text)
	return minter, nil
}
