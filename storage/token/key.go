package token

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// minRSABits is the least size of an RSA modulus (RFC 7518 §3.3).
const minRSABits = 2048

// Key signs and verifies with one algorithm. It is returned by [ParseKey] and [NewRandomKey], is immutable and safe for
// concurrent use.
type Key struct {
	algorithm Algorithm
	method    jwt.SigningMethod
	signing   any // []byte for HS or else the private key, as the method's Sign expects it
	verifying any // the same []byte or else the public key, as the method's Verify expects it
	size      int // of a signature, in bytes
}

// ParseKey parses a Key for the algorithm. For the HS algorithms the material is the secret itself. For the others it is
// a PEM with a private key in PKCS#1, PKCS#8 or SEC 1 form; ParseKey uses the first private-key block and skips any
// other block. The errors address the person who pasted the key and never contain any part of it.
func ParseKey(alg Algorithm, material []byte) (*Key, error) {
	if _, err := ParseAlgorithm(string(alg)); err != nil {
		return nil, err
	}
	if alg.Symmetric() {
		return newSecretKey(alg, material)
	}
	private, err := parsePEM(material)
	if err != nil {
		return nil, err
	}
	return newPrivateKey(alg, private)
}

// NewRandomKey generates a Key for the algorithm, for tokens that must not verify and for tests.
func NewRandomKey(alg Algorithm) (*Key, error) {
	if _, err := ParseAlgorithm(string(alg)); err != nil {
		return nil, err
	}
	if alg.Symmetric() {
		secret := make([]byte, alg.MinSecret())
		_, _ = rand.Read(secret) // never returns an error: see crypto/rand
		return newSecretKey(alg, secret)
	}
	private, err := generate(alg)
	if err != nil {
		return nil, fmt.Errorf("generate key for %s: %w", alg, err)
	}
	return newPrivateKey(alg, private)
}

// sign signs the input.
func (k *Key) sign(input string) ([]byte, error) {
	signature, err := k.method.Sign(input, k.signing)
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", k.algorithm, err)
	}
	return signature, nil
}

// verifies reports whether the signature is that of the input.
func (k *Key) verifies(input string, signature []byte) bool {
	return k.method.Verify(input, signature, k.verifying) == nil
}

// newSecretKey returns a key of an HMAC algorithm. RFC 7518 §3.2 requires a secret that is at
// least as long as the hash.
func newSecretKey(alg Algorithm, secret []byte) (*Key, error) {
	if need := alg.MinSecret(); len(secret) < need {
		return nil, fmt.Errorf("the secret has %s; %s needs at least %d (RFC 7518 §3.2)",
			count(len(secret), "byte"), alg, need)
	}
	secret = bytes.Clone(secret)
	return &Key{algorithm: alg, method: alg.method(), signing: secret, verifying: secret, size: alg.MinSecret()}, nil
}

// newPrivateKey returns a key of an algorithm that signs with a private key, and keeps the public
// half to verify with.
func newPrivateKey(alg Algorithm, private any) (*Key, error) {
	if err := checkFit(alg, private); err != nil {
		return nil, err
	}
	key := &Key{algorithm: alg, method: alg.method(), signing: private}
	switch private := private.(type) {
	case *rsa.PrivateKey:
		key.verifying, key.size = &private.PublicKey, private.Size()
	case *ecdsa.PrivateKey:
		key.verifying, key.size = &private.PublicKey, 2*((private.Params().BitSize+7)/8)
	case ed25519.PrivateKey:
		key.verifying, key.size = private.Public(), ed25519.SignatureSize
	}
	return key, nil
}
