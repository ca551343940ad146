package postgres

import (
	"errors"
	"strings"
	"testing"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
)

func TestPoolers(t *testing.T) {
	t.Parallel()
	for mode, refused := range map[string]bool{"transaction": true, "session": false} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			store, err := Open(t.Context(), Options{URL: pgtest.Pooler(t, pgtest.Copy(t, template), mode), KeyFile: templateKey})
			if err == nil {
				err = errors.Join(store.TryWrite(t.Context()), store.Close())
			}
			if refused && (!errors.Is(err, storage.ErrUnsuited) || !strings.Contains(err.Error(), "pool_mode = session")) || !refused && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}
