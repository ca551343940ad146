// Package seal encrypts the secrets in a database with a key that is in a file and not in the
// database. Start with [ReadKey] and [New]. It knows no database.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"backchannel/storage"
)

// KeyFile is the name of the file that a key is in.
const (
	KeyFile = "secret.key"
	keySize = 32 // AES-256
)

// A Sealer encrypts secrets with AES-256-GCM, with a key that is in a file beside the database
// and not in it: a copy of the database alone, such as in a bug report, reveals none. Each
// value is bound to its column and row by associated data, so that it cannot be decrypted
// after being copied elsewhere.
type Sealer struct {
	aead cipher.AEAD
}

// A Place identifies the column and row of a sealed value.
type Place struct {
	table, column string
	row           storage.ID
}

// At returns the place of a table's column in a row.
func At(table, column string, row storage.ID) Place { return Place{table, column, row} }

// String returns the form that existing values were sealed with.
func (p Place) String() string {
	return p.table + "/" + strconv.FormatInt(int64(p.row), 10) + "/" + p.column
}

// New returns a sealer with a key of ReadKey.
func New(key []byte) (*Sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead}, nil
}

// Seal encrypts plain with a random nonce. It returns nil for an empty plain, which most
// values are.
func (s *Sealer) Seal(plain []byte, at Place) []byte {
	if len(plain) == 0 {
		return nil
	}
	return s.aead.Seal(nil, nil, plain, []byte(at.String()))
}

// Open decrypts what Seal returned.
func (s *Sealer) Open(sealed []byte, at Place) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(at.String()))
	if err != nil {
		return nil, fmt.Errorf("%w: the secret at %s cannot be decrypted: it was changed, or copied from another row", storage.ErrDamaged, at)
	}
	return plain, nil
}

// ReadKey reads the key file of a folder, which it creates if there is none. The caller must hold
// the opening lock.
func ReadKey(dir string) ([]byte, error) { return ReadOrMake(filepath.Join(dir, KeyFile)) }

// ReadOrMake reads a key file, which it creates if it does not exist. If several processes do so at the
// same time, for a database each, they get the same key.
func ReadOrMake(path string) ([]byte, error) {
	key, err := ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("create the secret key: %w", err)
	}
	defer folder.Close()                           // which ends the lock
	_ = unix.Flock(int(folder.Fd()), unix.LOCK_EX) // some file systems have no locks
	if key, err = ReadFile(path); errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	return key, err
}

// ReadFile reads a key file. The error is fs.ErrNotExist if there is none.
func ReadFile(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the secret key: %w", err)
	case len(key) != keySize:
		return nil, fmt.Errorf("%w: %s has %d bytes instead of %d; restore it from a backup; nothing was changed", storage.ErrDamaged, path, len(key), keySize)
	}
	return key, nil
}

// makeKey creates a key file. It writes the key completely before the file gets its name, because half
// a key on the disk after a crash would make every secret unreadable.
func makeKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	if err := writeWhole(filepath.Dir(path), path, key); err != nil {
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

// Proof returns a hash of the key, by which a database recognizes it. The hash does not help to find the
// key, which is random. The prefix makes it different from hashes of the key for other purposes.
func Proof(key []byte) []byte {
	sum := sha256.Sum256(append([]byte("backchannel key proof:"), key...))
	return sum[:]
}
