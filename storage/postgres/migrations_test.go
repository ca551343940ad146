package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// The migration derives from the errors of old deliveries why they got no answer.
func TestReasonsOfAnOlderSchema(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	err = withGoose(pool, func(provider *goose.Provider) error {
		_, err := provider.UpTo(t.Context(), 3)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(t.Context(), `INSERT INTO webhook_names VALUES (7, 'acme');
		INSERT INTO events VALUES (1, 7, '', 'email', 'sent', '', '', '', now(), '')`)
	if err != nil {
		t.Fatal(err)
	}
	for i, old := range storetest.OldErrors() {
		_, err := pool.Exec(t.Context(), `INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, code, error_class, error, created_at) VALUES ($1, 1, 7, 0, 'failed', $2, $3, $4, now())`,
			i+1, old.Code, string(old.Class), []byte(old.Error))
		if err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, Options{URL: url, KeyFile: templateKey})
	for i, old := range storetest.OldErrors() {
		if d, err := s.Delivery(t.Context(), storage.ID(i+1)); err != nil || d.NoAnswer != old.Word || d.Error != old.Error {
			t.Errorf("%+v: got %q, %v", old, d.NoAnswer, err)
		}
	}
}
