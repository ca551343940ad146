package token

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// findMistake looks for a mistake that explains why a signature does not verify, such as the right key used in a wrong
// way. It returns the remedy, or "" if it finds none. It never makes a token acceptable.
func (k *Key) findMistake(input string, signature []byte) string {
	switch method := k.method.(type) {
	case *jwt.SigningMethodHMAC:
		return secretMistake(string(k.signing.([]byte)), func(secret string) bool {
			return method.Verify(input, signature, []byte(secret)) == nil
		})
	case *jwt.SigningMethodRSAPSS:
		anySalt := jwt.GetSigningMethod(method.Alg())
		if anySalt.Verify(input, signature, k.verifying) == nil {
			return "use a salt as long as the hash (RFC 7518 §3.5): the key is right, the salt's length is not"
		}
		return k.otherPadding(input, signature, "RS", "PKCS#1 v1.5")
	case *jwt.SigningMethodRSA:
		return k.otherPadding(input, signature, "PS", "PSS")
	}
	return ""
}

// otherPadding recognizes a signature by the right RSA key with the padding of the other RSA algorithms.
func (k *Key) otherPadding(input string, signature []byte, kind, padding string) string {
	theirs := Algorithm(kind + string(k.algorithm[2:]))
	if theirs.method().Verify(input, signature, k.verifying) != nil {
		return ""
	}
	return fmt.Sprintf("the key is right, the padding is %s, that of %s: sign with %s as the header says", padding, theirs, k.algorithm)
}

// secretMistake returns what to do if the two sides use the same secret in different forms, such
// as base64 and decoded, or "" if no such form explains the signature.
func secretMistake(secret string, explains func(secret string) bool) string {
	trimmed := strings.TrimRight(secret, "\r\n")
	switch {
	case explains(secret + "\n"), explains(secret + "\r\n"):
		return "remove the newline from the end of the sender's secret"
	case trimmed != secret && explains(trimmed):
		return "remove the newline from the end of the secret configured here"
	}
	for _, encoding := range []*base64.Encoding{
		base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding,
	} {
		if decoded, err := encoding.DecodeString(secret); err == nil && explains(string(decoded)) {
			return "the sender decodes the secret from base64; here the text itself is the secret: agree on one"
		}
		if explains(encoding.EncodeToString([]byte(secret))) {
			return "the sender uses the base64 text of the secret; here the decoded bytes are the secret: agree on one"
		}
	}
	if decoded, err := hex.DecodeString(secret); err == nil && explains(string(decoded)) {
		return "the sender decodes the secret from hexadecimal; here the text itself is the secret: agree on one"
	}
	if explains(hex.EncodeToString([]byte(secret))) {
		return "the sender uses the hexadecimal text of the secret; here the decoded bytes are the secret: agree on one"
	}
	return ""
}
