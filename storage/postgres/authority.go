package postgres

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// Authority returns the certificate and the key, both in PEM, of the authority that signs the
// receivers' certificates. If none is stored, it calls make and stores the result. When several
// processes do so at once, all of them get the one that was stored first.
func (s *Store) Authority(ctx context.Context, make func() (certificate, key []byte, err error)) (certificate, key []byte, err error) {
	certificate, key, err = s.authority(ctx)
	if !errors.Is(err, storage.ErrNotFound) {
		return certificate, key, err
	}
	if certificate, key, err = make(); err != nil {
		return nil, nil, err
	}
	err = s.writeLoose(ctx, 0, func(t *tx) error {
		t.send(`INSERT INTO authority VALUES (1, ?, ?) ON CONFLICT DO NOTHING`, certificate, s.seals.Seal(key, authorityKey()))
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("store the certificate authority: %w", err)
	}
	return s.authority(ctx)
}

func (s *Store) authority(ctx context.Context) (certificate, key []byte, err error) {
	var sealed []byte
	certificate, err = records.First(ctx, s.reads, func(read scan) (certificate []byte, err error) {
		err = read(&certificate, &sealed)
		return certificate, err
	}, `SELECT certificate, key FROM authority`)
	if err == nil {
		key, err = s.seals.Open(sealed, authorityKey())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the certificate authority: %w", err)
	}
	return certificate, key, nil
}

func authorityKey() seal.Place { return seal.At("authority", "key", 1) }
