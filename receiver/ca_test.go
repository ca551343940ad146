package receiver

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var testTime = time.Date(2026, 10, 6, 18, 22, 41, 0, time.UTC)

func newTestCA(t testing.TB) *CA {
	t.Helper()
	ca, err := LoadOrCreateCA(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func TestCAStaysTheSame(t *testing.T) {
	dir := t.TempDir()
	made, err := LoadOrCreateCA(dir, testTime)
	if err != nil {
		t.Fatal(err)
	}
	read, err := LoadOrCreateCA(dir, testTime.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made.PEM(), read.PEM()) {
		t.Error("the CA that was read is not the one that was created")
	}
	kept, err := os.ReadFile(made.Path())
	if err != nil || !bytes.Equal(kept, made.PEM()) {
		t.Errorf("%s does not contain the PEM: %v", made.Path(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Errorf("got the files %v, %v; want two", files, err)
	}
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v; want 0600", file.Name(), info.Mode(), err)
		}
	}
}

func TestReceiversThatStartTogetherShareOneCA(t *testing.T) {
	dir := t.TempDir()
	const receivers = 16
	pems := make([]string, receivers)
	var all sync.WaitGroup
	for i := range receivers {
		all.Go(func() {
			ca, err := LoadOrCreateCA(dir, testTime)
			if err != nil {
				t.Error(err)
				return
			}
			pems[i] = string(ca.PEM())
		})
	}
	all.Wait()
	for i, text := range pems {
		if text != pems[0] {
			t.Errorf("receiver %d has another CA than receiver 0", i)
		}
	}
}

func TestDamagedCAIsExplained(t *testing.T) {
	write := func(name, text string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	pipe := func(name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			remove(name)(t, dir)
			if err := unix.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	foreign := newTestCA(t)
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		at     time.Time
		want   string
	}{
		{"no PEM", write(caFile, "hello"), testTime, "holds no PEM certificate"},
		{"empty", write(caFile, ""), testTime, "holds no PEM certificate"},
		{"broken", write(caFile, "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"), testTime, "cannot be read"},
		{"of another key", write(caFile, string(foreign.PEM())), testTime, "is not the certificate of"},
		{"a pipe", pipe(caFile), testTime, "is not a regular file"},
		{"key is a pipe", pipe(caKeyFile), testTime, "is not a regular file"},
		{"no key", remove(caKeyFile), testTime, "lacks its key"},
		{"key is no PEM", write(caKeyFile, "hello"), testTime, "holds no PEM"},
		{"key is broken", write(caKeyFile, "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n"), testTime, "cannot be read"},
		{"expired", func(*testing.T, string) {}, testTime.AddDate(11, 0, 0), "expired on 2036-10-03"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := LoadOrCreateCA(dir, testTime); err != nil {
				t.Fatal(err)
			}
			c.damage(t, dir)
			_, err := LoadOrCreateCA(dir, c.at)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "move ca.pem and ca-key.pem away") {
				t.Errorf("got %v; want %q and what to do", err, c.want)
			}
		})
	}
}

func TestCAIsCompletedAfterACrash(t *testing.T) {
	dir := t.TempDir()
	if _, err := LoadOrCreateCA(dir, testTime); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, caFile)); err != nil { // the key is written first
		t.Fatal(err)
	}
	if _, err := LoadOrCreateCA(dir, testTime); err != nil {
		t.Error(err)
	}
}

func TestLeafIsValidForEveryHostAndRenewed(t *testing.T) {
	ca, now := newTestCA(t), time.Now()
	l := newLeaf(ca, newServerNames("endpoint.test", nil).all, func() time.Time { return now })
	first, err := l.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1", "endpoint.test"} {
		if _, err := first.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: ca.Pool(), CurrentTime: now}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if again, _ := l.get(nil); again != first {
		t.Error("a valid leaf was replaced")
	}
	now = first.Leaf.NotAfter.Add(-leafRenewal)
	renewed, err := l.get(nil)
	if err != nil || renewed == first || !renewed.Leaf.NotAfter.After(first.Leaf.NotAfter) {
		t.Errorf("the leaf was not renewed: %v", err)
	}
}
