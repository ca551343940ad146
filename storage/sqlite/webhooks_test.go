package sqlite

import (
	"testing"
)

func TestTheSchemaItselfRefusesASecondWebhook(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	err := s.write(t.Context(), 0, func(tx *tx) error {
		w.ID++
		w.Name = "other"
		return s.WebhookStore.insert(tx, &w)
	})
	if !violates(err) {
		t.Errorf("got %v", err)
	}
}
