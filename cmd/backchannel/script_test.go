package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"backchannel/storage/postgres/pgtest"
)

func TestMain(m *testing.M) {
	pgtest.ManyAtOnce()
	testscript.Main(m, map[string]func(){"backchannel": main, "commands": runCommands, "restricted": restricted})
}

// patience limits how long a script waits for another process. Only a broken one takes so long.
const patience = time.Minute

func TestScripts(t *testing.T) {
	t.Parallel()
	runScripts(t, everyScript(t), "folder", func(*testscript.Env) {})
}

// folderOnly is how a script begins that runs only with a data folder.
const folderOnly = "# Only with a data folder"

// TestScriptsWithADatabase runs the other scripts, each with its own database. It has a schema but
// no key, which the first command creates.
func TestScriptsWithADatabase(t *testing.T) {
	t.Parallel()
	template := &pgtest.Template{Fill: func(url string) error {
		store, err := newSession().opener().open(t.Context(), storePlace{database: url, keyFile: filepath.Join(t.TempDir(), "key")}, "")
		if err == nil {
			err = store.Close()
		}
		if err == nil {
			pgtest.Run(t, url, `UPDATE store SET key_proof = NULL, key_made_at = NULL`)
		}
		return err
	}}
	files := slices.DeleteFunc(everyScript(t), func(path string) bool {
		text, err := os.ReadFile(path)
		return err != nil || strings.HasPrefix(string(text), folderOnly)
	})
	runScripts(t, files, "database", func(env *testscript.Env) {
		env.Setenv(envDatabase, pgtest.Copy(env.T().(testing.TB), template))
	})
}

func everyScript(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d scripts and error %v, want at least one", len(files), err)
	}
	return files
}

// runScripts runs scripts. Records are stored in a "folder" or a "database", which is also the name of
// a condition in the scripts.
func runScripts(t *testing.T, files []string, stored string, setup func(*testscript.Env)) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		Condition: func(cond string) (bool, error) {
			if cond != "folder" && cond != "database" {
				return false, fmt.Errorf("got condition %q, want folder or database", cond)
			}
			return cond == stored, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv(envData, filepath.Join(env.WorkDir, "data"))
			env.Setenv(envListen, "127.0.0.1:0")
			// Otherwise every process of a race build sleeps for a second before it exits.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			// Reading the system's authorities takes time, and no endpoint here has a certificate of
			// theirs.
			env.Setenv("SSL_CERT_FILE", os.DevNull)
			env.Setenv("SSL_CERT_DIR", filepath.Join(env.WorkDir, "none"))
			env.Setenv("KEY", "a secret of well over thirty-two bytes")
			env.Values[processesKey{}] = processes{}
			env.Values[runnerKey{}] = newRunner(env)
			setup(env)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"run":    runSuccessfully,
			"exits":  exits,
			"field":  field,
			"start":  start,
			"ready":  ready,
			"signal": sendSignal,
			"ended":  ended,
			"until":  until,
			"pem":    writePEM,

			"messages":  messages,
			"endpoint":  endpoint,
			"sanitized": sanitized,
			"junit":     junit,

			"until-shown":   untilShown,
			"until-served":  untilServed,
			"answers":       answers,
			"until-answers": untilAnswers,
		},
	})
}

// field NAME KEY sets a variable to a field of the first JSON object on stdout.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field NAME KEY")
	}
	var object map[string]any
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile("stdout"))).Decode(&object))
	value, found := object[args[1]]
	if !found {
		ts.Fatalf("got %v, want a field %q", object, args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(value))
}

// messages FILE KIND… checks that each line of a file, such as stderr, is a JSON object, and that
// the objects are of the given kinds, in that order: error, warning or note. The kinds form a regular
// expression.
func messages(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: messages FILE KIND…")
	}
	var kinds []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var m message
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		ts.Check(decoder.Decode(&m))
		switch {
		case decoder.More():
			ts.Fatalf("got %q, want one object per line", line)
		case m.Error != "" && m.Warning == "" && m.Note == "":
			kinds = append(kinds, "error")
		case m.Warning != "" && m.Error == "" && m.Note == "":
			kinds = append(kinds, "warning")
		case m.Note != "" && m.Error == "" && m.Warning == "":
			kinds = append(kinds, "note")
		default:
			ts.Fatalf("got %q, want an error, a warning or a note", line)
		}
	}
	got, want := strings.Join(kinds, " "), strings.Join(args[1:], " ")
	if !regexp.MustCompile("^(" + want + ")$").MatchString(got) {
		ts.Fatalf("got messages of the kinds %q, want %q\n%s", got, want, ts.ReadFile(args[0]))
	}
}

// processes are the processes that a script has started, by name.
type processes map[string]*process

type processesKey struct{}

type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error
}

// start NAME PROGRAM ARG… starts a program that writes to NAME.out and NAME.err.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME PROGRAM ARG…")
	}
	p := &process{cmd: exec.Command(lookUp(ts, args[1]), args[2:]...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = ts.MkAbs("."), scriptEnvironment(ts)
	p.cmd.Stdout, p.cmd.Stderr = create(ts, args[0]+".out"), create(ts, args[0]+".err")
	ts.Check(p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	ts.Defer(func() { _ = p.cmd.Process.Kill(); <-p.ended })
	ts.Value(processesKey{}).(processes)[args[0]] = p
}

func create(ts *testscript.TestScript, name string) *os.File {
	file, err := os.Create(ts.MkAbs(name))
	ts.Check(err)
	ts.Defer(func() { _ = file.Close() })
	return file
}

func processNamed(ts *testscript.TestScript, name string) *process {
	p := ts.Value(processesKey{}).(processes)[name]
	if p == nil {
		ts.Fatalf("no process was started with the name %s", name)
	}
	return p
}

// ready NAME waits for the ready line of serve, and sets RECEIVER, PORT, CA and METRICS
// from it.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready NAME")
	}
	p := processNamed(ts, args[0])
	var line readyLine
	poll(ts, "the ready line of "+args[0], func() bool {
		select {
		case <-p.ended:
			ts.Fatalf("%s ended: %v\n%s", args[0], p.err, ts.ReadFile(args[0]+".err"))
		default:
		}
		first, _, whole := strings.Cut(ts.ReadFile(args[0]+".out"), "\n")
		return whole && json.Unmarshal([]byte(first), &line) == nil && line.Ready
	})
	ts.Setenv("RECEIVER", line.Receiver)
	ts.Setenv("PORT", line.Receiver[strings.LastIndexByte(line.Receiver, ':')+1:])
	ts.Setenv("CA", line.CA)
	ts.Setenv("METRICS", line.Metrics)
}

func poll(ts *testscript.TestScript, what string, done func() bool) {
	if !holdsInTime(done) {
		ts.Fatalf("waited %s for %s", patience, what)
	}
}

// holdsInTime checks a condition until it holds, and reports whether it held in time. It checks less
// and less often, because each check slows down the processes that it waits for.
func holdsInTime(holds func() bool) bool {
	deadline := time.Now().Add(patience)
	for gap := 10 * time.Millisecond; !holds(); gap = min(gap*5/4, 100*time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(gap)
	}
	return true
}

// signal NAME TERM|INT|KILL sends a signal.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL}
	if neg || len(args) != 2 || signals[args[1]] == 0 {
		ts.Fatalf("usage: signal NAME TERM|INT|KILL")
	}
	p := processNamed(ts, args[0]).cmd.Process
	poll(ts, args[0]+" to open the database, or to report an error", func() bool { return hasOpenedDatabase(p.Pid) || ts.ReadFile(args[0]+".err") != "" })
	if err := p.Signal(signals[args[1]]); err != nil {
		ts.Fatalf("signal %s: %v\n%s", args[0], err, ts.ReadFile(args[0]+".err"))
	}
}

// hasOpenedDatabase reports whether a process has opened the database, a file or a socket. It does so
// after it has begun to handle signals. Without /proc the result is true.
func hasOpenedDatabase(pid int) bool {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(files) == 0 {
		return true
	}
	return slices.ContainsFunc(files, func(file string) bool {
		target, err := os.Readlink(file)
		return err == nil && (strings.Contains(target, "/backchannel.db") || strings.HasPrefix(target, "socket:"))
	})
}

// ended NAME CODE waits for a process to end with that exit code, which is -1 if it was killed.
func ended(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ended NAME CODE")
	}
	p := processNamed(ts, args[0])
	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("%s did not end within %s", args[0], patience)
	}
	if got := exitOf(p.err); strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s exited %d, want %s\n%s", args[0], got, args[1], ts.ReadFile(args[0]+".err"))
	}
}

// until FILE TEXT waits until a line of a file contains a text.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until FILE TEXT")
	}
	poll(ts, fmt.Sprintf("%q in %s", args[1], args[0]), func() bool {
		lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0])))
		for lines.Scan() {
			if strings.Contains(lines.Text(), args[1]) {
				return true
			}
		}
		return false
	})
}

// answers CODE PATH posts an empty body to the receiver, and checks the status code of the answer.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answers CODE PATH")
	}
	if got := postStatus(ts, args[1]); got != args[0] {
		ts.Fatalf("POST %s: got status %s, want %s", args[1], got, args[0])
	}
}

// until-answers CODE PATH is like answers, but waits until the receiver has noticed what another
// process has just changed: within 100 ms on an idle machine.
func untilAnswers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until-answers CODE PATH")
	}
	poll(ts, "status "+args[0]+" of POST "+args[1], func() bool { return postStatus(ts, args[1]) == args[0] })
}

func postStatus(ts *testscript.TestScript, path string) string {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ts.ReadFile(ts.Getenv("CA"))))
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	resp, err := client.Post(ts.Getenv("RECEIVER")+path, "application/json", nil)
	ts.Check(err)
	_ = resp.Body.Close()
	return strconv.Itoa(resp.StatusCode)
}

// until-served URL TEXT requests a URL until the body of the answer contains a text.
func untilServed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until-served URL TEXT")
	}
	var last string
	defer func() { ts.Logf("%s", last) }()
	poll(ts, fmt.Sprintf("%q at %s", args[1], args[0]), func() bool {
		resp, err := http.Get(args[0])
		ts.Check(err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		ts.Check(err)
		last = string(text)
		return resp.StatusCode == http.StatusOK && strings.Contains(last, args[1])
	})
}
