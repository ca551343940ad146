package weburl

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"backchannel/storage/words"
)

// receiver recognizes a word similar to that for the built-in receiver.
func (r Rules) receiver(text string) (did, meant string) {
	if r.NoReceiver {
		return "", ""
	}
	word := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(text), "https://"), "@")
	rest := strings.TrimPrefix(word, "receiver")
	switch {
	case word == "receiver" && !strings.HasPrefix(strings.ToLower(text), "https:"),
		strings.Contains(text, "@") && words.Distance(word, "receiver") <= 2,
		!strings.ContainsAny(text, "@./:") && words.Distance(word, "receiver") == 1:
		return fmt.Sprintf("%q is not what the built-in receiver is called", text), Receiver
	case strings.Contains(text, "@receiver") && rest != word && rest[0] == '/' || strings.HasPrefix(text, "@receiver:"):
		return "has more than " + Receiver + ", which is the whole address of the webhook there", Receiver
	}
	return "", ""
}

// twice matches a scheme before a scheme.
var twice = regexp.MustCompile(`(?i)^https?(?::?/{0,3})(https?)(?::/{1,3}|//)(.+)$`)

// doubled recognizes a URL that was pasted after a https:// that was already there.
func doubled(text string) (did, meant string) {
	if parts := twice.FindStringSubmatch(text); parts != nil {
		return "has https:// twice", strings.ToLower(parts[1]) + "://" + parts[2]
	}
	return "", ""
}

// beginning matches a word that may be a scheme, with what may stand for "://".
var beginning = regexp.MustCompile(`^([A-Za-z]{2,8})([:;.,]{0,2})(/{0,4})(.*)$`)

// misspelt recognizes a beginning that was meant to be https:// or http://.
func misspelt(text string) (did, meant string) {
	parts := beginning.FindStringSubmatch(text)
	if parts == nil {
		return "", ""
	}
	word, mark, slashes, rest := strings.ToLower(parts[1]), parts[2], parts[3], parts[4]
	scheme, known := "https", word == "http" || word == "https"
	if word == "http" || word == "htp" || word == "ttp" || word == "htttp" {
		scheme = "http"
	}
	near := known || words.Distance(word, scheme) <= 2 && !otherScheme(word) && (mark == ":" && slashes != "" || slashes == "//")
	switch {
	case !near, mark == "" && slashes != "//", strings.Trim(mark, ":;") != "" && slashes != "//", rest == "":
		return "", ""
	case known && mark == ":" && slashes == "//":
		return "", ""
	case (len(slashes) > 2 || slashes == "") && !isBare(rest):
		return "", ""
	}
	return fmt.Sprintf("begins with %q for %q", parts[1]+mark+slashes, scheme+"://"), scheme + "://" + rest
}

// otherScheme reports whether a word is a scheme that is not HTTP's, and so not a misspelt one.
func otherScheme(word string) bool {
	switch word {
	case "ftp", "ftps", "sftp", "ws", "wss", "tcp", "smtp", "smtps", "unix":
		return true
	}
	return false
}

// bareHost matches a host and what follows it, if the host has a dot, a port or brackets or
// is localhost.
var bareHost = regexp.MustCompile(`(?i)^(localhost|\[[0-9a-f:.%]+\]|[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+\.?|[\w-]+:\d+)(:[^/?#]*)?([/?#].*)?$`)

// isBare reports whether a text is a host without a scheme.
func isBare(text string) bool { return bareHost.MatchString(text) }

// bare recognizes a host without a scheme.
func bare(text string) (did, meant string) {
	if isBare(text) {
		return "lacks https:// in front", "https://" + strings.TrimRight(text, ",;")
	}
	if ip, err := netip.ParseAddr(strings.TrimRight(text, "/")); err == nil && ip.Is6() {
		return "lacks https:// in front", "https://" + text
	}
	return "", ""
}

// split splits a URL into what is before its host and port, those, and what is after them.
func split(text string) (scheme, authority, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(text, "://")
	if !ok {
		return "", "", "", false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return scheme + "://", rest[:end], rest[end:], true
}

// userInfo recognizes user info, in which a secret would be displayed and logged.
func (r Rules) userInfo(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	at := strings.LastIndex(authority, "@")
	if !ok || at < 0 || at+1 == len(authority) {
		return "", ""
	}
	meant = scheme + authority[at+1:] + rest
	if r.NoReceiver { // then it is not the URL of a webhook either
		return "holds user info (name:password@), which is not sent", meant
	}
	return "holds user info (name:password@), for which a secret header is the place", meant
}

// brackets recognizes an IPv6 address without brackets.
func brackets(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	if !ok || strings.Count(authority, ":") < 2 || strings.Contains(authority, "@") {
		return "", ""
	}
	if strings.Contains(authority, "%") { // the engine's guard refuses every address that has a zone
		return "has an IPv6 address with a zone, as link-local addresses have, to which nothing is sent; use another address", ""
	}
	if strings.HasPrefix(authority, "[") {
		return "", ""
	}
	host, port := authority, ""
	if at := strings.LastIndex(authority, ":"); isIPv6(authority[:at]) && validPort(&url.URL{Host: authority[at:]}) {
		if ip := netip.MustParseAddr(authority[:at]); ip.IsLoopback() || !isIPv6(authority) {
			host, port = authority[:at], authority[at:]
		}
	}
	if !isIPv6(host) {
		return "", ""
	}
	return "has an IPv6 address without its brackets", scheme + "[" + host + "]" + port + rest
}

// isIPv6 reports whether a text is an IPv6 address without its brackets.
func isIPv6(text string) bool {
	ip, err := netip.ParseAddr(text)
	return err == nil && ip.Is6()
}

// sentenceMark recognizes a punctuation mark after a host. In a path it could be meant.
func sentenceMark(text string) (did, meant string) {
	_, authority, rest, ok := split(text)
	meant = strings.TrimRight(text, ",;!?")
	if !ok || authority == "" || strings.Trim(rest, "?") != "" || meant == text {
		return "", ""
	}
	return fmt.Sprintf("has %q behind it", text[len(meant):]), meant
}

// internationalHost recognizes a host that the DNS has in ASCII.
func internationalHost(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	if !ok || strings.Contains(text, "@") || !strings.ContainsFunc(authority, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", ""
	}
	host, port, _ := strings.Cut(authority, ":")
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || mixed(host) != 0 {
		return fmt.Sprintf("has the host %q, which is not ASCII: %s", host, foreignHost(host)), ""
	}
	if port != "" {
		port = ":" + port
	}
	return fmt.Sprintf("has the host %q, which the DNS has in ASCII", host), scheme + ascii + port + rest
}

// foreignHost says what to write instead of a host that is not ASCII.
func foreignHost(host string) string {
	if r := mixed(host); r != 0 {
		return fmt.Sprintf("%q is %U, which only looks like a Latin letter; retype it", r, r)
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return "write " + ascii
	}
	return "it is not an international name either; correct it"
}

// mixed returns the first letter in a Latin label that only looks like a Latin one
// (UTS #39 §5).
func mixed(host string) rune {
	for _, label := range strings.Split(host, ".") {
		latin := strings.ContainsFunc(label, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		other := strings.IndexFunc(label, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian) })
		if latin && other >= 0 {
			r, _ := utf8.DecodeRuneInString(label[other:])
			return r
		}
	}
	return 0
}

// unescaped recognizes characters that a path or query has only in percent-encoding.
func unescaped(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	if !ok || authority == "" {
		return "", ""
	}
	var encoded strings.Builder
	for _, r := range rest {
		if r < utf8.RuneSelf && !strings.ContainsRune(`^{|}`, r) {
			encoded.WriteRune(r)
			continue
		}
		if did == "" {
			did = fmt.Sprintf("holds %q, which a URL has in percent-encoding", r)
		}
		encoded.WriteString(url.PathEscape(string(r)))
	}
	return did, scheme + authority + encoded.String()
}
