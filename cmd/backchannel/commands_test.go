package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A request asks a runner to run a command.
type request struct {
	Args, Env []string // Env is added to the environment, also of the commands that follow
}

// A commandResult is the result of a command.
type commandResult struct {
	Code           int
	Stdout, Stderr []byte
}

// runCommands is the main function of a runner's process. It reads requests from stdin, and writes
// the result of each command to stdout.
func runCommands() {
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		log.Fatal(err)
	}
	requests, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var next request
		if err := requests.Decode(&next); errors.Is(err, io.EOF) {
			return
		} else if err := errors.Join(err, addToEnvironment(next.Env)); err != nil {
			log.Fatal(err)
		}
		var stdout, stderr sharedBuffer
		s := newSession()
		s.in, s.out.to, s.err = nothing, &stdout, &stderr
		code := (&app{session: s, args: next.Args}).main()
		if err := answers.Encode(commandResult{code, stdout.taken(), stderr.taken()}); err != nil {
			log.Fatal(err)
		}
	}
}

func addToEnvironment(variables []string) (err error) {
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		err = errors.Join(err, os.Setenv(name, value))
	}
	return err
}

// all returns both outputs.
func (left commandResult) all() []byte { return slices.Concat(left.Stdout, left.Stderr) }

// A sharedBuffer is a buffer that several goroutines write to, as to a file.
type sharedBuffer struct {
	mu      sync.Mutex // guards written
	written bytes.Buffer
}

func (b *sharedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.Write(p)
}

func (b *sharedBuffer) taken() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.written.Bytes())
}

// A runner is a process that runs one command after another. Starting a process for each command
// would take five times as long under the race detector. Commands that read stdin, run in parallel
// or are interrupted get a process of their own: scripts call them with exec or start.
type runner struct {
	process  *exec.Cmd
	stderr   bytes.Buffer // what the process itself says: a panic, or a race
	requests io.Closer
	ask      *json.Encoder
	answers  *json.Decoder
}

// startRunner starts a runner, the program "commands", in a folder.
func startRunner(program, folder string, env []string) (*runner, error) {
	p := exec.Command(program)
	r := &runner{process: p}
	p.Dir, p.Env, p.Stderr = folder, env, &r.stderr
	stdin, err := p.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.requests, r.ask, r.answers = stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)
	return r, p.Start()
}

// newRunnerOf returns a runner whose process ends with the test. The test fails if the process
// reports a problem.
func newRunnerOf(t *testing.T, env []string) func(request) commandResult {
	t.Helper()
	program, err := exec.LookPath("commands")
	if err != nil {
		t.Fatal(err)
	}
	r, err := startRunner(program, t.TempDir(), append(os.Environ(), env...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
	return func(next request) commandResult {
		left, err := r.run(next)
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
}

// run runs a command.
func (r *runner) run(next request) (left commandResult, err error) {
	if err := errors.Join(r.ask.Encode(next), r.answers.Decode(&left)); err != nil {
		_ = r.process.Process.Kill()
		return commandResult{}, fmt.Errorf("%v: %w: %w", next.Args, err, r.end())
	}
	return left, nil
}

// end ends the process, and returns the problems that it reports.
func (r *runner) end() error {
	_ = r.requests.Close()
	if err := r.process.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, r.stderr.String())
	}
	return nil
}

type runnerKey struct{}

// A scriptRunner is the runner of a script. It is started by the first command, and again when the
// script changes its folder.
type scriptRunner struct{ current *runner }

// newRunner returns a scriptRunner. The test fails if its process reports a problem when the script
// ends.
func newRunner(env *testscript.Env) *scriptRunner {
	r := &scriptRunner{}
	env.Defer(func() {
		if err := r.end(); err != nil {
			env.T().Fatal(err)
		}
	})
	return r
}

// in returns the runner in a folder.
func (r *scriptRunner) in(folder string, ts *testscript.TestScript) *runner {
	if r.current != nil && r.current.process.Dir == folder {
		return r.current
	}
	ts.Check(r.end())
	started, err := startRunner(lookUp(ts, "commands"), folder, variables(ts))
	ts.Check(err)
	r.current = started
	return started
}

func (r *scriptRunner) end() error {
	ended := r.current
	if ended == nil {
		return nil
	}
	r.current = nil
	return ended.end()
}

// run backchannel ARG… runs a command, which must succeed.
func runs(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "backchannel" {
		ts.Fatalf("usage: run backchannel ARG…")
	}
	if code := run(ts, args[1:]); (code != 0) != neg {
		ts.Fatalf("it exited %d", code)
	}
}

// exits N backchannel ARG… runs a command, which must exit with code N. exits N exec PROGRAM ARG…
// runs any program.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[1] != "backchannel" && args[1] != "exec" {
		ts.Fatalf("usage: exits CODE backchannel ARG…, or exits CODE exec PROGRAM ARG…")
	}
	var got int
	if args[1] == "exec" {
		got = exitOf(ts.Exec(args[2], args[3:]...))
	} else {
		got = run(ts, args[2:])
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%v exited %d, want %s", args[1:], got, args[0])
	}
}

func exitOf(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// until-shown RECORD ID TEXT waits until a receipt or a delivery is shown with a text, as JSON.
func untilShown(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: until-shown RECORD ID TEXT")
	}
	var shown commandResult
	poll(ts, fmt.Sprintf("%q in %s %s", args[2], args[0], args[1]), func() bool {
		if shown = ask(ts, []string{args[0], "show", args[1], "--output", "json"}); shown.Code != 0 {
			ts.Fatalf("it exited %d\n%s", shown.Code, shown.Stderr)
		}
		return bytes.Contains(shown.Stdout, []byte(args[2]))
	})
	shown.print(ts)
}

// run runs a command, whose output becomes the script's stdout and stderr, and returns its exit code.
func run(ts *testscript.TestScript, args []string) int {
	left := ask(ts, args)
	left.print(ts)
	return left.Code
}

func (left commandResult) print(ts *testscript.TestScript) {
	_, _ = ts.Stdout().Write(left.Stdout)
	_, _ = ts.Stderr().Write(left.Stderr)
}

// ask runs a command with the script's runner.
func ask(ts *testscript.TestScript, args []string) commandResult {
	r := ts.Value(runnerKey{}).(*scriptRunner)
	left, err := r.in(ts.MkAbs("."), ts).run(request{args, variables(ts)})
	if err != nil {
		r.current = nil // it has ended
		ts.Fatalf("%v", err)
	}
	return left
}

// variables returns the environment of a program.
func variables(ts *testscript.TestScript) (all []string) {
	for _, name := range []string{
		envData, envDatabase, envListen, envHost, envAllowHTTP, "KEY", "ACCESSIBLE",
		"PATH", "HOME", "XDG_DATA_HOME", "TMPDIR", "GORACE", "SSL_CERT_FILE", "SSL_CERT_DIR",
	} {
		all = append(all, name+"="+ts.Getenv(name))
	}
	return all
}

func lookUp(ts *testscript.TestScript, program string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, program); isFile(path) {
			return path
		}
	}
	ts.Fatalf("there is no program %s", program)
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
