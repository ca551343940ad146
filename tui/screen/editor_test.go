package screen

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// Only its owner can read the file that an editor gets, and it is gone afterwards, also when the
// editor fails.
func TestTextForAnEditor(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, failed := range []error{nil, errors.New("exit status 1")} {
		path, err := writeTemp("{}", ".json")
		if err != nil || !strings.HasSuffix(path, ".json") {
			t.Fatal(path, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file is %v, %v", info.Mode(), err)
		}
		if err := os.WriteFile(path, []byte("edited"), 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := readTemp(path, failed)
		if !errors.Is(err, failed) || failed == nil && text != "edited" {
			t.Errorf("got %q, %v, want %v", text, err, failed)
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("the file is still there: %v", err)
		}
	}
	t.Setenv("TMPDIR", "/nowhere")
	if _, err := writeTemp("{}", ".json"); err == nil {
		t.Error("without a folder there is no error")
	}
}
