package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// lastLines is the number of lines of the server's log that a failed test shows.
const lastLines = 50

// Options configures a server that is not shared.
type Options struct {
	Fsync    bool     // wait for the disk, for a test that crashes the server; slow
	Settings []string // such as "max_connections=20"
	// OverTCP is the authentication method for clients that connect over TCP, such as
	// "scram-sha-256"; empty: none.
	OverTCP string
	// Inside calls the function that starts the server, for example in another network namespace;
	// nil: the server starts in that of the test.
	Inside func(start func() error) error
}

// A Server is a PostgreSQL server with a folder of its own. It listens on a socket in that folder
// and, for tests that cut connections, on a port of the loopback interface, unless its settings
// name another address. It does not ask for a password unless Options.OverTCP says so.
type Server struct {
	dir     string
	port    int
	options Options
	bin     string
	as      *syscall.Credential // nil: this user
	guard   *exec.Cmd
	alive   *os.File // the guard cleans up when this end of its pipe is closed
}

// Start starts a server, which ends with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	needBinaries(t)
	server, err := start(o)
	if err != nil {
		t.Fatal(err)
	}
	endWith(t, server)
	return server
}

// endWith ends the server when the test ends.
func endWith(t testing.TB, s *Server) {
	t.Cleanup(func() {
		s.explain(t, "")
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
}

// explain adds the end of the server's log to the output of a test that has failed: only the lines
// about the database, or all lines if database is "".
func (s *Server) explain(t testing.TB, database string) {
	t.Helper()
	if !t.Failed() {
		return
	}
	log, err := os.ReadFile(s.dir + "/log")
	lines := slices.Collect(strings.Lines(string(log)))
	if database != "" {
		lines = slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, "@"+database+":") })
	}
	t.Logf("the server's log, %v:\n%s", err, strings.Join(lines[max(0, len(lines)-lastLines):], ""))
}

// Serve starts a server for a program that is not a test, such as a benchmark. End ends it.
func Serve(o Options) (*Server, error) { return start(o) }

// binaries returns the folder with the programs of the newest version.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("there is no PostgreSQL in /usr/lib/postgresql; install Debian's package postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func start(o Options) (*Server, error) {
	s, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := s.first(); err != nil {
		return nil, errors.Join(err, s.end())
	}
	return s, nil
}

// prepare creates the folder of a server, and starts the guard that removes it.
func prepare(o Options) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, options: o}
	if s.as, err = credential(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp(o.place(), "pg"); err != nil {
		return nil, err
	}
	if err := errors.Join(s.Own(s.dir), s.startGuard()); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// memory is a file system in memory, and roomy the most bytes that a server and its databases need.
const (
	memory = "/dev/shm"
	roomy  = 1 << 30
)

// place returns where to create a server's folder: in memory if there is room and no Fsync, because
// the files of a database take 250 ms to create on ext4 and 10 ms in memory. It is never $TMPDIR,
// whose path alone may be longer than the 107 bytes that a socket's path can have (unix(7)).
func (o Options) place() string {
	var stat unix.Statfs_t
	if err := unix.Statfs(memory, &stat); o.Fsync || err != nil || stat.Bavail*uint64(stat.Bsize) < roomy { //nolint:gosec // a size
		return "/tmp"
	}
	return memory
}

// credential returns the user to run a server as, because PostgreSQL refuses to run as root; nil: the current user.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no other user to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// startGuard starts a process that waits until this one ends, even by a kill, and then stops the
// server and removes its folder. The guard has a process group of its own, so that ctrl+c in a
// terminal, which ends the whole group of the tests, does not end it too.
func (s *Server) startGuard() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	s.guard = s.command("/bin/sh", "-c", `read -r end; "$0/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1; rm -rf "$1"`, s.bin, s.dir)
	s.guard.Stdin = read
	s.guard.SysProcAttr.Setpgid = true
	if err := s.guard.Start(); err != nil {
		return errors.Join(err, write.Close())
	}
	s.alive = write
	return nil
}

// data returns the folder of the server's data.
func (s *Server) data() string { return s.dir + "/data" }

// End stops a server that Serve started, and waits until it has ended.
func (s *Server) End() error { return s.end() }

// end makes the guard clean up, and waits until it has.
func (s *Server) end() error { return errors.Join(s.alive.Close(), s.guard.Wait()) }

func (s *Server) command(program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(context.Background(), program, args...)
	command.Dir = s.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return command
}

// cluster returns a server that never starts, whose data is copied for each server of this test
// binary: initdb takes half a second of processor time, and a copy a tenth of that. Its guard
// removes it when the process ends.
//
//nolint:gochecknoglobals // one folder serves all servers of a binary
var cluster = sync.OnceValues(func() (*Server, error) {
	s, err := prepare(Options{})
	if err != nil {
		return nil, err
	}
	made, err := s.command(s.bin+"/initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, made), s.end())
	}
	return s, nil
})

// first creates the server's files and starts it for the first time.
func (s *Server) first() error {
	initial, err := cluster()
	if err != nil {
		return err
	}
	if copied, err := s.command("cp", "-R", "-p", initial.data(), s.data()).CombinedOutput(); err != nil {
		return fmt.Errorf("copy a new server's data: %w: %s", err, copied)
	}
	if err := s.authenticate(); err != nil {
		return err
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	return s.Start()
}

// authenticate writes the server's rules for clients. Those that come through the socket need no
// password, those over the loopback interface what the options say, and those from the server's
// networks none; the latter reach it only if it also listens there.
func (s *Server) authenticate() error {
	rules := fmt.Sprintf(`local all,replication all trust
host all all 127.0.0.1/32 %[1]s
host all all ::1/128 %[1]s
host all all samenet trust
`, cmp.Or(s.options.OverTCP, "trust"))
	return os.WriteFile(s.data()+"/pg_hba.conf", []byte(rules), 0o600)
}

func freePort() (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

// Start starts the server again after Stop.
func (s *Server) Start() error {
	settings := []string{fmt.Sprintf("-k %s -p %d", s.dir, s.port), "listen_addresses=127.0.0.1", "max_connections=200", "log_line_prefix=%m/%p@%d:"}
	if !s.options.Fsync {
		settings = append(settings, "fsync=off", "full_page_writes=off")
	}
	flags := strings.Join(append(settings, s.options.Settings...), " -c ")
	start := func() error { return s.control("-l", s.dir+"/log", "-w", "-o", flags, "start") }
	if s.options.Inside != nil {
		return s.options.Inside(start)
	}
	return start()
}

// Stop stops the server in a mode of pg_ctl: "smart", "fast" or "immediate", which is a crash.
func (s *Server) Stop(mode string) error { return s.control("-m", mode, "-w", "stop") }

func (s *Server) control(args ...string) error {
	control := s.command(s.bin+"/pg_ctl", append([]string{"-D", s.data()}, args...)...)
	// Not a pipe, which the server would inherit and keep open.
	if err := control.Run(); err != nil {
		log, _ := os.ReadFile(s.dir + "/log")
		return fmt.Errorf("pg_ctl %s: %w: %s", args[len(args)-1], err, log)
	}
	return nil
}

// Own makes the user that the server runs as the owner of a file.
func (s *Server) Own(path string) error {
	if s.as == nil {
		return nil
	}
	return os.Chown(path, int(s.as.Uid), int(s.as.Gid))
}

// Address returns the HOST:PORT of the server.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Port returns the port of the server.
func (s *Server) Port() string { return strconv.Itoa(s.port) }

// URL returns the URL of a database for a superuser that connects through the socket.
func (s *Server) URL(database string) string {
	query := url.Values{"host": {s.dir}, "port": {strconv.Itoa(s.port)}, "user": {"postgres"}}
	return "postgres:///" + database + "?" + query.Encode()
}

// Create creates an empty database, which lasts as long as the server, and returns its URL.
func (s *Server) Create(t testing.TB) string {
	t.Helper()
	url, err := s.Make()
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// Make is Create for a program that is not a test.
func (s *Server) Make() (url string, err error) {
	name := nextName()
	return s.URL(name), s.run("CREATE DATABASE " + name)
}

func (s *Server) run(statement string) error { return run(s.URL("postgres"), statement) }
