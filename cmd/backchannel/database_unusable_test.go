package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// password must not appear in any message. The server of the tests does not ask for it.
const password = "hush-hush-7Q"

// An unusable database is reported in one line, with what to do, and never with the password in its
// URL. serve does the same: it waits only for a database that cannot be reached.
func TestUnusableDatabasesAreReportedInOneLine(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{})
	c := newCluster(t, server.Create(t))
	newer := newCluster(t, server.Create(t))
	pgtest.Run(t, newer.url, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	pgtest.Run(t, c.url, `CREATE ROLE guest LOGIN`)
	wrongKey := filepath.Join(t.TempDir(), "wrong.key")
	if err := os.WriteFile(wrongKey, []byte(strings.Repeat("k", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	usable := overTCP(t, server, c.url)
	for name, bad := range map[string]struct {
		url, keyFile, want string
		code               int
	}{
		"another key":                {usable, wrongKey, "wrong.key", 1},
		"a missing key":              {usable, filepath.Join(t.TempDir(), "none.key"), "none.key", 1},
		"a newer schema":             {overTCP(t, server, newer.url), newer.keyFile, "newer", 1},
		"without rights":             {strings.Replace(usable, "postgres:"+password, "guest:"+password, 1), c.keyFile, "GRANT", 1},
		"no such user":               {strings.Replace(usable, "postgres:"+password, "nobody:"+password, 1), c.keyFile, "nobody", 1},
		"no such database":           {usable + "x", c.keyFile, "createdb", 3},
		"another scheme":             {strings.Replace(usable, "postgres:", "mysql:", 1), c.keyFile, "postgres://", 2},
		"no database":                {usable[:strings.LastIndex(usable, "/")], c.keyFile, "names no database", 2},
		"a bad port":                 {strings.Replace(usable, server.Address(), "127.0.0.1:port", 1), c.keyFile, "expected postgres://", 2},
		"a # in the password":        {strings.Replace(usable, password, password+"#", 1), c.keyFile, "%23", 2},
		"a pooler":                   {pgtest.Pooler(t, c.url, "transaction"), c.keyFile, "pool_mode = session", 1},
		"a bad parameter":            {usable + "?sslmode=" + password, c.keyFile, "sslmode", 2},
		"an unknown parameter":       {usable + "?foo=" + password, c.keyFile, `"foo"; correct`, 2},
		"a bad value of a parameter": {usable + "?timezone=" + password, c.keyFile, `"TimeZone"; correct`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, args := range [][]string{{"webhook", "list"}, {"serve"}} {
				cmd := backchannel(t, t.TempDir(), append(args, "--database", bad.url, "--key-file", bad.keyFile)...)
				text, err := cmd.CombinedOutput()
				if code := exitOf(err); code != bad.code {
					t.Errorf("%v: got exit code %d, want %d", args, code, bad.code)
				}
				if got := string(text); strings.Count(got, "\n") != 1 || !strings.Contains(got, bad.want) || strings.Contains(got, password) {
					t.Errorf("%v: got\n%s\nwant one line with %q and without the password", args, got, bad.want)
				}
			}
		})
	}
}

// overTCP returns the URL of a database with a password and the server's TCP address.
func overTCP(t *testing.T, server *pgtest.Server, socket string) string {
	t.Helper()
	parsed, err := url.Parse(socket)
	if err != nil {
		t.Fatal(err)
	}
	return "postgres://postgres:" + password + "@" + server.Address() + parsed.Path
}
