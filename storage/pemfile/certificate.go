package pemfile

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Certificates reads all certificates of a PEM, which must have at least one. It skips
// blocks of other kinds, such as private keys.
func Certificates(text []byte) ([]*x509.Certificate, error) {
	all, err := blocks(text)
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	for _, b := range all {
		cert, err := b.certificate()
		if err != nil {
			return nil, err
		}
		if cert != nil {
			certs = append(certs, cert)
		}
	}
	if len(certs) == 0 {
		return nil, certificateFile().missing(text, all)
	}
	return certs, nil
}

// certificate returns nil if the block is not meant to be a certificate.
func (b block) certificate() (*x509.Certificate, error) {
	switch b.label {
	case "CERTIFICATE", "X509 CERTIFICATE": // early versions of OpenSSL wrote the second
		cert, err := x509.ParseCertificate(b.bytes)
		if err != nil {
			return nil, faultf("", "%s cannot be used: %s; remove it, or have that certificate issued again", b.name(), bare(err))
		}
		return cert, nil
	case "TRUSTED CERTIFICATE":
		return nil, faultf("openssl x509", "%s is in OpenSSL's own format", b.name())
	case "PKCS7", "PKCS #7 SIGNED DATA", "CMS":
		return nil, faultf("openssl pkcs7 -print_certs", "%s wraps certificates in PKCS#7", b.name())
	}
	return nil, nil //nolint:nilnil // a block of another kind is not an error
}

// bare returns the text of an error of package x509 without its prefix.
func bare(err error) string { return strings.TrimPrefix(err.Error(), "x509: ") }

// labels lists the labels of blocks, at most three of them.
func labels(blocks []block) string {
	const most = 3
	var all []string
	for _, b := range blocks {
		if len(all) == most {
			return strings.Join(all, ", ") + " and more"
		}
		if quoted := fmt.Sprintf("%q", b.label); !slices.Contains(all, quoted) {
			all = append(all, quoted)
		}
	}
	return strings.Join(all, ", ")
}

// A PairError says which of the two files is at fault. If they do not belong together, neither
// is.
type PairError struct {
	InCertificate, InKey bool
	Err                  error
}

// Error returns the underlying error.
func (e *PairError) Error() string { return e.Err.Error() }

// Unwrap returns the underlying error.
func (e *PairError) Unwrap() error { return e.Err }

// KeyPair reads a certificate chain and the private key of its first certificate. Its errors
// are *PairError.
func KeyPair(certText, keyText []byte) (tls.Certificate, error) {
	certs, err := Certificates(certText)
	if err != nil {
		return tls.Certificate{}, &PairError{InCertificate: true, Err: err}
	}
	key, err := PrivateKey(keyText)
	if err != nil {
		return tls.Certificate{}, &PairError{InKey: true, Err: err}
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, &PairError{InKey: true, Err: errors.New("the private key is of a kind that TLS does not use")}
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	pair, err := tls.X509KeyPair(encode(certs), keyPEM)
	if err != nil {
		return tls.Certificate{}, &PairError{Err: unpaired(certs, keyPEM, err)}
	}
	return pair, nil
}

// encode returns certificates in PEM.
func encode(certs []*x509.Certificate) (text []byte) {
	for _, c := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return text
}

// unpaired explains why a key does not belong to the first certificate.
func unpaired(certs []*x509.Certificate, keyPEM []byte, err error) error {
	for i, c := range certs[1:] {
		if _, other := tls.X509KeyPair(encode([]*x509.Certificate{c}), keyPEM); other == nil {
			return fmt.Errorf("the key belongs to certificate %d of the chain; put that one first", i+2)
		}
	}
	if strings.Contains(err.Error(), "does not match") {
		return errors.New("the key belongs to another certificate; give the key of this certificate")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "tls: "))
}
