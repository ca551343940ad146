// Package pgtest runs PostgreSQL for tests. Use [Database] or [Copy] first: they share one
// server for each test binary, which starts when the first test asks for it and ends with the
// process, even if that is killed. A test that stops or crashes its server needs its own, which
// [Start] starts.
//
// The servers are found in /usr/lib/postgresql. Without any, tests are skipped; in CI,
// where the variable CI is set, they fail. The package does not depend on a schema or a store.
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

// patience bounds each step of a test with its server, none of which takes a second.
const patience = 30 * time.Second

// shared is the server of this test binary.
//
//nolint:gochecknoglobals // one server serves all tests of a binary, because a new one takes a second
var (
	shared = sync.OnceValues(func() (*Server, error) { return start(Options{}) })
	serial atomic.Int64 // of databases
)

// ManyAtOnce has TestMain run eight tests in parallel unless -parallel says how many. Tests with a
// server mostly wait, for it, for other processes or for time to pass, and one for each core would
// leave much of the machine idle.
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

// A Template is a database that is filled once, and of which each test gets a copy, because
// copying takes less time than filling. The zero value is ready for use; Fill must be set.
type Template struct {
	Fill func(url string) error // must close its connections

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
