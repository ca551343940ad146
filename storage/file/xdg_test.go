package file_test

import (
	"path/filepath"
	"testing"

	"backchannel/storage/file"
)

func TestXDG(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for base, want := range map[string]string{
		"":          filepath.Join(home, ".local", "share", "a", "b"),
		"relative":  filepath.Join(home, ".local", "share", "a", "b"),
		"/absolute": "/absolute/a/b",
	} {
		if got := file.XDG(base, ".local/share", "a", "b"); got != want {
			t.Errorf("base %q: got %s, want %s", base, got, want)
		}
	}
	t.Setenv("HOME", "")
	if got := file.XDG("", ".local/share", "a"); got != "" {
		t.Errorf("without a home directory: got %s", got)
	}
}
