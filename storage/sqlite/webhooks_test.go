package sqlite

import (
	"strings"
	"testing"

	"backchannel/storage/column"
	"backchannel/storage/storetest"
)

func TestSchemaRejectsSecondWebhookForSandbox(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	storetest.AddWebhook(t, s, "acme")
	other := strings.Replace(column.WebhookColumns, "id, version, name", "id + 1, version, 'other'", 1)
	err := s.write(t.Context(), 0, func(tx *tx) error {
		_, err := tx.Exec(`INSERT INTO webhooks (` + column.WebhookColumns + `) SELECT ` + other + ` FROM webhooks`)
		return err
	})
	if !violates(err) {
		t.Errorf("got %v", err)
	}
}
