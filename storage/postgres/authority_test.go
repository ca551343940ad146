package postgres

import (
	"errors"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

func TestProcessesShareTheFirstAuthority(t *testing.T) {
	t.Parallel()
	url := pgtest.Copy(t, template)
	make := func(name string) func() ([]byte, []byte, error) {
		return func() ([]byte, []byte, error) { return []byte("certificate " + name), []byte("key " + name), nil }
	}
	one, other := open(t, Options{URL: url, KeyFile: templateKey}), open(t, Options{URL: url, KeyFile: templateKey})
	bad := errors.New("cannot make one")
	if _, _, err := one.Authority(t.Context(), func() ([]byte, []byte, error) { return nil, nil, bad }); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	for i, store := range []*Store{one, other} {
		certificate, key, err := store.Authority(t.Context(), make([]string{"a", "b"}[i]))
		if err != nil || string(certificate) != "certificate a" || string(key) != "key a" {
			t.Errorf("got %q, %q, %v", certificate, key, err)
		}
	}
	var stored string
	if err := one.Pool().QueryRow(t.Context(), `SELECT encode(key, 'escape') FROM authority`).Scan(&stored); err != nil || stored == "key a" {
		t.Errorf("the key must be stored encrypted: got %q, %v", stored, err)
	}
}
