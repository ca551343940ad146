package export

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backchannel/storage"
)

// stubCurl is a shell function in place of curl that stores its arguments, each ended by NUL.
const stubCurl = `curl() { printf '%s\000' "$@" > arguments; }
`

// run runs the script of one receipt in a real shell and returns what is passed to curl.
func run(t *testing.T, r storage.Receipt) (arguments []string, body []byte) {
	t.Helper()
	var script bytes.Buffer
	const now = "https://127.0.0.1:9443"
	w, err := NewWriter(&script, Options{Format: Curl, To: now, CA: "/it's here/ca.pem", WithSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(r); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "script.sh")
	if err := os.WriteFile(path, append([]byte(stubCurl), script.Bytes()...), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("sh", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("sh: %v, %s\n%s", err, out, script.Bytes())
	}
	given, err := os.ReadFile(filepath.Join(dir, "arguments"))
	if err != nil {
		t.Fatal(err)
	}
	arguments = strings.Split(strings.TrimSuffix(string(given), "\x00"), "\x00")
	file, sent := strings.CutPrefix(arguments[len(arguments)-1], "@")
	if !sent {
		return arguments, nil
	}
	body, err = os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return arguments, body
}

// received returns a receipt with the given path, header value and body.
func received(path, value string, body []byte) storage.Receipt {
	return storage.Receipt{
		ID: 1, Method: "POST", Path: path, TLSVersion: "TLS 1.3", Body: body,
		Headers: []storage.HeaderField{{Name: "Host", Value: "h:1"}, {Name: "X-Odd", Value: value}, {Name: "Content-Length", Value: "7"}},
	}
}

func TestCurlArguments(t *testing.T) {
	got, _ := run(t, received("/a//b?c=[d]{e}", "$(touch no) `no` 'no' \"no\" \\", []byte("x")))
	want := []string{
		"--silent", "--show-error", "--include", "--globoff", "--path-as-is", "--cacert", "/it's here/ca.pem",
		"--request", "POST", "--url", "https://127.0.0.1:9443/a//b?c=[d]{e}",
		"--header", "X-Odd: $(touch no) `no` 'no' \"no\" \\",
		"--header", "Accept:", "--header", "Content-Type:", "--header", "User-Agent:", "--header", "Expect:",
		"--data-binary", "@receipt-00000000001.body",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got the arguments\n%q, want\n%q", got, want)
	}
	if got, _ := run(t, received("/", storage.Masked, nil)); !slices.Contains(got, "X-Odd: "+storage.Masked) {
		t.Errorf("a header with a masked value: got %q", got)
	}
	if got, _ := run(t, received("/", "", nil)); !slices.Contains(got, "X-Odd;") {
		t.Errorf("an empty header: got %q", got)
	}
}

func TestCurlOfAHeadRequest(t *testing.T) {
	r := received("/", "x", nil)
	r.Method = "HEAD"
	got, body := run(t, r)
	if !slices.Contains(got, "--head") || slices.Contains(got, "--request") || slices.Contains(got, "--data-binary") || body != nil {
		t.Errorf("got the arguments %q", got)
	}
}

// A command sends what a script sends, but reads the body from a pipe.
func TestCurlCommand(t *testing.T) {
	for _, body := range []string{"{\"a\":\"it's $HOME\"}\n", "", "@/etc/passwd", "\xff\x00\r\n"} {
		r := received("/in?access_token=hush", "$(touch no)", []byte(body))
		r.Headers = append(r.Headers, storage.HeaderField{Name: "Authorization", Value: "Bearer sesame", Secret: true})
		command := CurlCommand(r, "https://127.0.0.1:9443", "/it's here/ca.pem")
		out, err := exec.Command("sh", "-c", "curl() { printf '%s\\n' \"$@\"; cat; }\n"+command).CombinedOutput()
		want := strings.Join([]string{
			"--silent", "--show-error", "--include", "--globoff", "--path-as-is", "--cacert", "/it's here/ca.pem", "--request", "POST",
			"--url", "https://127.0.0.1:9443/", "--request-target", "/in?access_token=" + storage.Masked, "--header", "X-Odd: $(touch no)",
			"--header", "Accept:", "--header", "Content-Type:", "--header", "User-Agent:", "--header", "Expect:", "--data-binary", "@-", body,
		}, "\n")
		if err != nil || string(out) != want {
			t.Errorf("got %v\n%s\nwant\n%s", err, out, want)
		}
	}
}

// If one receipt cannot be sent, the others are sent all the same, and the exit status shows the failure.
func TestCurlScriptContinuesAfterAFailure(t *testing.T) {
	text := exported(t, Options{Format: Curl}, received("/a", "x", nil), received("/b", "x", nil))
	out, err := exec.Command("sh", "-c", "cd "+quote(t.TempDir())+"\ncurl() { echo \"${11}\"; return 7; }\n"+text).CombinedOutput()
	var exit *exec.ExitError
	if want := "https://h:2/a\nhttps://h:2/b\n"; string(out) != want || !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("got %v, %s; want exit status 7", err, out)
	}
}

// FuzzCurl checks that a real shell passes any bytes to curl unchanged.
func FuzzCurl(f *testing.F) {
	f.Add("it's", []byte("'\"$`\\!\n"))
	f.Add("%s %% %", []byte("%s%d\\045\\n"))
	f.Add("-n \u202e", []byte("-e \x00\xff\r\n1"))
	f.Add("\x80\xff1", []byte("\u202eé\u00a0\n\n"))
	f.Add("~ $HOME *", []byte("\x007"))
	f.Add("#", []byte("\r\n"))
	f.Add("a\\\n", []byte("  \n"))
	f.Add("", bytes.Repeat([]byte("\xf0\x9f\x98\x80'\x01"), 5000))
	f.Fuzz(func(t *testing.T, value string, body []byte) {
		value = strings.Map(func(r rune) rune { // only what net/http accepts
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, value)
		arguments, got := run(t, received("/", "x"+value, body))
		if !bytes.Equal(got, body) {
			t.Errorf("the body came out as %q, want %q", got, body)
		}
		if want := "X-Odd: x" + value; !slices.Contains(arguments, want) {
			t.Errorf("got the arguments %q, want %q among them", arguments, want)
		}
	})
}
