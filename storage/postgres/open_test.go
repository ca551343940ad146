package postgres

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

const password = "s3cr/et@x"

// The error for a bad URL is one line that says what to do and does not show the password.
func TestBadURLs(t *testing.T) {
	t.Parallel()
	server, err := url.Parse(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	with := func(user, database string, query ...string) string {
		changed := *server
		values := changed.Query()
		values.Set("user", user)
		for i := 0; i < len(query); i += 2 {
			values.Set(query[i], query[i+1])
		}
		changed.RawQuery = values.Encode()
		changed.Path = "/" + strings.TrimPrefix(database, "/")
		return changed.String()
	}
	quoted := url.QueryEscape(password)
	for _, test := range []struct {
		name, url, want string
		is              error
	}{
		{"no URL", "", "expected postgres://", storage.ErrInvalid},
		{"another scheme", "mysql://a:" + quoted + "@h/db", `begins with "mysql:"; expected postgres://`, storage.ErrInvalid},
		{"a path of a folder", "/var/lib/backchannel", "expected postgres://", storage.ErrInvalid},
		{"an unescaped password", "postgres://a:s3cr/et@x@h/db", "%40 and %2F", storage.ErrInvalid},
		{"no host", "postgres:///db", "names no host", storage.ErrInvalid},
		{"no database", "postgres://a:" + quoted + "@h", "names no database", storage.ErrInvalid},
		{"an unescaped password that begins like a port", "postgres://a:12/s3cr/et@x@h/db", "%40 and %2F", storage.ErrInvalid},
		{"a path", "postgres://a:" + quoted + "@h/db/table", "not the name of a database", storage.ErrInvalid},
		{"a # in the password", "postgres://a:s3cr#et@h/db", "%23", storage.ErrInvalid},
		{"a bad port", "postgres://a:" + quoted + "@h:port/db", "cannot be read", storage.ErrInvalid},
		{"a port out of range", "postgres://a:" + quoted + "@h:70000/db", "port", storage.ErrInvalid},
		{"a bad sslmode", "postgres://a:" + quoted + "@h/db?sslmode=maybe", "sslmode", storage.ErrInvalid},
		{"an unknown host", "postgres://a:" + quoted + "@nowhere.invalid/db", "the host nowhere.invalid", storage.ErrUnreachable},
		{"a port where nothing listens", "postgres://a:" + quoted + "@127.0.0.1:1/db", "connection refused", storage.ErrUnreachable},
		{"no folder with the socket", "postgres:///db?host=/nowhere&password=" + quoted, "no such file", storage.ErrUnreachable},
		{"no such database", with("postgres", "nothing"), "there is no database nothing at", storage.ErrNotFound},
		{"no TLS", with("postgres", server.Path, "host", "127.0.0.1", "sslmode", "require"), "(ssl = on), or change sslmode", storage.ErrUnreachable},
		{"no such user", with("nobody", server.Path, "password", password), `role "nobody" does not exist`, storage.ErrRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(t.Context(), Options{URL: test.url, KeyFile: filepath.Join(t.TempDir(), "key")})
			if err == nil || !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %v with %q", err, test.is, test.want)
			}
			for _, part := range []string{"s3cr", "et@x", quoted} {
				if strings.Contains(err.Error(), part) {
					t.Errorf("the error shows the password: %v", err)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %v", err)
			}
			if checked := CheckURL(test.url); (checked != nil) != errors.Is(err, storage.ErrInvalid) || checked != nil && !strings.HasSuffix(err.Error(), checked.Error()) {
				t.Errorf("CheckURL: got %v", checked)
			}
		})
	}
}

func TestRoleWithoutRights(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	role := "weak_" + strings.TrimPrefix(mustParse(t, database).Path, "/")
	pgtest.Run(t, database, `CREATE ROLE `+role+` LOGIN; REVOKE ALL ON SCHEMA public FROM public`)
	t.Cleanup(func() { pgtest.Run(t, database, `DROP OWNED BY `+role+`; DROP ROLE `+role) })
	weak := mustParse(t, database)
	values := weak.Query()
	values.Set("user", role)
	weak.RawQuery = values.Encode()
	_, err := Open(t.Context(), Options{URL: weak.String(), KeyFile: filepath.Join(t.TempDir(), "key")})
	if !errors.Is(err, storage.ErrRefused) || !strings.Contains(err.Error(), "GRANT ALL ON SCHEMA public TO "+role) {
		t.Errorf("got %v", err)
	}
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestKeys(t *testing.T) {
	t.Parallel()
	database, dir := pgtest.Database(t), t.TempDir()
	first := filepath.Join(dir, "first.key")
	open(t, Options{URL: database, KeyFile: first})
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	missing, other, short := filepath.Join(dir, "missing.key"), filepath.Join(dir, "other.key"), filepath.Join(dir, "short.key")
	write(t, other, strings.Repeat("x", 32))
	write(t, short, "x")
	for path, want := range map[string]string{
		missing: missing + " does not exist; copy it from " + host + ":" + first,
		other:   other + " does not hold the key that secrets in ",
		short:   short + " has 1 bytes instead of 32",
	} {
		_, err := Open(t.Context(), Options{URL: database, KeyFile: path})
		if !errors.Is(err, storage.ErrDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key was created: %v", err)
	}
	key, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	write(t, missing, string(key))
	open(t, Options{URL: database, KeyFile: missing})
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestForeignSchemasAreNotChanged(t *testing.T) {
	t.Parallel()
	newer, foreign := pgtest.Copy(t, template), pgtest.Database(t)
	pgtest.Run(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`)
	pgtest.Run(t, foreign, `CREATE TABLE invoices (n int)`)
	for database, want := range map[string]struct {
		is   error
		text string
	}{
		newer:   {storage.ErrNewerSchema, "schema version 99 and this program, v1.2.3, knows"},
		foreign: {storage.ErrDamaged, "the database of another program (it has the table invoices)"},
	} {
		_, err := Open(t.Context(), Options{URL: database, KeyFile: templateKey, Version: "v1.2.3"})
		if !errors.Is(err, want.is) || !strings.Contains(err.Error(), want.text) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

// TestPeekChangesNothing peeks into an empty database, one with an older schema, one whose key is
// missing and, last, a good one.
func TestPeekChangesNothing(t *testing.T) {
	t.Parallel()
	empty, older, full := pgtest.Database(t), pgtest.Copy(t, template), pgtest.Copy(t, template)
	pgtest.Run(t, older, `DELETE FROM goose_db_version WHERE version_id > 0`)
	missing := filepath.Join(t.TempDir(), "missing.key")
	for name, o := range map[string]Options{
		"empty": {URL: empty, KeyFile: missing}, "older": {URL: older, KeyFile: templateKey}, "without a key": {URL: full, KeyFile: missing},
	} {
		if _, err := Peek(t.Context(), o); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key was created: %v", err)
	}
	pgtest.Run(t, empty, `CREATE TABLE store (n int)`) // fails if Peek created the table
	made := open(t, Options{URL: full, KeyFile: templateKey})
	w := storetest.WebhookNamed("acme")
	if err := made.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	store, err := Peek(t.Context(), Options{URL: full, KeyFile: templateKey})
	if err != nil {
		t.Fatal(err)
	}
	if all, err := store.Webhooks(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("got %+v, %v", all, err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

func TestSixFirstStartsAtOnce(t *testing.T) {
	t.Parallel()
	database, dir := pgtest.Database(t), t.TempDir()
	var starts sync.WaitGroup
	for range 6 {
		starts.Go(func() {
			store, err := Open(context.WithoutCancel(t.Context()), Options{URL: database, KeyFile: filepath.Join(dir, "key")})
			if err != nil {
				t.Error(err)
				return
			}
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
}

// The URL may name several hosts; here nothing listens at the first.
func TestSecondOfTwoHosts(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{})
	name := strings.TrimPrefix(mustParse(t, server.Create(t)).Path, "/")
	store := open(t, Options{URL: "postgres://postgres@127.0.0.1:1," + server.Address() + "/" + name + "?target_session_attrs=read-write", KeyFile: templateKey})
	if err := store.TryWrite(t.Context()); err != nil {
		t.Error(err)
	}
}
