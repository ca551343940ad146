package sqlite

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"backchannel/storage"
)

const (
	keyFile = "secret.key"
	keySize = 32 // AES-256
)

// A sealer encrypts secrets with AES-256-GCM, with a key that is in a file beside the database
// and not in it: a copy of the database alone, such as in a bug report, reveals none. Each
// value is bound to its column and row by associated data, so that it cannot be decrypted
// after being copied elsewhere.
type sealer struct {
	aead cipher.AEAD
}

// An associatedData identifies the column and row of a sealed value.
type associatedData struct {
	table, column string
	row           storage.ID
}

// String returns the form that existing values were sealed with.
func (p associatedData) String() string {
	return p.table + "/" + strconv.FormatInt(int64(p.row), 10) + "/" + p.column
}

func newSealer(key []byte) (*sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead: aead}, nil
}

// seal encrypts plain with a random nonce. It returns nil for an empty plain, which most
// values are.
func (s *sealer) seal(plain []byte, at associatedData) []byte {
	if len(plain) == 0 {
		return nil
	}
	return s.aead.Seal(nil, nil, plain, []byte(at.String()))
}

// open decrypts what seal returned.
func (s *sealer) open(sealed []byte, at associatedData) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(at.String()))
	if err != nil {
		return nil, fmt.Errorf("%w: the secret at %s cannot be decrypted: it was changed, or copied from another row", storage.ErrDamaged, at)
	}
	return plain, nil
}

// readKey reads the key file, which it creates if there is none. The caller must hold the
// opening lock.
func readKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, keyFile)
	key, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return makeKey(dir, path)
	case err != nil:
		return nil, fmt.Errorf("read the secret key: %w", err)
	case len(key) != keySize:
		return nil, fmt.Errorf("%w: %s has %d bytes instead of %d; restore it from a backup; nothing was changed", storage.ErrDamaged, path, len(key), keySize)
	}
	return key, nil
}

// makeKey creates the key file. A key of which only half were on the disk after a crash would
// make every secret unreadable.
func makeKey(dir, path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	if err := writeWhole(dir, path, key); err != nil {
		return nil, fmt.Errorf("create the secret key: %w", err)
	}
	return key, nil
}

// writeWhole writes a file atomically and durably: other processes see all of it or
// nothing, and it is on the disk when writeWhole returns.
func writeWhole(dir, path string, content []byte) error {
	temp, err := os.CreateTemp(dir, filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir syncs a folder, which makes new names in it durable. It ignores the errors of
// file systems that cannot sync a folder.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = folder.Sync()
	for _, cannot := range []error{unix.EINVAL, unix.ENOTSUP, unix.ENOSYS, unix.EBADF, unix.EISDIR} {
		if errors.Is(err, cannot) {
			err = nil
		}
	}
	return errors.Join(err, folder.Close())
}
