package storetest

import (
	"context"
	"io"
	"os"
	"os/exec"
	"testing"
)

// StartChild starts the test's own binary as another process, with variables such as ROLE=lead added to
// its environment. It returns the process, which is killed when the test ends, its input and its output.
func StartChild(t testing.TB, variables ...string) (child *exec.Cmd, in io.Closer, out io.Reader) {
	t.Helper()
	child = exec.CommandContext(context.Background(), os.Args[0])
	child.Env, child.Stderr = append(os.Environ(), variables...), os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = child.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	return child, in, out
}
