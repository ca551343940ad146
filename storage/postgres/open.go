package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"backchannel/storage"
	"backchannel/storage/seal"
)

// connections is the size of a process's pool: two connections for writers, the rest for readers.
// The one for listening is not part of it.
const connections = 8

// Open opens a database and creates its schema or brings it up to date. If the server cannot be
// reached, it fails within a few seconds with storage.ErrUnreachable. Other errors are
// storage.ErrNewerSchema, storage.ErrInvalid for a bad URL, and storage.ErrDamaged for a missing or
// wrong key.
func Open(ctx context.Context, o Options) (*Store, error) { return openWith(ctx, o, prepare) }

// Peek opens a database for reading, without creating or changing anything: no schema and no
// key. Only methods that read may be called. If Open would have to create or migrate something
// first, Peek returns an error.
func Peek(ctx context.Context, o Options) (*Store, error) { return openWith(ctx, o, inspect) }

// A preparation makes sure that a database can be used, and returns its key.
type preparation func(ctx context.Context, pool *pgxpool.Pool, o Options, at place) (key []byte, err error)

func openWith(ctx context.Context, o Options, prepare preparation) (*Store, error) {
	o = withDefaults(o)
	config, at, err := parse(o.URL)
	if err != nil {
		return nil, err
	}
	configure(config)
	ctx, cancel := context.WithTimeout(ctx, patience+10*time.Second) // for the migrations
	defer cancel()
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, at.explain(err)
	}
	store, err := openPool(ctx, pool, o, at, prepare)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return store, nil
}

func openPool(ctx context.Context, pool *pgxpool.Pool, o Options, at place, prepare preparation) (*Store, error) {
	if err := pool.Ping(ctx); err != nil {
		return nil, at.explain(err)
	}
	if err := refusePooler(ctx, pool); err != nil {
		return nil, at.explain(err)
	}
	clock := &clock{machine: o.Now}
	if o.ServerTime {
		if err := clock.ask(ctx, pool); err != nil {
			return nil, at.explain(err)
		}
		o.Now = clock.now
	}
	key, err := prepare(ctx, pool, o, at)
	if err != nil {
		return nil, err
	}
	seals, err := seal.New(key)
	if err != nil {
		return nil, err
	}
	store := newStore(o, pool, at, seals)
	if o.ServerTime {
		store.clock = clock
	}
	return store, nil
}

func configure(config *pgxpool.Config) {
	config.MaxConns = connections
	config.AfterConnect = prepareSession
	config.ConnConfig.ConnectTimeout = patience
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "backchannel"
	}
}

// sessionSettings let the server end the transaction of a process that was suspended in the middle
// of it or whose machine cannot be reached, because it may hold locks that all others need. They
// also turn off the JIT compiler, because compiling takes longer than any of our queries. They are
// not startup parameters, because PgBouncer rejects those.
const sessionSettings = `SET idle_in_transaction_session_timeout = '3s'; SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1;
	SET tcp_keepalives_count = 3; SET tcp_user_timeout = 5000; SET jit = off`

func prepareSession(ctx context.Context, conn *pgx.Conn) error {
	registerTypes(conn)
	_, err := conn.PgConn().Exec(ctx, sessionSettings).ReadAll()
	return err
}

// refusePooler returns an error if a pooler such as PgBouncer gives each transaction another
// session, which breaks advisory locks, LISTEN and prepared statements. It recognizes a pooler by
// the process ID in the protocol's handshake, which is not that of the server's process.
func refusePooler(ctx context.Context, pool *pgxpool.Pool) error {
	a, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer a.Release()
	pid, err := backend(ctx, a.Conn())
	if err != nil || pid == a.Conn().PgConn().PID() {
		return err
	}
	b, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer b.Release()
	for range 3 { // two sessions at the same time have two processes
		other, err := backend(ctx, b.Conn())
		if err != nil {
			return err
		}
		if other == pid {
			return fmt.Errorf("%w: a pooler in transaction mode, such as PgBouncer, is in front of the database, which breaks LISTEN and locks; connect to the server itself, or set pool_mode = session", storage.ErrUnsuited)
		}
		if pid, err = backend(ctx, a.Conn()); err != nil {
			return err
		}
	}
	return nil
}

// backend returns the process that serves a session. It asks with the simple protocol, which
// needs no prepared statement.
func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	err = conn.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&pid)
	return pid, err
}
