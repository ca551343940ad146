package sqlite

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/seal"
	"backchannel/storage/storetest"
)

// TestNoSecretIsInAnyFile stores a secret in every place that can have one, and searches all files
// for them, including the write-ahead log.
func TestNoSecretIsInAnyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	secrets := []string{"jwt-secret-0123456789abcdef01234567", "header-secret", "token-sent-secret", "cookie-got-secret", "token-received-secret", "url-secret", "path-secret"}
	w := storetest.AddWebhook(t, s, "acme", storetest.WithJWT, func(w *storage.Webhook) {
		w.Auth.JWT.Secret = storage.Secret(secrets[0])
		w.Headers = []storage.HeaderField{{Name: "X-Key", Value: secrets[1], Secret: true}, {Name: "X-Open", Value: "plain-value"}}
	})
	w.URL = "https://h/?b=plain&access_token=" + secrets[5]
	if err := s.UpdateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	o := storetest.OutcomeOf(storetest.Enqueue(t, s, w), storage.StateDelivered)
	o.Attempt.RequestHeaders = []storage.HeaderField{{Name: "Authorization", Value: secrets[2], Secret: true}}
	o.Attempt.ResponseHeaders = []storage.HeaderField{{Name: "Set-Cookie", Value: secrets[3], Secret: true}}
	if err := s.Finish(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	r := storetest.ReceiptOf(w)
	r.Headers = []storage.HeaderField{{Name: "Authorization", Value: secrets[4], Secret: true}}
	r.Path = "/feedback/a/b?token=" + secrets[6]
	storetest.AddReceipt(t, s, &r)
	w.Delivery.Concurrency = 2
	if err := s.UpdateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	plain := false
	for _, entry := range storetest.Must(os.ReadDir(dir)) {
		content := readFile(t, filepath.Join(dir, entry.Name()))
		plain = plain || bytes.Contains(content, []byte("plain-value"))
		for _, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s contains %q", entry.Name(), secret)
			}
		}
	}
	if !plain {
		t.Error("the search does not find the plain value either")
	}
	attempts, err := s.Attempts(t.Context(), o.Attempt.DeliveryID)
	if err != nil || attempts[0].RequestHeaders[0].Value != secrets[2] || attempts[0].ResponseHeaders[0].Value != secrets[3] {
		t.Errorf("got %v, %v", attempts, err)
	}
	if kept, err := s.Receipt(t.Context(), r.ID); err != nil || kept.Path != r.Path {
		t.Errorf("path: got %s, %v", kept.Path, err)
	}
	if kept, err := s.Webhook(t.Context(), w.ID); err != nil || kept.URL != w.URL {
		t.Errorf("URL: got %s, %v", kept.URL, err)
	}
	filter := storetest.Must(storage.ReceiptFilter().Parse(`path:"/feedback/a/b?token=`+secrets[6]+`"`, time.Now()))
	listed, err := s.Receipts(t.Context(), storage.ReceiptQuery{Filter: filter})
	if err != nil || len(listed) != 1 || listed[0].Path != "/feedback/a/b?token="+storage.Masked {
		t.Errorf("in a list: got %v, %v", listed, err)
	}
}

func TestSecretsCannotBeMovedToAnotherRow(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	a := storetest.AddWebhook(t, s, "a", storetest.FullWebhook)
	b := storetest.AddWebhook(t, s, "b", storetest.FullWebhook)
	for _, c := range []struct{ name, statement string }{
		{"another row", `UPDATE webhooks SET jwt_secret = (SELECT jwt_secret FROM webhooks WHERE id = ?1) WHERE id = ?2`},
		{"another column", `UPDATE webhooks SET jwt_secret = header_secrets WHERE id = ?2 AND ?1`},
		{"a changed byte", `UPDATE webhooks SET jwt_secret = zeroblob(length(jwt_secret)) WHERE id = ?2 AND ?1`},
	} {
		tamper(t, s, c.statement, a.ID, b.ID)
		_, err := s.Webhook(t.Context(), b.ID)
		if !errors.Is(err, storage.ErrDamaged) || !strings.Contains(err.Error(), "jwt_secret") {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if _, err := s.Webhook(t.Context(), a.ID); err != nil {
		t.Errorf("the other webhook: got %v", err)
	}
}

func TestSameSecretIsSealedDifferently(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	one := s.seals.Seal([]byte("x"), seal.At("t", "c", 1))
	two := s.seals.Seal([]byte("x"), seal.At("t", "c", 1))
	if bytes.Equal(one, two) {
		t.Error("a nonce was used twice")
	}
	if s.seals.Seal(nil, seal.Place{}) != nil {
		t.Error("Seal(nil) must return nil")
	}
}
