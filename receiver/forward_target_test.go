package receiver

import (
	"strings"
	"testing"
)

func TestCheckForward(t *testing.T) {
	t.Parallel()
	itself, clear := "is this receiver itself", "in the clear"
	for _, test := range []struct {
		target, listen, refused, warned string
	}{
		{"http://127.0.0.1:3000/hooks", "127.0.0.1:9443", "", ""},
		{"http://0.0.0.0:3000", "127.0.0.1:9443", "", ""},
		{"https://other.example/a", "127.0.0.1:9443", "", ""},
		{"http://other.example/a", "127.0.0.1:9443", "", clear},
		{"http://10.0.0.7:3000/a", "127.0.0.1:9443", "", clear},
		{"https://127.0.0.1:9443/x", "127.0.0.1:9443", itself, ""},
		{"https://LOCALHOST:9443", "127.0.0.1:9443", itself, ""},
		{"https://[::1]:9443/", "0.0.0.0:9443", itself, ""},
		{"https://0.0.0.0:9443/", "127.0.0.1:9443", itself, ""},
		{"https://127.0.0.1/", "127.0.0.1:443", itself, ""},
		{"http://127.0.0.1/", "127.0.0.1:80", itself, ""},
		{"http://127.0.0.1/", "127.0.0.1:443", "", ""},
		{"https://192.168.0.9:9443/", "192.168.0.9:9443", itself, ""},
		{"https://Named.Example:9443/", "0.0.0.0:9443", itself, ""},
		{"https://named.example:9444/", "0.0.0.0:9443", "", ""},
		{"ftp://127.0.0.1/", "127.0.0.1:9443", "cannot be used", ""},
		{"@receiver", "127.0.0.1:9443", "is the built-in receiver", ""},
		{"", "127.0.0.1:9443", "is missing", ""},
	} {
		warnings, err := CheckForward(test.target, test.listen, []string{"named.example"})
		refused, warned := "", ""
		if err != nil {
			refused = err.Error()
		}
		if len(warnings) > 0 {
			warned = warnings.Error()
		}
		if !containsOrEmpty(refused, test.refused) || !containsOrEmpty(warned, test.warned) {
			t.Errorf("%s, listening at %s: got refused %q, warned %q; want %q, %q", test.target, test.listen, refused, warned, test.refused, test.warned)
		}
	}
}

// containsOrEmpty reports whether a message contains a part, or is empty if the part is.
func containsOrEmpty(message, part string) bool {
	return (message == "") == (part == "") && strings.Contains(message, part)
}
