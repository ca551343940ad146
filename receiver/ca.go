package receiver

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"backchannel/storage/file"
)

// The files of the local certificate authority within the data folder.
const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"
)

const (
	// Every client has to be told to trust a new authority, hence ten years.
	caLifetime = 10 * 365 * 24 * time.Hour
	clockSlack = time.Hour // how far a client's clock may be slow
)

// A CA is the local certificate authority, which signs the receiver's certificate.
// Clients trust the receiver by trusting the CA.
type CA struct {
	path string
	cert *x509.Certificate
	key  crypto.Signer
}

// LoadOrCreateCA reads the authority in dir, or creates it there. Processes that do so at
// the same time all get the same one: the first key to appear is used, and then the first
// certificate made for it.
func LoadOrCreateCA(dir string, now time.Time) (*CA, error) {
	path, keyPath := filepath.Join(dir, caFile), filepath.Join(dir, caKeyFile)
	key, err := loadOrCreateKey(path, keyPath)
	if err != nil {
		return nil, fmt.Errorf("open local CA: %w", err)
	}
	cert, err := loadOrCreateCert(path, key, now)
	if err != nil {
		return nil, fmt.Errorf("open local CA: %w", err)
	}
	if flaw := flawOf(cert, key, now, keyPath); flaw != "" {
		return nil, fmt.Errorf("open local CA: %w", damagedError(path, flaw))
	}
	return &CA{path: path, cert: cert, key: key}, nil
}

// flawOf returns why an authority cannot sign anything, or "".
func flawOf(cert *x509.Certificate, key crypto.Signer, now time.Time, keyPath string) string {
	switch public, ok := key.Public().(*ecdsa.PublicKey); {
	case !ok || !public.Equal(cert.PublicKey):
		return "is not the certificate of " + keyPath
	case !cert.IsCA:
		return "is not a certificate authority's certificate"
	case now.After(cert.NotAfter):
		return "expired on " + cert.NotAfter.Format(time.DateOnly)
	}
	return ""
}

// Path returns the path of the certificate's file in PEM form, for curl --cacert.
func (ca *CA) Path() string { return ca.path }

// PEM returns the certificate in PEM form.
func (ca *CA) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})
}

// AddTo adds the authority to the ones that a pool trusts.
func (ca *CA) AddTo(pool *x509.CertPool) { pool.AddCert(ca.cert) }

// Pool returns a new pool that trusts only this authority.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	ca.AddTo(pool)
	return pool
}

// damagedError returns an error for a file of the authority that cannot be used. The receiver never
// replaces the authority on its own, because every client would then have to trust the new one.
func damagedError(path, what string) error {
	return fmt.Errorf("%s %s; move %s and %s away and start again to create new ones, which clients must then trust",
		path, what, caFile, caKeyFile)
}

// readOwn reads one of the authority's files and rejects a folder, a pipe or a large file
// in its place.
func readOwn(path string) ([]byte, error) {
	text, err := file.Read(context.Background(), path, file.MaxKey)
	if errors.Is(err, file.ErrStream) || errors.Is(err, file.ErrTooLarge) || errors.Is(err, unix.EISDIR) {
		return nil, damagedError(path, "is not a regular file of a few hundred bytes")
	}
	return text, err
}

// loadOrCreateKey reads the authority's key, or creates it if there is no certificate either. A
// certificate without its key is an error.
func loadOrCreateKey(path, keyPath string) (crypto.Signer, error) {
	_, certErr := os.Stat(path) // before the key is read: another process creates the key first, so a certificate implies a key
	text, err := readOwn(keyPath)
	switch {
	case errors.Is(err, fs.ErrNotExist) && certErr == nil:
		return nil, damagedError(path, "lacks its key, "+caKeyFile)
	case errors.Is(err, fs.ErrNotExist):
		text, err = createIfAbsent(keyPath, newKeyPEM)
	}
	if err != nil {
		return nil, err
	}
	key, flaw := parseKey(text)
	if flaw != "" {
		return nil, damagedError(keyPath, flaw)
	}
	return key, nil
}

// parseKey parses a key, or returns what is wrong with it.
func parseKey(text []byte) (key crypto.Signer, flaw string) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, "holds no PEM"
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Sprintf("cannot be read (%v)", err)
	}
	signer, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, "holds no ECDSA key"
	}
	return signer, ""
}

// newKeyPEM returns a new key on P-256, which every implementation of TLS 1.3 has to support (RFC
// 8446 §9.1).
func newKeyPEM() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return keyPEM(key)
}

// keyPEM returns a key in PKCS #8 form.
func keyPEM(key crypto.Signer) ([]byte, error) {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), nil
}

// loadOrCreateCert reads the authority's certificate, or creates it for the key.
func loadOrCreateCert(path string, key crypto.Signer, now time.Time) (*x509.Certificate, error) {
	text, err := readOwn(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = createIfAbsent(path, func() ([]byte, error) { return newCertPEM(key, now) })
	}
	if err != nil {
		return nil, err
	}
	cert, flaw := parseCert(text)
	if flaw != "" {
		return nil, damagedError(path, flaw)
	}
	return cert, nil
}

// parseCert parses a certificate, or returns what is wrong with it.
func parseCert(text []byte) (cert *x509.Certificate, flaw string) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, "holds no PEM certificate"
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Sprintf("cannot be read (%v)", err)
	}
	return cert, ""
}

// newCertPEM returns a certificate that the key signs itself. The authority may not issue
// certificates for further authorities (MaxPathLenZero).
func newCertPEM(key crypto.Signer, now time.Time) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber:          newSerial(),
		Subject:               pkix.Name{CommonName: "backchannel local CA", Organization: []string{"backchannel"}},
		NotBefore:             now.Add(-clockSlack),
		NotAfter:              now.Add(caLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), nil
}

// newSerial returns a random serial number. A counter would have to be stored, and two
// certificates of one authority must not share a number (RFC 5280 §4.1.2.2).
func newSerial() *big.Int {
	const bits = 127 // positive, and at most 20 bytes (RFC 5280 §4.1.2.2)
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), bits))
	if err != nil {
		panic(err) // rand.Reader never fails
	}
	return serial
}

// createIfAbsent writes a file atomically, with mode 0600, and returns its content. If
// another process created the file first, that content is kept and returned. A hard link
// would do this without a lock, but not every file system has them.
func createIfAbsent(path string, content func() ([]byte, error)) ([]byte, error) {
	unlock, err := lockFolder(path)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if text, err := readOwn(path); !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	text, err := content()
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return nil, err
	}
	return text, os.Rename(temp.Name(), path)
}

// lockFolder locks the folder of a path against other processes. On a file system without
// locks it proceeds without one: two processes may then create different files, which
// LoadOrCreateCA detects because key and certificate do not match.
func lockFolder(path string) (unlock func(), err error) {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Flock(int(folder.Fd()), unix.LOCK_EX)
	}
	return func() { folder.Close() }, nil //nolint:nilerr // locking is optional, see above
}
