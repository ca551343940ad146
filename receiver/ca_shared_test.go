package receiver

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A keyStore keeps the authority that was stored first.
type keyStore struct{ certificate, key []byte }

func (s *keyStore) Authority(_ context.Context, make func() (certificate, key []byte, err error)) ([]byte, []byte, error) {
	var err error
	if s.certificate == nil {
		s.certificate, s.key, err = make()
	}
	return s.certificate, s.key, err
}

func TestReceiversShareTheFirstAuthority(t *testing.T) {
	t.Parallel()
	one, other, store := t.TempDir(), t.TempDir(), &keyStore{}
	own, err := LoadOrCreateCA(one, testTime)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := LoadOrCreateCA(other, testTime)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{one, other, other} {
		ca, err := SharedCA(t.Context(), store, dir, testTime)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ca.PEM(), own.PEM()) {
			t.Errorf("%s: the authority is not that of the first folder", dir)
		}
		if text, err := os.ReadFile(ca.Path()); err != nil || !bytes.Equal(text, own.PEM()) || filepath.Dir(ca.Path()) != dir {
			t.Errorf("%s: got %s, %v; want the authority in %s", ca.Path(), text, err, dir)
		}
		if _, err := newLeaf(ca, newServerNames("endpoint.test", nil).all, func() time.Time { return testTime }).get(nil); err != nil {
			t.Errorf("the authority cannot issue a certificate: %v", err)
		}
	}
	if again, err := LoadOrCreateCA(other, testTime); err != nil || !bytes.Equal(again.PEM(), foreign.PEM()) {
		t.Errorf("the folder's own authority has changed: %v", err)
	}
}

func TestDamagedSharedAuthorityIsExplained(t *testing.T) {
	t.Parallel()
	good, other := &keyStore{}, &keyStore{}
	for _, store := range []*keyStore{good, other} {
		if _, err := SharedCA(t.Context(), store, t.TempDir(), testTime); err != nil {
			t.Fatal(err)
		}
	}
	for want, store := range map[string]*keyStore{
		"holds no PEM certificate":            {[]byte("hello"), good.key},
		"holds no PEM;":                       {good.certificate, []byte("hello")},
		"is not the certificate of its key":   {good.certificate, other.key},
		"the certificate in the database exp": good,
	} {
		at := testTime
		if store == good {
			at = at.AddDate(11, 0, 0)
		}
		_, err := SharedCA(t.Context(), store, t.TempDir(), at)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "delete the row of its table authority") {
			t.Errorf("got %v; want %q and what to do", err, want)
		}
	}
}
