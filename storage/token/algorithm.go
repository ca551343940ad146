package token

import (
	"fmt"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// Algorithm is a JSON Web Signature algorithm by its registered name (RFC 7518 §3.1, RFC 8037 §3.1).
type Algorithm string

// The algorithms this package signs and verifies with. "none" is not among them.
const (
	HS256 Algorithm = "HS256"
	HS384 Algorithm = "HS384"
	HS512 Algorithm = "HS512"
	RS256 Algorithm = "RS256"
	RS384 Algorithm = "RS384"
	RS512 Algorithm = "RS512"
	PS256 Algorithm = "PS256"
	PS384 Algorithm = "PS384"
	PS512 Algorithm = "PS512"
	ES256 Algorithm = "ES256"
	ES384 Algorithm = "ES384"
	ES512 Algorithm = "ES512"
	EdDSA Algorithm = "EdDSA"
)

// Algorithms returns every supported algorithm, the default HS256 first.
func Algorithms() []Algorithm {
	return []Algorithm{
		HS256, HS384, HS512,
		RS256, RS384, RS512,
		PS256, PS384, PS512,
		ES256, ES384, ES512,
		EdDSA,
	}
}

// ParseAlgorithm returns the algorithm of that exact name; names are case-sensitive (RFC 7515 §4.1.1).
func ParseAlgorithm(s string) (Algorithm, error) {
	if slices.Contains(Algorithms(), Algorithm(s)) {
		return Algorithm(s), nil
	}
	return "", fmt.Errorf("unknown algorithm %s: use one of %s", quote(s), join(Algorithms()))
}

// Symmetric reports whether signer and verifier share one secret, as with the HS algorithms.
func (a Algorithm) Symmetric() bool { return a.MinSecret() > 0 }

// MinSecret is the least length of an HS secret in bytes, that of the hash (RFC 7518 §3.2). It is 0 for algorithms
// that sign with a private key.
func (a Algorithm) MinSecret() int {
	switch a {
	case HS256:
		return 32
	case HS384:
		return 48
	case HS512:
		return 64
	default:
		return 0
	}
}

// method returns the signature primitive of a supported algorithm. The library verifies PS signatures with a salt of
// any length, but RFC 7518 §3.5 requires the length of the hash.
func (a Algorithm) method() jwt.SigningMethod {
	method := jwt.GetSigningMethod(string(a))
	if pss, ok := method.(*jwt.SigningMethodRSAPSS); ok {
		return &jwt.SigningMethodRSAPSS{SigningMethodRSA: pss.SigningMethodRSA, Options: pss.Options}
	}
	return method
}

// join returns names as a list: "a, b, c".
func join[S ~string](names []S) string {
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = string(name)
	}
	return strings.Join(plain, ", ")
}
