package pemfile

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"strings"
)

// PrivateKey reads the first private key of a PEM, in PKCS#1, PKCS#8 or SEC 1 form; blocks
// of other kinds are passed over.
func PrivateKey(text []byte) (any, error) {
	blocks, err := Blocks(text)
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		if strings.HasSuffix(b.Label, "PRIVATE KEY") {
			return b.privateKey()
		}
	}
	return nil, noPrivateKey(text, blocks)
}

// privateKey tries each form whatever the label says, for there are tools that write the
// wrong one. The causes are left out of the errors: they speak of ASN.1 tags and may quote
// what was read.
func (b Block) privateKey() (any, error) {
	switch {
	case b.Label == "OPENSSH PRIVATE KEY":
		return nil, faultf("", "the PEM is in OpenSSH's own format: convert a copy of it with ssh-keygen -p -m PKCS8 -f COPY")
	case b.Label == "ENCRYPTED PRIVATE KEY", b.Encrypted:
		return nil, faultf("openssl pkey", "the private key is encrypted with a passphrase, which nobody could enter when it is needed")
	}
	if key, ok := parseKey(b.Bytes); ok {
		return key, nil
	}
	if id := foreignKind(b.Bytes); id != "" {
		return nil, faultf("", "the PEM holds a key of a kind or curve that no algorithm here uses (object identifier %s)", id)
	}
	return nil, faultf("", "%s does not hold a private key in PKCS#1, PKCS#8 or SEC 1 form: it is damaged, copy it from its file again", b.name())
}

func parseKey(der []byte) (any, bool) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, true
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, true
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, true
	}
	return nil, false
}

// noPrivateKey says what there is instead.
func noPrivateKey(text []byte, blocks []Block) error {
	trimmed := strings.TrimSpace(string(text))
	switch {
	case len(blocks) > 0:
		return faultf("", "the PEM holds no private key, only %s: the private half is needed", labels(blocks))
	case trimmed == "":
		return faultf("", "the private key is empty: a PEM is needed")
	case trimmed[0] == '{':
		return faultf("", "the private key is JSON, perhaps a JWK, not a PEM: convert it to PKCS#8 PEM")
	}
	switch form := binaryForm(text); form {
	case formKey:
		return faultf("openssl pkey -inform DER", "the private key is in DER, not in PEM")
	case formPKCS12:
		return faultf("openssl pkcs12 -nocerts -nodes", "it is %s, not a private key in PEM", form)
	case formNone:
		return faultf("", "%s", `the key is not a PEM: it has no "-----BEGIN" line`+hyphens(text))
	default:
		return faultf("", "it is %s, and should be a private key in PEM", form)
	}
}

// hyphens explains a PEM that went through a word processor.
func hyphens(text []byte) string {
	if !strings.Contains(string(text), "BEGIN ") {
		return ""
	}
	return ", since not exactly five hyphens are on each side of BEGIN; copy it from its file again"
}

// A form is a way to keep keys and certificates that is not PEM.
type form string

const (
	formNone        form = ""
	formCertificate form = "a certificate in DER"
	formKey         form = "a private key in DER"
	formPKCS12      form = "a PKCS#12 store"
	formPKCS7       form = "a PKCS#7 bundle"
	formJKS         form = "a Java keystore"
	formOther       form = "DER of another kind"
)

// binaryForm tells the forms apart by their first fields.
func binaryForm(text []byte) form {
	var whole asn1.RawValue
	rest, err := asn1.Unmarshal(text, &whole)
	switch {
	case bytes.HasPrefix(text, []byte("\xFE\xED\xFE\xED")):
		return formJKS
	case bytes.HasPrefix(text, []byte("\x30\x80")): // of indefinite length, as macOS writes PKCS#12
	case err != nil, len(rest) > 0, whole.Tag != asn1.TagSequence:
		return formNone
	}
	if _, err := x509.ParseCertificate(text); err == nil {
		return formCertificate
	}
	if _, ok := parseKey(text); ok || foreignKind(text) != "" {
		return formKey
	}
	head := text[:min(len(text), 32)]
	switch {
	case bytes.Contains(head, []byte("\x02\x01\x03\x30")): // version 3 and the content (RFC 7292 §4)
		return formPKCS12
	case bytes.Contains(head, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")): // signed data (RFC 2315 §14)
		return formPKCS7
	}
	return formOther
}
