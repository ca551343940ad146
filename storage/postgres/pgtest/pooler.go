package pgtest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pooler starts PgBouncer in front of a database and returns the URL through it. Except for the
// mode, PgBouncer has its default settings. It does not ask for a password.
func Pooler(t testing.TB, database, mode string) string {
	t.Helper()
	config, address, name := poolerConfig(t, database, mode)
	command := exec.CommandContext(t.Context(), poolerProgram(t), config)
	as, err := credential() // like PostgreSQL, PgBouncer refuses to run as root
	if err != nil {
		t.Fatal(err)
	}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			conn.Close()
			return "postgres://postgres@" + address + "/" + name
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// poolerProgram returns the path of PgBouncer. Debian installs it in /usr/sbin, which only root has in PATH.
func poolerProgram(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	const missing = "there is no pgbouncer; install Debian's package pgbouncer"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

func poolerConfig(t testing.TB, database, mode string) (path, address, name string) {
	t.Helper()
	behind, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "pgb") // PgBouncer's user must be able to enter it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	name, path = strings.TrimPrefix(behind.Path, "/"), filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
%[1]s = host=%[2]s port=%[3]s dbname=%[1]s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %[4]d
unix_socket_dir =
auth_type = any
pool_mode = %[5]s
`, name, behind.Query().Get("host"), behind.Query().Get("port"), port, mode)
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o644), os.Chmod(dir, 0o755)); err != nil { //nolint:gosec // there are no secrets in it
		t.Fatal(err)
	}
	return path, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), name
}
