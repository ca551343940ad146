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
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A request asks a runner to run a command.
type request struct {
	Args, Env []string // Env is added to the environment, which later commands share
}

// A commandResult is the exit code and the output of a command.
type commandResult struct {
	Code           int
	Stdout, Stderr []byte
}

// runCommands is the main function of a runner's process. It reads requests from stdin, and writes
// the result of each command to stdout.
func runCommands() {
	empty, err := os.Open(os.DevNull)
	if err != nil {
		log.Fatal(err)
	}
	requests, results := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var next request
		if err := requests.Decode(&next); errors.Is(err, io.EOF) {
			return
		} else if err := errors.Join(err, addToEnvironment(next.Env)); err != nil {
			log.Fatal(err)
		}
		var stdout, stderr lockedBuffer
		s := newSession()
		s.in, s.out.to, s.err = empty, &stdout, &stderr
		code := (&app{session: s, args: next.Args}).main()
		if err := results.Encode(commandResult{code, []byte(stdout.String()), []byte(stderr.String())}); err != nil {
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

func (r commandResult) output() []byte { return slices.Concat(r.Stdout, r.Stderr) }

// A runner is a process that runs one command after another. Starting a process for each command
// would take five times as long under the race detector. Commands that read stdin, run in parallel
// or are interrupted get a process of their own: scripts call them with exec or start.
type runner struct {
	process  *exec.Cmd
	stderr   bytes.Buffer // a panic or a data race of the process itself
	stdin    io.Closer
	requests *json.Encoder
	results  *json.Decoder
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
	r.stdin, r.requests, r.results = stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)
	return r, p.Start()
}

// startTestRunner starts a runner that ends with the test, and returns a function that runs a command
// with it. The test fails if the runner's process reports a problem.
func startTestRunner(t *testing.T, env []string) (run func(request) commandResult) {
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
		result, err := r.run(next)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
}

func (r *runner) run(next request) (result commandResult, err error) {
	if err := errors.Join(r.requests.Encode(next), r.results.Decode(&result)); err != nil {
		_ = r.process.Process.Kill()
		return commandResult{}, fmt.Errorf("%v: %w: %w", next.Args, err, r.end())
	}
	return result, nil
}

// end ends the process, and returns the problems that it reports.
func (r *runner) end() error {
	_ = r.stdin.Close()
	if err := r.process.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, r.stderr.String())
	}
	return nil
}

type runnerKey struct{}

// A scriptRunner is the runner of a script. The first command starts it, as does the first one after
// the script has changed its folder.
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

// in returns a runner whose working directory is folder.
func (r *scriptRunner) in(folder string, ts *testscript.TestScript) *runner {
	if r.current != nil && r.current.process.Dir == folder {
		return r.current
	}
	ts.Check(r.end())
	started, err := startRunner(lookUp(ts, "commands"), folder, scriptEnvironment(ts))
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
func runSuccessfully(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "backchannel" {
		ts.Fatalf("usage: run backchannel ARG…")
	}
	if code := run(ts, args[1:]); (code != 0) != neg {
		ts.Fatalf("%v exited with %d", args, code)
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
		ts.Fatalf("%v exited with %d, want %s", args[1:], got, args[0])
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

// until-shown KIND ID TEXT waits until a record's JSON contains a text. KIND is the command that shows
// it, such as receipt.
func untilShown(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: until-shown KIND ID TEXT")
	}
	var shown commandResult
	poll(ts, fmt.Sprintf("%q in %s %s", args[2], args[0], args[1]), func() bool {
		if shown = runForResult(ts, []string{args[0], "show", args[1], "--output", "json"}); shown.Code != 0 {
			ts.Fatalf("%s show %s exited with %d\n%s", args[0], args[1], shown.Code, shown.Stderr)
		}
		return bytes.Contains(shown.Stdout, []byte(args[2]))
	})
	shown.print(ts)
}

// run runs a command, whose output becomes the script's stdout and stderr, and returns its exit code.
func run(ts *testscript.TestScript, args []string) int {
	result := runForResult(ts, args)
	result.print(ts)
	return result.Code
}

func (r commandResult) print(ts *testscript.TestScript) {
	_, _ = ts.Stdout().Write(r.Stdout)
	_, _ = ts.Stderr().Write(r.Stderr)
}

// runForResult runs a command with the script's runner.
func runForResult(ts *testscript.TestScript, args []string) commandResult {
	r := ts.Value(runnerKey{}).(*scriptRunner)
	result, err := r.in(ts.MkAbs("."), ts).run(request{args, scriptEnvironment(ts)})
	if err != nil {
		r.current = nil // it has ended
		ts.Fatalf("%v", err)
	}
	return result
}

// scriptEnvironment returns the environment of a script's programs.
func scriptEnvironment(ts *testscript.TestScript) (variables []string) {
	for _, name := range []string{
		envData, envDatabase, envListen, envHost, envAllowHTTP, "KEY", "ACCESSIBLE",
		"PATH", "HOME", "XDG_DATA_HOME", "TMPDIR", "GORACE", "SSL_CERT_FILE", "SSL_CERT_DIR",
	} {
		variables = append(variables, name+"="+ts.Getenv(name))
	}
	return variables
}

func lookUp(ts *testscript.TestScript, program string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, program); isFile(path) {
			return path
		}
	}
	ts.Fatalf("%s is not in PATH", program)
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
