package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/storetest"
)

// A message is found, whichever level the key of its receipt is in, until the receipt is removed. A
// full level moves into the next. The test fills level 0, but for level 1 it only claims most keys,
// because filling that takes long.
func TestMessagesAreFoundInEveryLevel(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	message := storetest.ReceiptOf(w)
	message.RequestID = "R"
	for round := range 4 {
		again := message
		if earlier := storetest.EarlierOf(t, s, &again); len(earlier) != round {
			t.Errorf("round %d: got %d earlier receipts", round, len(earlier))
		}
		if round < 3 {
			addMany(t, s, w, keysInLevel0)
		}
		if round == 0 {
			claimKeys(t, s, keysInLevel1-keysInLevel0)
			addMany(t, s, w, keysInLevel0)
		}
	}
	if n, _ := first(t.Context(), s.reads, records.One[int], `SELECT count(DISTINCT level) FROM messages`); n != 3 {
		t.Errorf("got keys in %d levels, want 3", n)
	}
	if found := storetest.FoundBy(t, s, "message:R"); len(found) != 4 {
		t.Errorf("got %d receipts, want 4", len(found))
	}
	checkStore(t, s)
	if _, err := s.ClearReceipts(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := first(t.Context(), s.reads, records.One[int], `SELECT count(*) FROM messages`); n != 0 {
		t.Errorf("got %d keys after the receipts were cleared, %v; want 0", n, err)
	}
}

// Two messages can have the same key, though rarely.
func TestMessagesWithTheSameKeyStaySeparate(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	r, other := storetest.ReceiptOf(w), storetest.ReceiptOf(w)
	other.RequestID = "R2"
	storetest.AddReceipt(t, s, &r)
	err := s.write(t.Context(), 0, func(t *tx) error {
		return t.Send(`INSERT INTO messages VALUES (0, ?, ?)`, column.KeyOf(&other), r.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if earlier := storetest.EarlierOf(t, s, &other); len(earlier) > 0 {
		t.Errorf("got the earlier receipts %+v", earlier)
	}
}

// A database without the tables of messages and answers is migrated without loss.
func TestOlderSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	dir, db := older(t, 4)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO facets VALUES (1, 7, 'email', 'sent', 204, '', '', '', '', '', ''); UPDATE store SET receipts = 4`); err != nil {
		t.Fatal(err)
	}
	for i, requestID := range []string{"R", "R", "", "S"} {
		_, err := db.ExecContext(t.Context(), `INSERT INTO receipts VALUES (?, 1, 1, 7, 'POST', '/', '', '', '', '', '', ?, 'email', 'sent', 'ann', '0', NULL, 0, 204, 'answered', 7, '{}', 0, 0, '')`, i+1, requestID)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s := openTest(t, dir)
	checkStore(t, s)
	if found := storetest.FoundBy(t, s, "message:R"); len(found) != 2 || found[0].Outcome != storage.Answered || found[0].Duration != 7 {
		t.Errorf("got %+v", found)
	}
	again := storage.Receipt{ReceivedAt: time.Now(), WebhookID: 7, RequestID: "S", Identity: "ann"}
	if earlier := storetest.EarlierOf(t, s, &again); len(earlier) != 1 || earlier[0].ID != 4 {
		t.Errorf("got the earlier receipts %+v", earlier)
	}
}

// The migration derives from the errors of old deliveries why they got no answer.
func TestReasonsOfAnOlderSchema(t *testing.T) {
	t.Parallel()
	dir, db := older(t, 10)
	_, err := db.ExecContext(t.Context(), `INSERT INTO webhook_names VALUES (7, 'acme');
		INSERT INTO events (id, webhook_id, request_id, channel, status, variant, identity, misbehave, created_at, payload) VALUES (1, 7, '', 'email', 'sent', '', '', '', 0, x'')`)
	if err != nil {
		t.Fatal(err)
	}
	for i, old := range storetest.OldErrors() {
		_, err := db.ExecContext(t.Context(), `INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, code, error_class, error, created_at) VALUES (?, 1, 7, 0, 'failed', ?, ?, ?, 0)`,
			i+1, old.Code, string(old.Class), old.Error)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, dir)
	for i, old := range storetest.OldErrors() {
		if d, err := s.Delivery(t.Context(), storage.ID(i+1)); err != nil || d.NoAnswer != old.Word || d.Error != old.Error {
			t.Errorf("%+v: got %q, %v", old, d.NoAnswer, err)
		}
	}
}

// older returns a folder with a new database whose schema has an older version.
func older(t *testing.T, version int64) (dir string, db *sql.DB) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, databaseFile)
	if err := createFile(path); err != nil {
		t.Fatal(err)
	}
	db, err := openPool(writerDSN(path, durable), 1)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := migrator(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return dir, db
}

// claimKeys makes the index believe that level 1 has n keys.
func claimKeys(t *testing.T, s *Store, n int) {
	t.Helper()
	err := s.write(t.Context(), 0, func(t *tx) error {
		t.messages.added[1] = n
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func addMany(t *testing.T, s *Store, w storage.Webhook, n int) {
	t.Helper()
	r := storetest.ReceiptOf(w)
	r.ID = storage.ID(time.Now().UnixMicro())
	for range n / 512 {
		var h storage.History
		for range 512 {
			r.ID++
			r.RequestID = r.ID.String()
			h.Receipts = append(h.Receipts, r)
		}
		if err := s.ImportHistory(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
}
