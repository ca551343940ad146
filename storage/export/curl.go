package export

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"backchannel/storage"
)

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

// trust is the line that says whom curl trusts instead of the system's authorities.
func (w *Writer) trust() string {
	if w.options.CA == "" {
		return ""
	}
	return "ca=" + quote(w.options.CA) + " # whom to trust: the authority of the built-in receiver\n"
}

// CurlCommand is a command for a shell that sends one receipt again, to a server that is
// named like that of [Options]; its secrets are left out. Unlike a script, it writes no file
// and can be pasted anywhere.
func CurlCommand(r storage.Receipt, to, ca string) string {
	return curlCommand(disclose(r, false), to, trusting(ca))
}

// trusting is the option by which curl trusts an authority instead of the system's, if there is
// one.
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

const scriptEnd = "\nexit \"$failed\"\n"

// command writes a request's body into a file, and sends that.
func (w *Writer) command(x exchange) ([]byte, error) {
	r := x.Receipt
	file := x.kind + "-" + r.ID.String() + ".body"
	headers, hidden := curlHeaders(r, w.options.WithSecrets)
	hidden = append(hidden, x.hidden...)
	if !w.options.WithSecrets && strings.Contains(r.Path, storage.Masked) {
		hidden = append(hidden, "what is "+storage.Masked+" in the URL")
	}
	var script strings.Builder
	fmt.Fprintf(&script, "\n# %s %s of %s\n", strings.ToUpper(x.kind[:1])+x.kind[1:], r.ID, r.ReceivedAt.UTC().Format(timeLayout))
	script.WriteString(writeBody(r.Body) + " > " + file + " || exit\n")
	if len(hidden) > 0 {
		fmt.Fprintf(&script, "# Left out, since secret (--with-secrets puts them in): %s\n", strings.Join(hidden, ", "))
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

// curlURL are the options that say where to. What curl would change in a URL goes apart.
func curlURL(to target) string {
	if to.odd() {
		return "--url " + quote(to.base+"/") + " --request-target " + quote(to.path)
	}
	return "--url " + quote(to.base+to.path)
}

// method is the option that makes curl send that method. Told HEAD by name, it would wait
// for the body that is announced and never comes.
func method(r storage.Receipt) string {
	if headOnly(r) {
		return "--head"
	}
	return "--request " + quote(r.Method)
}

func headOnly(r storage.Receipt) bool { return r.Method == http.MethodHead && len(r.Body) == 0 }

// curlHeaders are the arguments of --header, and the names of those that had a secret.
// What curl would add by itself and the receipt does not have is taken away.
func curlHeaders(r storage.Receipt, withSecrets bool) (arguments, hidden []string) {
	added := map[string]bool{"Accept": true, "Content-Type": true, "User-Agent": true, "Expect": true}
	for _, h := range r.Headers {
		switch {
		case storage.IsFraming(h.Name):
			continue
		case !withSecrets && strings.Contains(h.Value, storage.Masked):
			hidden = append(hidden, h.Name)
		case h.Value == "":
			arguments = append(arguments, h.Name+";") // a colon would take the header away
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

// writeBody is a command that writes exactly these bytes.
func writeBody(body []byte) string {
	switch {
	case len(body) == 0:
		return ":"
	case plain(string(body)):
		return "printf %s " + quote(string(body))
	}
	return "printf " + octal(string(body))
}

// quote makes one word of a text that no shell reads anything into. The text has no NUL,
// which cannot be in an argument, and does not end in a newline unless it is plain.
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

// octal is a format for printf that writes these bytes: letters and digits as they are,
// the rest by number.
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
