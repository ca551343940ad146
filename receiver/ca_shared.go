package receiver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"backchannel/storage/file"
)

// sharedCAFile holds a copy of the certificate of the authority that receivers on several
// machines share. The folder may also have an authority of its own, whose file keeps its name.
const sharedCAFile = "ca-database.pem"

// A KeyStore has the authority that receivers on several machines share: certificate and key as
// PEM. It calls create only if it has none, stores the result, and returns that to every caller
// from then on.
type KeyStore interface {
	Authority(ctx context.Context, create func() (certificate, key []byte, err error)) (certificate, key []byte, err error)
}

// SharedCA returns the authority in a store. If the store has none, it takes that of the folder,
// which senders may already trust. It copies the certificate to the folder, for curl --cacert.
func SharedCA(ctx context.Context, store KeyStore, dir string, now time.Time) (*CA, error) {
	certificate, key, err := store.Authority(ctx, func() (certificate, key []byte, err error) {
		own, err := LoadOrCreateCA(dir, now)
		if err != nil {
			return nil, nil, err
		}
		key, err = keyPEM(own.key)
		return own.PEM(), key, err
	})
	if err != nil {
		return nil, fmt.Errorf("open the shared CA: %w", err)
	}
	ca := &CA{path: filepath.Join(dir, sharedCAFile)}
	var flaw string
	if ca.cert, flaw = parseCert(certificate); flaw == "" {
		ca.key, flaw = parseKey(key)
	}
	if flaw == "" {
		flaw = flawOf(ca.cert, ca.key, now, "its key")
	}
	if flaw != "" {
		return nil, fmt.Errorf("open the shared CA: the certificate in the database %s; delete the row of its table authority, and the next node makes a new one, which clients must then trust", flaw)
	}
	if err := ca.copyTo(ca.path); err != nil {
		return nil, fmt.Errorf("copy the shared CA: %w", err)
	}
	return ca, nil
}

// copyTo writes the certificate to a file, unless the file already has it.
func (ca *CA) copyTo(path string) error {
	text, err := file.Read(context.Background(), path, file.MaxKey)
	if err == nil && bytes.Equal(text, ca.PEM()) {
		return nil
	}
	if errors.Is(err, file.ErrStream) {
		return err
	}
	return file.Replace(path, func(to io.Writer) error {
		_, err := to.Write(ca.PEM())
		return err
	})
}
