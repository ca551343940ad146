package storage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"backchannel/storage"
)

const hidden = "hush-0123456789abcdef0123456789abcdef"

func TestSecretsAreNeverPrinted(t *testing.T) {
	w := storage.NewWebhook()
	w.Auth.JWT.Secret = hidden
	for name, value := range map[string]any{"secret": storage.Secret(hidden), "webhook": w, "pointer": &w, "JWT": w.Auth.JWT} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		for how, shown := range map[string]string{
			"%v": fmt.Sprintf("%v", value), "%+v": fmt.Sprintf("%+v", value), "%#v": fmt.Sprintf("%#v", value), "%q": fmt.Sprintf("%q", value),
			"%s": fmt.Sprintf("%s", value), "%x": fmt.Sprintf("%x", value), "JSON": string(text), "slog": log.String(),
		} {
			if strings.Contains(shown, "hush") || strings.Contains(shown, fmt.Sprintf("%x", hidden)) {
				t.Errorf("%s prints the %s: %s", how, name, shown)
			}
		}
	}
}

func TestHeaderSecretsAreNeverPrinted(t *testing.T) {
	for _, h := range []any{storage.HeaderField{Name: "A", Value: hidden, Secret: true}, []storage.HeaderField{{Name: "A", Value: hidden, Secret: true}}} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", h)
		for _, shown := range []string{fmt.Sprintf("%v", h), fmt.Sprintf("%+v", h), fmt.Sprintf("%#v", h), fmt.Sprintf("%q", h), log.String()} {
			if strings.Contains(shown, "hush") {
				t.Errorf("the secret was printed: %s", shown)
			}
		}
	}
	if got := fmt.Sprint(storage.HeaderField{Name: "A", Value: "b"}); got != "A: b" {
		t.Errorf("a plain header: got %q", got)
	}
}

func TestStringOfASecret(t *testing.T) {
	for secret, want := range map[storage.Secret]string{"": "", "env:KEY": "env:KEY", "file:/k": "file:/k", hidden: storage.Masked} {
		if got := secret.String(); got != want {
			t.Errorf("%q: got %q, want %q", secret.Reveal(), got, want)
		}
	}
}

func TestSecretIsResolved(t *testing.T) {
	from := storage.Sources{
		Env: func(name string) (string, bool) { return "from " + name, name == "SET" },
		ReadFile: func(_ context.Context, path string) ([]byte, error) {
			switch path {
			case "/unix":
				return []byte("key\n\n"), nil
			case "/dos":
				return []byte("key\r\n"), nil
			case "/denied":
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
	}
	for _, c := range []struct {
		secret storage.Secret
		want   string
		fails  string
	}{
		{"plain", "plain", ""},
		{"env:SET", "from SET", ""},
		{"env:UNSET", "", "UNSET is not set"},
		{"file:/unix", "key\n", ""},
		{"file:/dos", "key", ""},
		{"file:/none", "", "no file /none"},
		{"file:/denied", "", "/denied"},
	} {
		got, err := c.secret.Resolve(t.Context(), from)
		if string(got) != c.want || (err != nil) != (c.fails != "") {
			t.Errorf("%s: got %q, %v", c.secret, got, err)
		}
		if err != nil && (!errors.Is(err, storage.ErrSecretMissing) || !strings.Contains(err.Error(), c.fails)) {
			t.Errorf("%s: got %v", c.secret, err)
		}
	}
}

func TestPathOfASecretBecomesAbsolute(t *testing.T) {
	got := strings.TrimPrefix(storage.Secret("file:a/b").Absolute().Reveal(), "file:")
	if !filepath.IsAbs(got) || !strings.HasSuffix(got, "a/b") {
		t.Errorf("got %q", got)
	}
	for _, same := range []storage.Secret{"plain", "env:A", "file:"} {
		if same.Absolute() != same {
			t.Errorf("%s: got %s, want it unchanged", same.Reveal(), same.Absolute().Reveal())
		}
	}
}

func FuzzID(f *testing.F) {
	f.Add(int64(0), "00000000000")
	f.Add(int64(1_790_000_000_000_000), "zzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, n int64, text string) {
		id := storage.ID(n & (1<<55 - 1))
		back, err := storage.ParseID(id.String())
		if err != nil || back != id {
			t.Fatalf("%d: got %d, %v after parsing", id, back, err)
		}
		if next := id + 1; id < 1<<55-1 && next.String() <= id.String() {
			t.Fatalf("%s does not sort before %s", id, next)
		}
		if parsed, err := storage.ParseID(text); err == nil && parsed.String() != strings.ToLower(text) {
			t.Fatalf("%q: got %s", text, parsed)
		}
	})
}

func TestIDInJSON(t *testing.T) {
	text, err := json.Marshal(map[string]storage.ID{"id": 1_790_000_000_000_000})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]storage.ID
	if err := json.Unmarshal(text, &back); err != nil || back["id"] != 1_790_000_000_000_000 {
		t.Errorf("%s: got %v, %v", text, back, err)
	}
	for _, bad := range []string{"", "1", "000000000000", "0000000000u", "ÄÄÄÄÄ0"} {
		if _, err := storage.ParseID(bad); err == nil {
			t.Errorf("%q was parsed as an ID", bad)
		}
	}
}
