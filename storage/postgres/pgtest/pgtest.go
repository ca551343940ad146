// Package pgtest runs PostgreSQL for tests. Most tests need only [Database] or [Copy], which share
// one server per test binary. It starts when the first test needs it and ends with the process,
// even if that is killed. A test that stops or crashes its server gets its own from [Start].
//
// The package looks for PostgreSQL in /usr/lib/postgresql. If there is none, tests are skipped; if
// the environment variable CI is set, they fail. The package does not depend on a schema or a store.
package pgtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience bounds each statement and each wait for a server, none of which normally takes a second.
const patience = 30 * time.Second

// shared returns the server of this test binary, and serial numbers the databases of all servers.
//
//nolint:gochecknoglobals // one server serves all tests of a binary, because a new one takes a second
var (
	shared = sync.OnceValues(func() (*Server, error) { return start(Options{}) })
	serial atomic.Int64
)

// ManyAtOnce makes eight tests run in parallel, unless -parallel says otherwise. TestMain calls it.
// Tests with a server mostly wait: for it, for other processes or for time to pass. With only as
// many as there are cores, much of the machine would be idle.
func ManyAtOnce() {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
}

// Database returns the URL of an empty database, which is dropped when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	return create(t, sharedServer(t), "template0")
}

// A Template is a database that is filled once and then copied for each test, because copying takes
// less time than filling. Only Fill must be set.
type Template struct {
	Fill func(url string) error // must close the connections that it opens

	once sync.Once
	err  error
	name string
}

// Copy returns the URL of a copy of the template, which is dropped when the test ends.
func Copy(t testing.TB, of *Template) string {
	t.Helper()
	server := sharedServer(t)
	of.once.Do(func() {
		of.name = nextName()
		if of.err = server.run("CREATE DATABASE " + of.name + " TEMPLATE template0 STRATEGY file_copy"); of.err == nil {
			of.err = of.Fill(server.URL(of.name))
		}
	})
	if of.err != nil {
		t.Fatalf("fill the template of databases: %v", of.err)
	}
	return create(t, server, of.name)
}

func sharedServer(t testing.TB) *Server {
	t.Helper()
	needBinaries(t)
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func needBinaries(t testing.TB) {
	t.Helper()
	if _, err := binaries(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func nextName() string { return "test" + strconv.FormatInt(serial.Add(1), 10) }

func create(t testing.TB, server *Server, template string) string {
	t.Helper()
	name := nextName()
	if err := server.run("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY file_copy"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.explain(t, name)
		if err := server.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return server.URL(name)
}

// Run runs a statement in the database of a URL, as the user that the URL names.
func Run(t testing.TB, url, statement string) {
	t.Helper()
	if err := run(url, statement); err != nil {
		t.Fatal(err)
	}
}

func run(url, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.PgConn().Exec(ctx, statement).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
	}
	return nil
}
