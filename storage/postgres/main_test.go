package postgres

import (
	"os"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// keys is the folder with the key that seals the secrets in the tests' databases.
//
//nolint:gochecknoglobals // made once for all tests
var keys string

func TestMain(m *testing.M) {
	pgtest.ManyAtOnce()
	os.Exit(withKeys(m))
}

func withKeys(m *testing.M) int {
	defer func() { os.RemoveAll(keys) }()
	return m.Run()
}

func keyFolder() string {
	var err error
	if keys, err = os.MkdirTemp("", "keys"); err != nil {
		panic(err)
	}
	return keys
}
