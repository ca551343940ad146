package token

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
)

// The kinds of private key, as messages name them.
const (
	kindRSA     = "an RSA key"
	kindP256    = "an EC key on curve P-256"
	kindP384    = "an EC key on curve P-384"
	kindP521    = "an EC key on curve P-521"
	kindEd25519 = "an Ed25519 key"
)

// needs returns the kind of private key that the algorithm signs with.
func (a Algorithm) needs() string {
	switch a {
	case RS256, RS384, RS512, PS256, PS384, PS512:
		return kindRSA
	case ES256:
		return kindP256
	case ES384:
		return kindP384
	case ES512:
		return kindP521
	case EdDSA:
		return kindEd25519
	default:
		return "a secret"
	}
}

// kindOf names the kind of a private key, for messages.
func kindOf(private any) string {
	switch private := private.(type) {
	case *rsa.PrivateKey:
		return kindRSA
	case *ecdsa.PrivateKey:
		return "an EC key on curve " + private.Params().Name
	case ed25519.PrivateKey:
		return kindEd25519
	case *ecdh.PrivateKey:
		return "an X25519 key, which cannot sign"
	default:
		return "a key of an unknown kind"
	}
}

// checkFit returns an error if the private key does not have the kind and size that the algorithm needs.
func checkFit(alg Algorithm, private any) error {
	have, need := kindOf(private), alg.needs()
	if have != need {
		return fmt.Errorf("the PEM holds %s%s; %s needs %s", have, fittingHint(have), alg, need)
	}
	if key, ok := private.(*rsa.PrivateKey); ok && key.N.BitLen() < minRSABits {
		return fmt.Errorf("the RSA key has %d bits; %s needs at least %d (RFC 7518 §3.3): generate a larger one",
			key.N.BitLen(), alg, minRSABits)
	}
	return nil
}

// fittingHint names the algorithms that a kind of key is suitable for, if there are any.
func fittingHint(kind string) string {
	var fitting []Algorithm
	for _, alg := range Algorithms() {
		if alg.needs() == kind {
			fitting = append(fitting, alg)
		}
	}
	if len(fitting) == 0 {
		return ""
	}
	return " (good for " + join(fitting) + ")"
}

// generate returns a new private key of the kind that the algorithm needs.
func generate(alg Algorithm) (any, error) {
	switch alg.needs() {
	case kindP256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case kindP384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case kindP521:
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case kindEd25519:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return rsa.GenerateKey(rand.Reader, minRSABits)
	}
}
