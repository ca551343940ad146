package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"

	"backchannel/storage/column"

	"github.com/mattn/go-sqlite3"
)

const (
	// pageSize is the page size of a new database. Each commit rewrites the same few pages
	// whatever it changes, and needs fewer of the others if pages are larger.
	pageSize  = "8192"
	pageBytes = 8192
	// checkpointPages is how many pages the write-ahead log may have before a commit copies
	// them into the database: 32 MiB, or less if the disk has little space (see fitLog).
	checkpointPages = 4000
)

// database/sql uses each connection from one goroutine at a time, so SQLite need not lock
// connections itself (_mutex=no). Pragmas are in the data source name or in the connect
// hook, because a statement would set them for one connection of the pool only.
const (
	everyConnection = "&_busy_timeout=5000&_foreign_keys=on&_mutex=no&_stmt_cache_size=128"
	writerOptions   = "?mode=rwc&_journal_mode=wal&_txlock=immediate" + everyConnection + "&_cache_size=-32768"
	readerOptions   = "?mode=ro" + everyConnection
)

// The values of SQLite's synchronous pragma for the writer. With durable, a commit returns
// after it has reached the disk. With volatile, it survives the end of the process, but not
// a crash of the machine.
const durable, volatile = "full", "off"

func (o Options) synchronous() string {
	if o.Scratch {
		return volatile
	}
	return durable
}

func writerDSN(path, synchronous string) string {
	return fileURL(path) + writerOptions + "&_synchronous=" + synchronous
}

func readerDSN(path string) string { return fileURL(path) + readerOptions }

// fileURL returns a path as a URI. SQLite ignores the mode unless the name begins with
// "file:", and then ?, # and % must be escaped.
func fileURL(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// A connector opens connections to one database. It avoids registering a driver, which
// would be global state.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// shape sets the page size of a new database, which cannot change once it has content.
func shape(path string) error {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(fileURL(path) + "?mode=rw")
	if err != nil {
		return err
	}
	_, err = conn.(*sqlite3.SQLiteConn).Exec("PRAGMA page_size = "+pageSize+"; PRAGMA journal_mode = wal", nil)
	return errors.Join(err, conn.Close())
}

// connected prepares each new connection. Migrations and Check use message_key.
func connected(conn *sqlite3.SQLiteConn) error {
	_, err := conn.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d; PRAGMA temp_store = memory", checkpointPages), nil)
	return errors.Join(err, conn.RegisterFunc("message_key", column.MessageKey, true))
}

// openPool returns a pool with a maximum number of connections, after opening one.
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
