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
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// A ran is what a command left.
type ran struct {
	Code           int
	Stdout, Stderr []byte
}

// runCommands is the main of a process that runs one command after another. It reads their arguments
// from stdin, and writes what each left to stdout.
func runCommands() {
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		log.Fatal(err)
	}
	requests, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var args []string
		if err := requests.Decode(&args); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		var stdout, stderr sharedBuffer
		s := newSession()
		s.in, s.out.to, s.err = nothing, &stdout, &stderr
		code := (&app{session: s, args: args}).main()
		if err := answers.Encode(ran{code, stdout.taken(), stderr.taken()}); err != nil {
			log.Fatal(err)
		}
	}
}

// A sharedBuffer takes what several goroutines write, as a file does.
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

// A runner is a process that runs the commands of a script. A process of its own would take each of
// them, under the race detector, five times as long as what it does. Commands that read stdin, that
// run beside others or that are interrupted have one: a script calls them by exec or start.
type runner struct {
	process  *exec.Cmd
	stderr   bytes.Buffer // what the process itself says: a panic, or a race
	requests io.Closer
	ask      *json.Encoder
	answers  *json.Decoder
}

type runnerKey struct{}

// newRunner returns one that starts with the script's first command, and must have nothing to complain
// of when the script ends.
func newRunner(env *testscript.Env) *runner {
	r := &runner{}
	env.Defer(func() {
		if err := r.end(); err != nil {
			env.T().Fatal(err)
		}
	})
	return r
}

// run backchannel ARG… runs a command, which has to succeed.
func runs(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "backchannel" {
		ts.Fatalf("usage: run backchannel ARG…")
	}
	if code := run(ts, args[1:]); (code != 0) != neg {
		ts.Fatalf("it exited %d", code)
	}
}

// exits N backchannel ARG… runs a command that has to end with that exit code, exits N exec PROGRAM ARG…
// any program.
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
	var shown ran
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

func (left ran) print(ts *testscript.TestScript) {
	_, _ = ts.Stdout().Write(left.Stdout)
	_, _ = ts.Stderr().Write(left.Stderr)
}

// ask has the script's runner run a command.
func ask(ts *testscript.TestScript, args []string) (left ran) {
	r := runnerOf(ts)
	if err := errors.Join(r.ask.Encode(args), r.answers.Decode(&left)); err != nil {
		_ = r.process.Process.Kill()
		ts.Fatalf("%v: %v: %v", args, err, r.end())
	}
	return left
}

// runnerOf returns the runner of a script, which is another one after a change of the environment
// or of the folder.
func runnerOf(ts *testscript.TestScript) *runner {
	current := ts.Value(runnerKey{}).(*runner)
	folder, variables := ts.MkAbs("."), variables(ts)
	if p := current.process; p != nil && p.Dir == folder && slices.Equal(p.Env, variables) {
		return current
	}
	ts.Check(current.end())
	p := exec.Command(lookUp(ts, "commands"))
	p.Dir, p.Env, p.Stderr = folder, variables, &current.stderr
	stdin, err := p.StdinPipe()
	ts.Check(err)
	stdout, err := p.StdoutPipe()
	ts.Check(err)
	ts.Check(p.Start())
	current.process, current.requests, current.ask, current.answers = p, stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)
	return current
}

// end ends the process, if there is one, and returns what it complains of.
func (r *runner) end() error {
	ended := r.process
	if ended == nil {
		return nil
	}
	r.process = nil
	_ = r.requests.Close()
	if err := ended.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, r.stderr.String())
	}
	return nil
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
