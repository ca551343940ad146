package main

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// secretPassword contains characters that must be escaped in a URL, or that end a quoted string.
const secretPassword = "h#ushed@7/Q%s'`: zorro"

// wantNoPassword checks that a text contains neither what is before those characters of the password
// nor what is after them.
func wantNoPassword(t *testing.T, where string, text []byte) {
	t.Helper()
	for _, part := range []string{"ushed", "zorro"} {
		if bytes.Contains(text, []byte(part)) {
			t.Errorf("%s contains the password:\n%s", where, text)
			return
		}
	}
}

// wantNoPasswordIn checks all files of a folder.
func wantNoPasswordIn(t *testing.T, dir string) {
	t.Helper()
	read := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		wantNoPassword(t, path, text)
		read++
		return err
	})
	if err != nil || read == 0 {
		t.Errorf("read %d files in %s with error %v, want at least one file", read, dir, err)
	}
}

// A passwordSource is where a process gets the password from.
type passwordSource struct {
	url func(address string) string // address is HOST:PORT/DATABASE
	env func(t *testing.T) []string
}

func passwordSources() map[string]passwordSource {
	plain := func(address string) string { return "postgres://postgres@" + address }
	with := func(address, parameter string) string {
		return plain(address) + map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")] + parameter
	}
	return map[string]passwordSource{
		"in the URL": {
			func(address string) string {
				return "postgres://" + url.UserPassword("postgres", secretPassword).String() + "@" + address
			},
			func(*testing.T) []string { return nil },
		},
		"in a parameter of the URL": {
			func(address string) string {
				return with(address, "password="+strings.ReplaceAll(url.QueryEscape(secretPassword), "+", "%20"))
			},
			func(*testing.T) []string { return nil },
		},
		"in PGPASSWORD": {plain, func(*testing.T) []string { return []string{"PGPASSWORD=" + secretPassword} }},
		"in a file": {plain, func(t *testing.T) []string {
			path := filepath.Join(t.TempDir(), "pgpass")
			line := "*:*:*:*:" + strings.NewReplacer(`\`, `\\`, ":", `\:`).Replace(secretPassword) + "\n"
			if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"PGPASSFILE=" + path}
		}},
		"in a service file": {func(address string) string { return with(address, "service=feedback") }, func(t *testing.T) []string {
			path := filepath.Join(t.TempDir(), "pg_service.conf")
			if err := os.WriteFile(path, []byte("[feedback]\npassword="+secretPassword+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"PGSERVICEFILE=" + path}
		}},
	}
}

// The password of a database is never shown, however a process gets it and whatever is wrong: not
// in its output, its files, doctor, Activity or metrics.
func TestThePasswordIsNeverShown(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{OverTCP: "scram-sha-256"})
	c := newCluster(t, server.Create(t))
	pgtest.Run(t, c.url, `ALTER ROLE postgres PASSWORD '`+strings.ReplaceAll(secretPassword, "'", "''")+`'`)
	newer := newCluster(t, server.Create(t))
	pgtest.Run(t, newer.url, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	pgtest.Run(t, c.url, `CREATE ROLE other LOGIN PASSWORD 'another'`)
	path := func(c *cluster) string {
		name, _, _ := strings.Cut(strings.TrimPrefix(c.url, "postgres:///"), "?")
		return "/" + name
	}
	good := server.Address() + path(c)
	for name, source := range passwordSources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := source.env(t)
			command := func(args ...string) *exec.Cmd {
				cmd := backchannel(t, t.TempDir(), append(args, "--key-file", c.keyFile)...)
				cmd.Env = append(cmd.Env, append(env, envDatabase+"="+source.url(good), envAllowHTTP+"=true")...)
				return cmd
			}
			commands := startTestRunner(t, append(env, envData+"="+t.TempDir(), envAllowHTTP+"=true"))
			run := func(database, keyFile string, args ...string) commandResult {
				return commands(request{append(args, "--key-file", keyFile), []string{envDatabase + "=" + database}})
			}
			for what, bad := range map[string]struct{ url, keyFile string }{
				"no such host":     {source.url("nowhere.invalid:5432/x"), c.keyFile},
				"no server":        {source.url("127.0.0.1:1/x"), c.keyFile},
				"a bad port":       {source.url("127.0.0.1:x/x"), c.keyFile},
				"no database":      {source.url(server.Address()), c.keyFile},
				"no such database": {source.url(good + "x"), c.keyFile},
				"a newer schema":   {source.url(server.Address() + path(newer)), newer.keyFile},
				"another key":      {source.url(good), filepath.Join(t.TempDir(), "none.key")},
				"a wrong password": {strings.Replace(source.url(good), "//postgres", "//other", 1), c.keyFile},
				"another scheme":   {strings.Replace(source.url(good), "postgres:", "mysql:", 1), c.keyFile},
				"no scheme":        {strings.TrimPrefix(source.url(good), "postgres:"), c.keyFile},
				"no host":          {source.url("/x"), c.keyFile},
				"two databases":    {source.url(good + "/x"), c.keyFile},
				"no such user":     {strings.Replace(source.url(good), "//postgres", "//nobody", 1), c.keyFile},
				"no certificate":   {source.url(good + "?sslmode=verify-full&sslrootcert=/nowhere.pem"), c.keyFile},
				"no TLS":           {source.url(good + "?sslmode=require"), c.keyFile},
				"a standby wanted": {source.url(good + "?target_session_attrs=standby"), c.keyFile},
				"a bad escape":     {source.url(good + "?application_name=%zz"), c.keyFile},
			} {
				for _, args := range [][]string{{"doctor", "-o", "json"}, {"fire", "sent", "--webhook", "acme"}} {
					result := run(bad.url, bad.keyFile, args...)
					if result.Code <= 0 {
						t.Errorf("%s: %v: got exit code %d, want a positive one", what, args, result.Code)
					}
					wantNoPassword(t, "the output with "+what, result.output())
				}
			}
			for _, parameter := range []string{"sslmode", "connect_timeout", "target_session_attrs", "port", "passfile", "service", "sslpassword", "pool_max_conns", "pool_max_conn_lifetime"} {
				for _, value := range []string{secretPassword, "postgres:" + secretPassword + "@" + server.Address()} {
					result := run(source.url(good+"?"+parameter+"="+url.QueryEscape(value)), c.keyFile, "fixture", "list", "-o", "json")
					wantNoPassword(t, "the output with the password as "+parameter, result.output())
				}
			}
			wantNodeWithoutPassword(t, c, command("serve", "--metrics", "127.0.0.1:0"), command("doctor"))
		})
	}
}

// wantNodeWithoutPassword runs a node that gets the password, and checks everything that it shows and
// stores.
func wantNodeWithoutPassword(t *testing.T, c *cluster, serve, doctor *exec.Cmd) {
	t.Helper()
	ownT := *c
	ownT.T = t
	m := ownT.startNodeWith(func(cmd *exec.Cmd) error { cmd.Args, cmd.Env = serve.Args, serve.Env; return cmd.Start() })
	m.awaitReady()
	text, _ := doctor.CombinedOutput()
	wantNoPassword(t, "doctor", text)
	_, after, _ := strings.Cut(m.out.String(), `"metrics":"`)
	address, _, _ := strings.Cut(after, `"`)
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || len(metrics) == 0 {
		t.Errorf("metrics: got %q and error %v", metrics, err)
	}
	wantNoPassword(t, "the metrics", metrics)
	activities, err := c.store.Activities(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range activities {
		wantNoPassword(t, "Activity", []byte(a.Text))
	}
	if err := m.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // the Go runtime prints the stacks of all goroutines
		t.Fatal(err)
	}
	<-m.ended
	if !strings.Contains(m.err.String(), "goroutine ") {
		t.Error("SIGQUIT printed no stack trace")
	}
	wantNoPassword(t, "the output of serve", []byte(m.out.String()+m.err.String()))
	for _, variable := range serve.Env {
		if dir, found := strings.CutPrefix(variable, envData+"="); found {
			wantNoPasswordIn(t, dir)
		}
	}
}
