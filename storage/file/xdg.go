package file

import (
	"os"
	"path/filepath"
)

// XDG returns a path in a base directory of the XDG Base Directory Specification. base is the value of
// the directory's variable, which must be ignored if it is relative; the directory is then standard,
// in the home folder. The path is "" if there is no home folder.
func XDG(base, standard string, elements ...string) string {
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		base = filepath.Join(home, standard)
	}
	return filepath.Join(append([]string{base}, elements...)...)
}
