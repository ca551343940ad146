package pemfile

import (
	"encoding/asn1"
	"slices"
)

// maxIDLength is the length up to which an object identifier is shown.
const maxIDLength = 64

// unsupportedKind returns the object identifier of a well-formed private key that crypto/x509 does not support, such as
// one on curve secp256k1. It returns "" for anything else.
func unsupportedKind(der []byte) string {
	id := keyIdentifier(der).String()
	known := []string{
		"",
		"1.2.840.113549.1.1.1",                // RSA
		"1.2.840.10045.2.1",                   // EC without a named curve
		"1.3.132.0.33", "1.2.840.10045.3.1.7", // P-224, P-256
		"1.3.132.0.34", "1.3.132.0.35", // P-384, P-521
		"1.3.101.110", "1.3.101.112", // X25519, Ed25519
	}
	if slices.Contains(known, id) || len(id) > maxIDLength {
		return ""
	}
	return id
}

// keyIdentifier returns what identifies the kind of a key: the curve of an EC key, the algorithm of any other.
func keyIdentifier(der []byte) asn1.ObjectIdentifier {
	var sec1 struct {
		Version    int
		PrivateKey []byte
		Curve      asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
		PublicKey  asn1.BitString        `asn1:"optional,explicit,tag:1"`
	}
	if _, err := asn1.Unmarshal(der, &sec1); err == nil {
		return sec1.Curve
	}
	var pkcs8 struct {
		Version   int
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		PrivateKey []byte
	}
	if _, err := asn1.Unmarshal(der, &pkcs8); err != nil {
		return nil
	}
	var curve asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(pkcs8.Algorithm.Parameters.FullBytes, &curve); err == nil {
		return curve
	}
	return pkcs8.Algorithm.ID
}
