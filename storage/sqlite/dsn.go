package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

const (
	// pageSize is a new database's. The same few pages end each commit, whatever it holds;
	// of the others larger pages take fewer.
	pageSize  = "8192"
	pageBytes = 8192
	// checkpointPages is how many pages the write-ahead log may hold before a commit copies
	// them into the database: 32 MiB, or less where there is little space (see fitLog).
	checkpointPages = 4000
)

// Each connection is used by one goroutine at a time, as database/sql sees to, so SQLite
// need not lock them itself. Pragmas stand in the data source name, or else in the connect hook: set by a statement
// they would reach one pooled connection and no other.
const (
	everyConnection = "&_busy_timeout=5000&_foreign_keys=on&_mutex=no&_stmt_cache_size=128"
	writerOptions   = "?mode=rwc&_journal_mode=wal&_synchronous=full&_txlock=immediate" + everyConnection + "&_cache_size=-32768"
	readerOptions   = "?mode=ro" + everyConnection
)

func writerDSN(path string) string { return fileURL(path) + writerOptions }
func readerDSN(path string) string { return fileURL(path) + readerOptions }

// fileURL escapes the path: without "file:" SQLite ignores the mode, and within it ?, #
// and % have meanings.
func fileURL(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// A connector opens connections to one database. It is used in place of a registered
// driver, which would be a global.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// shape gives a new database its page size, which is for good once anything is written.
func shape(path string) error {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(fileURL(path) + "?mode=rw")
	if err != nil {
		return err
	}
	_, err = conn.(*sqlite3.SQLiteConn).Exec("PRAGMA page_size = "+pageSize+"; PRAGMA journal_mode = wal", nil)
	return errors.Join(err, conn.Close())
}

// connected prepares each connection. A migration and Check use the function.
func connected(conn *sqlite3.SQLiteConn) error {
	_, err := conn.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d; PRAGMA temp_store = memory", checkpointPages), nil)
	return errors.Join(err, conn.RegisterFunc("message_key", messageKey, true))
}

// openPool prepares a pool of so many connections and makes sure that one opens.
func openPool(dsn string, connections int) (*sql.DB, error) {
	db := sql.OpenDB(connector{dsn: dsn, driver: &sqlite3.SQLiteDriver{ConnectHook: connected}})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.PingContext(context.Background()); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}
