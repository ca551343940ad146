package pgtest

import (
	"os"
	"testing"
)

func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	one, other := Database(t), Database(t)
	Run(t, one, `CREATE TABLE things (n int)`)
	if err := run(other, `SELECT * FROM things`); err == nil {
		t.Error("a table of one database is also in the other")
	}
}

func TestCopiesHaveTheTablesOfTheTemplate(t *testing.T) {
	t.Parallel()
	fills := 0
	template := &Template{Fill: func(url string) error {
		fills++
		return run(url, `CREATE TABLE things (n int)`)
	}}
	for range 2 {
		Run(t, Copy(t, template), `INSERT INTO things VALUES (1)`)
	}
	if fills != 1 {
		t.Errorf("the template was filled %d times, want 1", fills)
	}
}

func TestServerEndsWithItsGuard(t *testing.T) {
	t.Parallel()
	needBinaries(t)
	server, err := start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Stop("immediate"); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := server.run(`SELECT 1`); err != nil {
		t.Error(err)
	}
	if err := server.end(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(server.dir); !os.IsNotExist(err) {
		t.Errorf("the server's folder still exists: %v", err)
	}
}
