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

// A sealer encrypts what must not be read from the files with AES-256-GCM. Each sealed
// value is bound to its place, so that it does not open anywhere else.
type sealer struct {
	aead cipher.AEAD
}

// A place is where a sealed value is kept.
type place struct {
	table, column string
	row           storage.ID
}

func (p place) String() string {
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

// seal encrypts plain for its place; nothing stays nothing.
func (s *sealer) seal(plain []byte, at place) []byte {
	if len(plain) == 0 {
		return nil
	}
	return s.aead.Seal(nil, nil, plain, []byte(at.String()))
}

func (s *sealer) open(sealed []byte, at place) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(at.String()))
	if err != nil {
		return nil, fmt.Errorf("%w: the secret at %s does not open: it was changed, or copied from another place", storage.ErrDamaged, at)
	}
	return plain, nil
}

// readKey reads the key file, making it when there is none. The caller holds the opening
// lock; the file appears whole or not at all.
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

func makeKey(dir, path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	if err := writeWhole(dir, path, key); err != nil {
		return nil, fmt.Errorf("make the secret key: %w", err)
	}
	return key, nil
}

// writeWhole writes a file that other processes see complete or not at all, and that is
// on the disk when it returns.
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

// syncDir makes a new name in a folder last. Not every file system can do that: some answer
// that a folder is nothing to be synced.
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
