package export

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"backchannel/storage"
)

// scriptHead returns the beginning of a script. umask keeps the bodies, which may contain
// personal data, from other users. CDPATH would have cd print the directory, or go elsewhere.
func (w *Writer) scriptHead() string {
	return `#!/bin/sh
# Sends again what backchannel received, oldest first. The bodies are written beside this
# script; curl sends them from there.
set -u
umask 077
CDPATH='' cd -- "$(dirname -- "$0")" || exit
` + w.trust() + `failed=0 # the exit code of the last curl that had no answer
`
}

// trust returns the line that names the authority that curl trusts instead of the system's.
func (w *Writer) trust() string {
	if w.options.CA == "" {
		return ""
	}
	return "ca=" + quote(w.options.CA) + " # whom to trust: the authority of the built-in receiver\n"
}

// CurlCommand returns a shell command that sends one receipt again, to the server that to names
// as [Options] does. ca is the path of a certificate to trust; empty: the system's. Secrets are
// left out. Unlike a script, it writes no file and can be pasted anywhere.
func CurlCommand(r storage.Receipt, to, ca string) string {
	return curlCommand(disclose(r, false), to, trusting(ca))
}

// trusting returns the option by which curl trusts an authority instead of the system's, or nil.
func trusting(ca string) []string {
	if ca == "" {
		return nil
	}
	return []string{"--cacert " + quote(ca)}
}

// curlCommand returns the command for a receipt that is disclosed already, with further options.
func curlCommand(r storage.Receipt, to string, options []string) string {
	w := &Writer{options: Options{Format: Curl, To: to}}
	headers, _ := curlHeaders(r, false)
	words := append([]string{"curl --silent --show-error --include --globoff --path-as-is"}, options...)
	words = append(words, method(r)+" "+curlURL(w.target(r)))
	for _, h := range headers {
		words = append(words, "--header "+quote(h))
	}
	if headOnly(r) {
		return strings.Join(words, " \\\n  ")
	}
	words = append(words, "--data-binary @-")
	return writeBody(r.Body) + " | " + strings.Join(words, " \\\n  ")
}

// scriptEnd ends a script with the exit code of the last curl that failed.
const scriptEnd = "\nexit \"$failed\"\n"

// command returns the part of a script that writes a request's body into a file, and sends that.
// A file, unlike an argument, has no limit of length and may contain NUL.
func (w *Writer) command(x exchange) ([]byte, error) {
	r := x.Receipt
	file := x.kind + "-" + r.ID.String() + ".body"
	headers, hidden := curlHeaders(r, w.options.WithSecrets)
	hidden = append(hidden, x.hidden...)
	if !w.options.WithSecrets && strings.Contains(r.Path, storage.Masked) {
		hidden = append(hidden, "the part of the URL shown as "+storage.Masked)
	}
	var script strings.Builder
	fmt.Fprintf(&script, "\n# %s %s of %s\n", strings.ToUpper(x.kind[:1])+x.kind[1:], r.ID, r.ReceivedAt.UTC().Format(timeLayout))
	script.WriteString(writeBody(r.Body) + " > " + file + " || exit\n")
	if len(hidden) > 0 {
		fmt.Fprintf(&script, "# Omitted because they are secret (--with-secrets includes them): %s\n", strings.Join(hidden, ", "))
	}
	script.WriteString("curl --silent --show-error --include --globoff --path-as-is")
	if w.options.CA != "" {
		script.WriteString(` --cacert "$ca"`)
	}
	fmt.Fprintf(&script, " \\\n  %s %s \\\n", method(r), curlURL(w.target(r)))
	for _, h := range headers {
		script.WriteString("  --header " + quote(h) + " \\\n")
	}
	if !headOnly(r) {
		script.WriteString("  --data-binary @" + file + " \\\n")
	}
	script.WriteString("  || failed=$?\n")
	return []byte(script.String()), nil
}

// curlURL returns the options that say where to send to. curl drops a fragment and escapes what
// is not ASCII, so that such a path is passed as the request target instead.
func curlURL(to target) string {
	if to.odd() {
		return "--url " + quote(to.base+"/") + " --request-target " + quote(to.path)
	}
	return "--url " + quote(to.base+to.path)
}

// method returns the option for a method. With --request HEAD, curl would wait for the body that the
// response announces but does not have.
func method(r storage.Receipt) string {
	if headOnly(r) {
		return "--head"
	}
	return "--request " + quote(r.Method)
}

// headOnly reports whether curl can send the request with --head, which has no body.
func headOnly(r storage.Receipt) bool { return r.Method == http.MethodHead && len(r.Body) == 0 }

// curlHeaders returns the arguments of --header, and the names of the headers that had a secret.
// A header that curl adds, and that the receipt does not have, is removed with "Name:". What
// frames the message, such as Content-Length, is up to curl.
func curlHeaders(r storage.Receipt, withSecrets bool) (arguments, hidden []string) {
	added := map[string]bool{"Accept": true, "Content-Type": true, "User-Agent": true, "Expect": true}
	for _, h := range r.Headers {
		switch {
		case storage.IsFraming(h.Name):
			continue
		case !withSecrets && strings.Contains(h.Value, storage.Masked):
			hidden = append(hidden, h.Name)
		case h.Value == "":
			arguments = append(arguments, h.Name+";") // with a colon, curl would send no such header
		default:
			arguments = append(arguments, h.Name+": "+h.Value)
		}
		delete(added, h.Name)
	}
	for _, name := range []string{"Accept", "Content-Type", "User-Agent", "Expect"} {
		if added[name] {
			arguments = append(arguments, name+":")
		}
	}
	return arguments, hidden
}

// writeBody returns a command that writes exactly these bytes. echo would not do: it adds a
// newline, and some shells have it interpret backslashes.
func writeBody(body []byte) string {
	switch {
	case len(body) == 0:
		return ":"
	case plain(string(body)):
		return "printf %s " + quote(string(body))
	}
	return "printf " + octal(string(body))
}

// quote returns a text as one word that the shell does not expand. The text must not contain NUL,
// which cannot be in an argument, and must not end in a newline unless it is plain, since $(...)
// removes that.
func quote(text string) string {
	if plain(text) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return `"$(printf ` + octal(text) + `)"`
}

// plain reports whether a text survives editors and terminals as it is.
func plain(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && !unicode.IsGraphic(r)
	}) < 0
}

// octal returns a format for printf that writes these bytes: letters, digits and some marks as
// they are, the rest by number. The first byte is written by number if it is a mark, so that no
// printf takes it for an option.
func octal(text string) string {
	var format strings.Builder
	format.WriteByte('\'')
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(`{}[]":,._-/ `, c) >= 0 && i > 0:
			format.WriteByte(c)
		case c == '%':
			format.WriteString("%%")
		default:
			fmt.Fprintf(&format, `\%03o`, c)
		}
	}
	format.WriteByte('\'')
	return format.String()
}
