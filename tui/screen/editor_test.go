package screen

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
)

// Only its owner can read the file for an editor. The file is removed afterwards, even if the editor
// fails.
func TestTextForAnEditor(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, failed := range []error{nil, errors.New("exit status 1")} {
		path, err := writeTemp("{}", ".json")
		if err != nil || !strings.HasSuffix(path, ".json") {
			t.Fatal(path, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("got mode %v and error %v, want 0600", info.Mode(), err)
		}
		if err := os.WriteFile(path, []byte("edited"), 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := readTemp(path, failed)
		if !errors.Is(err, failed) || failed == nil && text != "edited" {
			t.Errorf("got text %q and error %v, want the edited text or error %v", text, err, failed)
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("the file still exists: %v", err)
		}
	}
	t.Setenv("TMPDIR", "/nowhere")
	if _, err := writeTemp("{}", ".json"); err == nil {
		t.Error("got no error without a temporary folder, want one")
	}
}

// The toast about an edit replaces that about the previous one, so that no error stays beside a
// success.
func TestToastsAboutEdits(t *testing.T) {
	t.Parallel()
	missing := exec.CommandContext(t.Context(), "sh", "-c", "/no/such/editor").Run()
	failed := exec.CommandContext(t.Context(), "sh", "-c", "exit 1").Run()
	var toasts component.Toasts
	for _, test := range []struct {
		changed bool
		err     error
		want    string
		outcome component.Outcome
	}{
		{false, missing, "vi cannot be run; set EDITOR to an editor that is installed; nothing was changed", component.Error},
		{false, failed, "vi: exit status 1; nothing was changed", component.Error},
		{false, nil, "nothing was changed in vi", component.Info},
		{true, nil, "changed in vi", component.OK},
	} {
		toasts.Push(time.Now(), aboutEdit("vi", test.changed, test.err))
		if got, _ := toasts.Latest(); got.Text != test.want || got.Outcome != test.outcome {
			t.Errorf("got toast %+v, want %q with outcome %v", got, test.want, test.outcome)
		}
	}
	if view := toasts.View(style.New(lipgloss.NewRenderer(io.Discard), true), 80); strings.Contains(strings.Join(view, ""), "exit status") {
		t.Errorf("got toasts %q, want no error after a success", view)
	}
}
