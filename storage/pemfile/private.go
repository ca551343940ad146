package pemfile

import (
	"crypto/x509"
	"strings"
)

// PrivateKey reads the first private key of a PEM, in PKCS#1, PKCS#8 or SEC 1 form. It skips
// blocks of other kinds.
func PrivateKey(text []byte) (any, error) {
	all, err := blocks(text)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if strings.HasSuffix(b.label, "PRIVATE KEY") {
			return b.privateKey()
		}
	}
	return nil, privateKeyFile().missing(text, all)
}

// privateKey tries each form whatever the label is, because some tools write the wrong one.
// The errors of the parsers are omitted: they are about ASN.1 tags and may quote the key.
func (b block) privateKey() (any, error) {
	switch {
	case b.label == "OPENSSH PRIVATE KEY":
		return nil, faultf("", "the PEM is in OpenSSH's own format: convert a copy of it with ssh-keygen -p -m PKCS8 -f COPY")
	case b.label == "ENCRYPTED PRIVATE KEY", b.encrypted:
		return nil, faultf("openssl pkey", "the private key is encrypted with a passphrase, which nobody can enter when the key is needed")
	}
	if key, ok := parseKey(b.bytes); ok {
		return key, nil
	}
	if id := unsupportedKind(b.bytes); id != "" {
		return nil, faultf("", "the PEM holds a key of an unsupported kind or curve (object identifier %s)", id)
	}
	return nil, faultf("", "%s does not hold a private key in PKCS#1, PKCS#8 or SEC 1 form: it is damaged, copy it from its file again", b.name())
}

// parseKey parses a private key in any of the three formats, whatever the block's label says.
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
