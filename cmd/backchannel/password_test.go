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

// wantNoPassword checks that a text contains no part of the password, neither before nor after
// those characters.
func wantNoPassword(t *testing.T, where string, text []byte) {
	t.Helper()
	for _, part := range []string{"ushed", "zorro"} {
		if bytes.Contains(text, []byte(part)) {
			t.Errorf("%s: the password is in\n%s", where, text)
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
		t.Errorf("%d files were read in %s, %v", read, dir, err)
	}
}

// A wayOfPassword is a way in which a process gets the password.
type wayOfPassword struct {
	url func(at string) string // at is HOST:PORT/DATABASE
	env func(t *testing.T) []string
}

func waysOfPassword() map[string]wayOfPassword {
	plain := func(at string) string { return "postgres://postgres@" + at }
	with := func(at, parameter string) string {
		return plain(at) + map[bool]string{true: "&", false: "?"}[strings.Contains(at, "?")] + parameter
	}
	return map[string]wayOfPassword{
		"in the URL": {
			func(at string) string {
				return "postgres://" + url.UserPassword("postgres", secretPassword).String() + "@" + at
			},
			func(*testing.T) []string { return nil },
		},
		"in a parameter of the URL": {
			func(at string) string {
				return with(at, "password="+strings.ReplaceAll(url.QueryEscape(secretPassword), "+", "%20"))
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
		"in a service file": {func(at string) string { return with(at, "service=feedback") }, func(t *testing.T) []string {
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
	base := func(c *cluster) string {
		name, _, _ := strings.Cut(strings.TrimPrefix(c.url, "postgres:///"), "?")
		return "/" + name
	}
	good := server.Address() + base(c)
	for name, way := range waysOfPassword() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := way.env(t)
			begin := func(args ...string) *exec.Cmd {
				cmd := backchannel(t, t.TempDir(), append(args, "--key-file", c.keyFile)...)
				cmd.Env = append(cmd.Env, append(env, envDatabase+"="+way.url(good), envAllowHTTP+"=true")...)
				return cmd
			}
			commands := startTestRunner(t, append(env, envData+"="+t.TempDir(), envAllowHTTP+"=true"))
			run := func(database, keyFile string, args ...string) commandResult {
				return commands(request{append(args, "--key-file", keyFile), []string{envDatabase + "=" + database}})
			}
			for what, bad := range map[string]struct{ url, keyFile string }{
				"no such host":     {way.url("nowhere.invalid:5432/x"), c.keyFile},
				"nobody listens":   {way.url("127.0.0.1:1/x"), c.keyFile},
				"a bad port":       {way.url("127.0.0.1:x/x"), c.keyFile},
				"no database":      {way.url(server.Address()), c.keyFile},
				"no such database": {way.url(good + "x"), c.keyFile},
				"a newer schema":   {way.url(server.Address() + base(newer)), newer.keyFile},
				"another key":      {way.url(good), filepath.Join(t.TempDir(), "none.key")},
				"a wrong password": {strings.Replace(way.url(good), "//postgres", "//other", 1), c.keyFile},
				"another scheme":   {strings.Replace(way.url(good), "postgres:", "mysql:", 1), c.keyFile},
				"no scheme":        {strings.TrimPrefix(way.url(good), "postgres:"), c.keyFile},
				"no host":          {way.url("/x"), c.keyFile},
				"two databases":    {way.url(good + "/x"), c.keyFile},
				"no such user":     {strings.Replace(way.url(good), "//postgres", "//nobody", 1), c.keyFile},
				"no certificate":   {way.url(good + "?sslmode=verify-full&sslrootcert=/nowhere.pem"), c.keyFile},
				"no TLS":           {way.url(good + "?sslmode=require"), c.keyFile},
				"a standby wanted": {way.url(good + "?target_session_attrs=standby"), c.keyFile},
				"a bad escape":     {way.url(good + "?application_name=%zz"), c.keyFile},
			} {
				for _, args := range [][]string{{"doctor", "-o", "json"}, {"fire", "sent", "--webhook", "acme"}} {
					left := run(bad.url, bad.keyFile, args...)
					if left.Code <= 0 {
						t.Errorf("with %s %v exits %d", what, args, left.Code)
					}
					wantNoPassword(t, what, left.output())
				}
			}
			for _, parameter := range []string{"sslmode", "connect_timeout", "target_session_attrs", "port", "passfile", "service", "sslpassword", "pool_max_conns", "pool_max_conn_lifetime"} {
				for _, value := range []string{secretPassword, "postgres:" + secretPassword + "@" + server.Address()} {
					left := run(way.url(good+"?"+parameter+"="+url.QueryEscape(value)), c.keyFile, "fixture", "list", "-o", "json")
					wantNoPassword(t, parameter+" is the password", left.output())
				}
			}
			wantNodeWithoutPassword(t, c, begin("serve", "--metrics", "127.0.0.1:0"), begin("doctor"))
		})
	}
}

// wantNodeWithoutPassword runs a node that gets the password, and checks everything that it leaves
// behind.
func wantNodeWithoutPassword(t *testing.T, c *cluster, serve, doctor *exec.Cmd) {
	t.Helper()
	of := *c
	of.T = t
	m := of.beginBy(func(cmd *exec.Cmd) error { cmd.Args, cmd.Env = serve.Args, serve.Env; return cmd.Start() })
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
		t.Errorf("the metrics are %q, %v", metrics, err)
	}
	wantNoPassword(t, "the metrics", metrics)
	activities, err := c.store.Activities(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range activities {
		wantNoPassword(t, "Activity", []byte(a.Text))
	}
	if err := m.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // with which Go writes what each goroutine does
		t.Fatal(err)
	}
	<-m.ended
	if !strings.Contains(m.err.String(), "goroutine ") {
		t.Error("SIGQUIT printed no stack")
	}
	wantNoPassword(t, "what serve writes", []byte(m.out.String()+m.err.String()))
	for _, variable := range serve.Env {
		if dir, found := strings.CutPrefix(variable, envData+"="); found {
			wantNoPasswordIn(t, dir)
		}
	}
}
