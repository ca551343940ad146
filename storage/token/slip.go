package token

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// slip recognises the usual mistakes of a sender that means to use the same key, for a signature that does not verify.
// It returns what to do about the one that explains the signature, or "". It never makes a token acceptable.
func (k *Key) slip(input string, signature []byte) string {
	switch method := k.method.(type) {
	case *jwt.SigningMethodHMAC:
		return secretSlip(string(k.signing.([]byte)), func(secret string) bool {
			return method.Verify(input, signature, []byte(secret)) == nil
		})
	case *jwt.SigningMethodRSAPSS:
		lenient := jwt.GetSigningMethod(method.Alg())
		if lenient.Verify(input, signature, k.verifying) == nil {
			return "use a salt as long as the hash (RFC 7518 §3.5): the key is right, the salt's length is not"
		}
		return k.otherPadding(input, signature, "RS", "PKCS#1 v1.5")
	case *jwt.SigningMethodRSA:
		return k.otherPadding(input, signature, "PS", "PSS")
	}
	return ""
}

// otherPadding recognises a signature by the right RSA key with the padding of another kind of algorithm.
func (k *Key) otherPadding(input string, signature []byte, kind, padding string) string {
	theirs := Algorithm(kind + string(k.algorithm[2:]))
	if theirs.method().Verify(input, signature, k.verifying) != nil {
		return ""
	}
	return fmt.Sprintf("the key is right, the padding is %s, that of %s: sign with %s as the header says", padding, theirs, k.algorithm)
}

func secretSlip(secret string, explains func(secret string) bool) string {
	trimmed := strings.TrimRight(secret, "\r\n")
	switch {
	case explains(secret + "\n"), explains(secret + "\r\n"):
		return "take the newline off the end of the sender's secret"
	case trimmed != secret && explains(trimmed):
		return "take the newline off the end of the secret configured here"
	}
	for _, encoding := range []*base64.Encoding{
		base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding,
	} {
		if decoded, err := encoding.DecodeString(secret); err == nil && explains(string(decoded)) {
			return "the sender decodes the secret from base64, here its text itself is the secret: agree on one"
		}
		if explains(encoding.EncodeToString([]byte(secret))) {
			return "the sender uses the base64 text of the secret, here the decoded bytes are the secret: agree on one"
		}
	}
	if decoded, err := hex.DecodeString(secret); err == nil && explains(string(decoded)) {
		return "the sender decodes the secret from hexadecimal, here its text itself is the secret: agree on one"
	}
	if explains(hex.EncodeToString([]byte(secret))) {
		return "the sender uses the hexadecimal text of the secret, here the decoded bytes are the secret: agree on one"
	}
	return ""
}
