package token

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// A Forgery describes what is wrong with a token for testing an endpoint, in more detail than a
// Fault. The zero Forgery is a valid token. The faults can be combined.
type Forgery struct {
	ExpiredBy time.Duration // exp is this long ago; iat and nbf precede it
	ValidIn   time.Duration // nbf and iat are this far ahead
	NoExpiry  bool          // exp is omitted
	Audience  string        // instead of the configured one
	Issuer    string        // likewise

	// Unsigned is the alg of a token without a signature: "none", in some letter case.
	Unsigned string
	// Sibling signs with the right key, but by another algorithm that the key allows.
	Sibling  Algorithm
	OtherKey bool // signed with a random key of the right kind
	// Embedded puts the public half of that random key, or the secret itself, into the header as
	// jwk (RFC 7515 §4.1.3). KeyURL is a jku (§4.1.2). Both need OtherKey.
	Embedded bool
	KeyURL   string
	// PublicAsSecret signs by HS256 with the public key's PEM as the secret, which succeeds at
	// an endpoint that lets the token choose the algorithm (RFC 8725 §2.1).
	PublicAsSecret bool
	CutNewline     bool // without the last newline of that PEM
	// Signature changes the signature's bytes.
	Signature func([]byte) []byte
}

// Sibling returns another algorithm that the minter's key allows, or "" if there is none.
func (m *Minter) Sibling() Algorithm {
	for _, alg := range Algorithms() {
		if alg != m.spec.Algorithm && alg.needs() == m.spec.Algorithm.needs() && alg.Symmetric() == m.spec.Algorithm.Symmetric() {
			if _, err := m.key.as(alg); err == nil {
				return alg
			}
		}
	}
	return ""
}

// as returns the same key for another algorithm.
func (k *Key) as(alg Algorithm) (*Key, error) {
	if secret, ok := k.signing.([]byte); ok {
		return newSecretKey(alg, secret)
	}
	return newPrivateKey(alg, k.signing)
}

// Prefixed returns a token as a header's value, with the configured scheme unless another one is
// given.
func (m *Minter) Prefixed(scheme, text string) string {
	switch {
	case m.prefix == "":
		return text
	case scheme == "":
		return m.prefix + text
	}
	return scheme + " " + text
}

// Scheme returns the configured prefix without the space after it.
func (m *Minter) Scheme() string { return m.spec.Prefix }

// Forge returns a token with the faults of f, without a prefix.
func (m *Minter) Forge(now time.Time, f Forgery) (string, error) {
	key, header, err := m.forgedKey(f)
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	input := encode(header) + "." + encode(m.forgedClaims(now, f))
	if f.Unsigned != "" {
		return input + ".", nil
	}
	signature, err := key.sign(input)
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	if f.Signature != nil {
		signature = f.Signature(signature)
	}
	return input + "." + encode(signature), nil
}

// forgedKey returns the key to sign with and the header that goes with it.
func (m *Minter) forgedKey(f Forgery) (key *Key, header []byte, err error) {
	key = m.key
	switch {
	case f.Unsigned != "":
		return nil, m.spec.header(f.Unsigned), nil
	case f.PublicAsSecret:
		key, err = m.key.publicAsSecret(f.CutNewline)
	case f.Sibling != "":
		key, err = m.key.as(f.Sibling)
	case f.OtherKey:
		key, err = m.wrongKey()
	}
	if err != nil {
		return nil, nil, err
	}
	header = m.spec.header(string(key.algorithm))
	if f.Embedded {
		jwk, err := key.jwk()
		if err != nil {
			return nil, nil, err
		}
		header = appendTo(header, "jwk", jwk)
	}
	if f.KeyURL != "" {
		header = appendTo(header, "jku", f.KeyURL)
	}
	return key, header, nil
}

// appendTo adds a member to a JSON object that is not empty.
func appendTo(object []byte, name string, value any) []byte {
	object = bytes.TrimSuffix(object, []byte("}"))
	return append(bytes.TrimSuffix(appendMember(append(object, ','), name, value), []byte(",")), '}')
}

// forgedClaims returns the claims with the faults of f. In an expired token all times are moved back,
// so that its lifetime is the usual one and only exp is wrong.
func (m *Minter) forgedClaims(now time.Time, f Forgery) []byte {
	when := m.validFrom(now.Add(f.ValidIn))
	if f.ExpiredBy > 0 {
		when = m.validFrom(now.Add(-f.ExpiredBy))
		back := when.expires - when.issued
		when = validity{when.issued - back, when.notBefore - back, when.expires - back}
	}
	spec := m.spec
	if f.Audience != "" {
		spec.Audience = []string{f.Audience}
	}
	if f.Issuer != "" {
		spec.Issuer = f.Issuer
	}
	claims := m.fill(spec.staticClaims(), when)
	if !f.NoExpiry {
		return claims
	}
	return bytes.Replace(claims, fmt.Appendf(nil, `,"exp":%d`, when.expires), nil, 1)
}

// publicAsSecret returns the PEM of the public key as a secret for HS256.
func (k *Key) publicAsSecret(cut bool) (*Key, error) {
	der, err := x509.MarshalPKIXPublicKey(k.verifying)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	if cut {
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	return newSecretKey(HS256, text)
}

// jwk returns the verifying key as a JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
func (k *Key) jwk() (json.RawMessage, error) {
	members := map[string]string{"alg": string(k.algorithm), "use": "sig"}
	switch public := k.verifying.(type) {
	case []byte:
		members["kty"], members["k"] = "oct", encode(public)
	case *rsa.PublicKey:
		members["kty"], members["n"], members["e"] = "RSA", encode(public.N.Bytes()), encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.ECDH()
		if err != nil {
			return nil, err
		}
		x, y := coordinates(point)
		members["kty"], members["crv"], members["x"], members["y"] = "EC", public.Params().Name, encode(x), encode(y)
	case ed25519.PublicKey:
		members["kty"], members["crv"], members["x"] = "OKP", "Ed25519", encode(public)
	}
	return json.Marshal(members)
}

// coordinates splits an uncompressed point (SEC 1 §2.3.3).
func coordinates(point *ecdh.PublicKey) (x, y []byte) {
	both := point.Bytes()[1:]
	return both[:len(both)/2], both[len(both)/2:]
}
