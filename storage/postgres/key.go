package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// agreeOnKey returns the key with which all nodes seal secrets. The first node makes it. It must be
// copied to the others, because the database stores only a proof of it.
func agreeOnKey(ctx context.Context, conn *pgx.Conn, o Options, at place) ([]byte, error) {
	stored, err := records.First(ctx, queries{conn}, scanKey, `SELECT key_proof, coalesce(key_made_at, '') FROM store`)
	if err != nil {
		return nil, at.explain(err)
	}
	key, err := seal.ReadFile(o.KeyFile)
	switch {
	case stored.proof == nil:
		return firstKey(ctx, conn, o, at)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s has secrets that are sealed with a key, and %s does not exist; copy it from %s", storage.ErrDamaged, at, o.KeyFile, stored.madeAt)
	case err != nil:
		return nil, err
	case !bytes.Equal(stored.proof, seal.Proof(key)):
		return nil, fmt.Errorf("%w: %s does not hold the key that secrets in %s are sealed with; copy that from %s, or name another file with --key-file",
			storage.ErrDamaged, o.KeyFile, at, stored.madeAt)
	}
	return key, nil
}

// firstKey reads or makes the key of an empty database, and stores its proof and where it is.
func firstKey(ctx context.Context, conn *pgx.Conn, o Options, at place) ([]byte, error) {
	key, err := seal.ReadOrMake(o.KeyFile)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(o.KeyFile)
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, `UPDATE store SET key_proof = $1, key_made_at = $2`, seal.Proof(key), []byte(host+":"+path))
	return key, at.explain(err)
}

type storedKey struct {
	proof  []byte
	madeAt string
}

func scanKey(read scan) (k storedKey, err error) {
	err = read(&k.proof, &k.madeAt)
	return k, err
}
