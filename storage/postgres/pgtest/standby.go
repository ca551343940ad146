package pgtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// standbyName is the application_name of the standby, by which the primary recognizes it.
const standbyName = "standby"

// Standby starts a synchronous standby of the server: from then on, a commit returns when it is on
// both. The standby ends with the test.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	o := s.options
	o.Settings = append([]string{"cluster_name=" + standbyName}, o.Settings...)
	standby, err := prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	endWith(t, standby)
	if err := errors.Join(standby.copyOf(s), s.await(standbyName)); err != nil {
		t.Fatal(err)
	}
	return standby
}

// copyOf copies the primary's data into s and starts s as its standby.
func (s *Server) copyOf(primary *Server) (err error) {
	made, err := s.command(s.bin+"/pg_basebackup", "-h", primary.dir, "-p", primary.Port(), "-U", "postgres", "-D", s.data(),
		"--write-recovery-conf", "--checkpoint=fast", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_basebackup: %w: %s", err, made)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	return s.Start()
}

// await makes the server's commits wait for the standby, and returns when that is connected.
func (s *Server) await(standby string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '" + standby + "'", "SELECT pg_reload_conf()"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	for connected := false; !connected; {
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')").Scan(&connected); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// Promote turns a standby into a primary.
func (s *Server) Promote() error { return s.control("-w", "promote") }
