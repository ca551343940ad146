package pemfile

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"strings"
)

// A fileKind is a kind of PEM file, with the messages for files that are something else.
type fileKind struct {
	name, half    string
	empty, notPEM string
	asJSON        string
	convertible   map[form]Fault
}

// certificateFile describes a file of certificates, and how to convert other formats to one.
func certificateFile() fileKind {
	return fileKind{
		name:   "certificate",
		empty:  "it is empty, and should hold a PEM certificate",
		notPEM: `it holds no PEM certificate: there is no "-----BEGIN" line`,
		convertible: map[form]Fault{
			formCertificate: {"it is a certificate in DER, not in PEM", "openssl x509 -inform DER"},
			formPKCS12:      {"it is a PKCS#12 store, not a PEM certificate", "openssl pkcs12 -nokeys"},
			formPKCS7:       {"it is a PKCS#7 bundle, not a PEM certificate", "openssl pkcs7 -inform DER -print_certs"},
		},
	}
}

// privateKeyFile describes a file with a private key, and how to convert other formats to one.
func privateKeyFile() fileKind {
	return fileKind{
		name: "private key", half: ": the private half is needed",
		empty:  "the private key is empty: a PEM is needed",
		notPEM: `the key is not a PEM: it has no "-----BEGIN" line`,
		asJSON: "the private key is JSON, perhaps a JWK, not a PEM: convert it to PKCS#8 PEM",
		convertible: map[form]Fault{
			formKey:    {"the private key is in DER, not in PEM", "openssl pkey -inform DER"},
			formPKCS12: {"it is a PKCS#12 store, not a private key in PEM", "openssl pkcs12 -nocerts -nodes"},
		},
	}
}

// missing explains what a text contains instead of what is fileKind.
func (k fileKind) missing(text []byte, blocks []block) *Fault {
	trimmed, form := bytes.TrimSpace(text), binaryForm(text)
	fault, convertible := k.convertible[form]
	switch {
	case len(blocks) > 0:
		return faultf("", "the PEM holds no %s, only %s%s", k.name, labels(blocks), k.half)
	case len(trimmed) == 0:
		return faultf("", "%s", k.empty)
	case trimmed[0] == '{' && k.asJSON != "":
		return faultf("", "%s", k.asJSON)
	case convertible:
		return &fault
	case form == formNone:
		return faultf("", "%s%s", k.notPEM, hyphens(text))
	}
	return faultf("", "it is %s, and should be a %s in PEM", form, k.name)
}

// hyphens explains a PEM that a word processor has changed.
func hyphens(text []byte) string {
	if !strings.Contains(string(text), "BEGIN ") {
		return ""
	}
	return ", because there are not exactly five hyphens on each side of BEGIN; copy it from its file again"
}

// A form is a format of keys and certificates other than PEM.
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

// binaryForm distinguishes the forms by their first fields.
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
	if _, ok := parseKey(text); ok || unsupportedKind(text) != "" {
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
