package engine

import (
	"bytes"
	"sync"
	"time"

	"backchannel/engine/token"
	"backchannel/storage"
)

// A signer makes the authentication header of one version of a webhook. The key is
// parsed when it is first needed, and again only when it is kept elsewhere and changed.
type signer struct {
	spec    token.Spec
	secret  storage.Secret
	sources storage.Sources

	mu       sync.Mutex // guards what follows
	material []byte
	minter   *token.Minter
}

func newSigner(w storage.Webhook, receiverURL string, sources storage.Sources) *signer {
	return &signer{spec: w.TokenSpec(receiverURL), secret: w.Auth.JWT.Secret, sources: sources}
}

// value mints a token; a misbehaviour of the token's makes it bad in that way. Its
// errors are problems.
func (s *signer) value(now time.Time, m storage.Misbehaviour) (string, error) {
	minter, err := s.current()
	if err != nil {
		return "", err
	}
	text, err := mint(minter, now, m)
	if err != nil {
		return "", problemf(storage.ClassConfig, "%v", err)
	}
	return text, nil
}

func mint(minter *token.Minter, now time.Time, m storage.Misbehaviour) (string, error) {
	if m == "" {
		return minter.HeaderValue(now)
	}
	fault, err := token.ParseFault(string(m))
	if err != nil { // it misbehaves otherwise
		return minter.HeaderValue(now)
	}
	return minter.Misbehave(now, fault)
}

func (s *signer) current() (*token.Minter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.minter != nil && !s.secret.Elsewhere() {
		return s.minter, nil
	}
	material, err := s.secret.Resolve(s.sources)
	if err != nil {
		return nil, problemf(storage.ClassSecret, "JWT key: %v", err)
	}
	if s.minter != nil && bytes.Equal(material, s.material) {
		return s.minter, nil
	}
	key, err := token.ParseKey(s.spec.Algorithm, material)
	if err != nil {
		return nil, problemf(storage.ClassConfig, "JWT key: %v", err)
	}
	minter, err := token.NewMinter(s.spec, key)
	if err != nil {
		return nil, problemf(storage.ClassConfig, "%v", err)
	}
	s.material, s.minter = material, minter
	return minter, nil
}
