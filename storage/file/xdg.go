package file

import (
	"os"
	"path/filepath"
)

// XDG returns the path of elements in a base directory of the XDG Base Directory Specification. base
// is the value of the directory's environment variable. If it is empty or relative, the directory is
// standard in the home directory. The result is "" if there is no home directory.
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
