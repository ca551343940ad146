package storage_test

import (
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"backchannel/storage"
)

// A character at an end of a secret that is probably a mistake is named, and the suggested command
// removes it, from a file or an environment variable.
func TestOddSecrets(t *testing.T) {
	const good = "correct horse battery staple, 32+"
	wide, _ := binary.Append(nil, binary.LittleEndian, utf16.Encode([]rune("\uFEFF"+good)))
	for _, c := range []struct{ name, value, want string }{
		{"nothing odd", good, ""},
		{"unusual characters within", "cor\u200Brect \"horse\" battery staple", ""},
		{"other scripts", "пароль 密碼 é", ""},
		{"not text", "\x00\x9f\xffkey\xfe", ""},
		{"a second line feed", good + "\n", "ends in a line feed, which counts as part of it"},
		{"a carriage return", good + "\r", "ends in a carriage return"},
		{"several", good + " \r\n\t", "ends in a tab"},
		{"a space", good + " ", "ends in a space"},
		{"a leading space", " " + good, "begins with a space"},
		{"a no-break space", good + "\u00A0", "ends in the character U+00A0, which is invisible"},
		{"quotes", `"` + good + `"`, `ends in a quotation mark (")`},
		{"single quotes", "'" + good + "'", "ends in a quotation mark (')"},
		{"a backtick", "`" + good, "begins with a quotation mark (`)"},
		{"quotes of a word processor", "“" + good + "”", "ends in a quotation mark (”)"},
		{"a zero-width space", good + "\u200B", "ends in the character U+200B, which is invisible"},
		{"a leading word joiner", "\u2060" + good, "begins with the character U+2060, which is invisible"},
		{"a byte order mark", "\uFEFF" + good, "begins with a byte order mark"},
		{"a direction mark and a quote", good + "\"\u200E", "ends in the character U+200E"},
		{"UTF-16", string(wide), "is UTF-16, so every other byte is zero"},
		{"UTF-16 without a mark", string(wide[2:]), "is UTF-16LE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "it's a key")
			if err := os.WriteFile(path, []byte(c.value), 0o600); err != nil {
				t.Fatal(err)
			}
			got := storage.Secret("file:" + path).Oddity([]byte(c.value))
			if c.want == "" || !strings.HasPrefix(got, c.want) {
				if got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
				return
			}
			_, command, _ := strings.Cut(got, "repair a copy with ")
			command = strings.Replace(strings.TrimSuffix(command, ", and name that"), "NEWFILE", "/dev/stdout", 1)
			if mended := shell(t, command); strings.TrimPrefix(mended, "\uFEFF") != good {
				t.Errorf("%s: got %q, want %q", command, mended, good)
			}
			if strings.ContainsRune(c.value, 0) {
				return // an environment variable cannot have a NUL
			}
			t.Setenv("ODD", c.value)
			_, command, _ = strings.Cut(storage.Secret("env:ODD").Oddity([]byte(c.value)), "repair it, where backchannel runs, with ")
			if mended := shell(t, command+`; printf %s "$ODD"`); mended != good {
				t.Errorf("%s: got %q, want %q", command, mended, good)
			}
		})
	}
	if got := storage.Secret(good + " ").Oddity([]byte(good + " ")); got != "ends in a space, which counts as part of it; enter it again without it, unless it is intended" {
		t.Errorf("a secret that was entered: got %q", got)
	}
}

func shell(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// Saving a webhook warns of such secrets.
func TestWebhookWarnsOfOddSecrets(t *testing.T) {
	w := storage.NewWebhook()
	w.Organization, w.Auth.Type, w.Auth.JWT.Secret = "0123456789ABCDEF01234567@AdobeOrg", storage.AuthJWT, "env:KEY"
	w.Headers = []storage.HeaderField{{Name: "X-Key", Value: "file:/key", Secret: true}, {Name: "X-Low", Value: "env:LOW", Secret: true}}
	values := map[string]string{"KEY": strings.Repeat("k", 32) + "\r", "LOW": "a\x01b"}
	sources := nowhere()
	sources.Env = func(name string) (string, bool) { return values[name], true }
	sources.ReadFile = func(context.Context, string) ([]byte, error) { return []byte("key \n"), nil }
	odd := w.Warnings(t.Context(), storage.Rules{Sources: sources})
	for i, want := range []storage.FieldError{
		{Field: "auth.secret", Reason: "ends in a carriage return"}, {Field: "headers[0].value", Reason: "ends in a space"},
		{Field: "headers[1].value", Reason: "contains a control character"},
	} {
		if len(odd) != 3 || odd[i].Field != want.Field || !strings.HasPrefix(odd[i].Reason, want.Reason) {
			t.Errorf("got the warnings %v, want %v", odd, want)
		}
	}
}
