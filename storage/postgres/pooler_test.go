package postgres

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
)

func TestPoolers(t *testing.T) {
	t.Parallel()
	for mode, refused := range map[string]bool{"transaction": true, "session": false} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			store, err := Open(t.Context(), Options{URL: pooled(t, pgtest.Copy(t, template), mode), KeyFile: templateKey})
			if err == nil {
				err = errors.Join(store.TryWrite(t.Context()), store.Close())
			}
			if refused && (!errors.Is(err, storage.ErrUnsuited) || !strings.Contains(err.Error(), "pool_mode = session")) || !refused && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

// pooled starts PgBouncer in front of a database, and returns the URL through it.
func pooled(t *testing.T, database, mode string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/pgbouncer"); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal("there is no pgbouncer; install Debian's package pgbouncer")
			}
			t.Skip("there is no pgbouncer; install Debian's package pgbouncer")
		}
	}
	dir, err := os.MkdirTemp("/tmp", "pgb") // a folder that its user can enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	behind := mustParse(t, database)
	name := strings.TrimPrefix(behind.Path, "/")
	port := freePort(t)
	config := filepath.Join(dir, "pgbouncer.ini")
	write(t, config, fmt.Sprintf(`[databases]
%[1]s = host=%[2]s port=%[3]s dbname=%[1]s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %[4]d
unix_socket_dir =
auth_type = any
pool_mode = %[5]s
ignore_startup_parameters = extra_float_digits, idle_in_transaction_session_timeout, tcp_keepalives_idle, tcp_keepalives_interval, tcp_keepalives_count, tcp_user_timeout
`, name, behind.Query().Get("host"), behind.Query().Get("port"), port, mode))
	command := exec.CommandContext(t.Context(), program, config)
	if command.SysProcAttr = asPostgres(t); command.SysProcAttr != nil {
		if err := errors.Join(os.Chmod(dir, 0o755), os.Chmod(config, 0o644)); err != nil { //nolint:gosec // there are no secrets in it
			t.Fatal(err)
		}
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return "postgres://postgres@" + address + "/" + name
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// asPostgres returns nil unless this is root, as which PgBouncer does not run.
func asPostgres(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
