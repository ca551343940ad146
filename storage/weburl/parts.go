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

// misspeltReceiver recognizes a misspelling of [Receiver].
func (r Rules) misspeltReceiver(text string) (mistake, intended string) {
	if r.NoReceiver {
		return "", ""
	}
	word := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(text), "https://"), "@")
	rest := strings.TrimPrefix(word, "receiver")
	switch {
	case word == "receiver" && !strings.HasPrefix(strings.ToLower(text), "https:"),
		strings.Contains(text, "@") && words.Distance(word, "receiver") <= 2,
		!strings.ContainsAny(text, "@./:") && words.Distance(word, "receiver") == 1:
		return fmt.Sprintf("%q is not the name of the built-in receiver", text), Receiver
	case strings.Contains(text, "@receiver") && rest != word && rest[0] == '/' || strings.HasPrefix(text, "@receiver:"):
		return "has more than " + Receiver + ", which by itself is the URL of the built-in receiver", Receiver
	}
	return "", ""
}

// doubledScheme matches a scheme followed by another one.
var doubledScheme = regexp.MustCompile(`(?i)^https?(?::?/{0,3})(https?)(?::/{1,3}|//)(.+)$`)

// doubled recognizes a URL that was pasted after an https:// that was already there.
func doubled(text string) (mistake, intended string) {
	if parts := doubledScheme.FindStringSubmatch(text); parts != nil {
		return "has https:// twice", strings.ToLower(parts[1]) + "://" + parts[2]
	}
	return "", ""
}

// schemeLike matches a word that may be a misspelt scheme, what may stand for "://", and the rest.
var schemeLike = regexp.MustCompile(`^([A-Za-z]{2,8})([:;.,]{0,2}//|[:;]{1,2}/{0,4})([^/].*)$`)

// misspelt recognizes a misspelling of https:// or http://.
func misspelt(text string) (mistake, intended string) {
	parts := schemeLike.FindStringSubmatch(text)
	if parts == nil {
		return "", ""
	}
	word, mark, rest := strings.ToLower(parts[1]), parts[2], parts[3]
	scheme, slashes := meantScheme(word), strings.Count(mark, "/")
	switch {
	case scheme == "", word+mark == scheme+"://", word != scheme && slashes == 0:
		return "", ""
	case slashes != 1 && slashes != 2 && !isSchemeless(rest):
		return "", ""
	}
	return fmt.Sprintf("begins with %q for %q", parts[1]+mark, scheme+"://"), scheme + "://" + rest
}

// meantScheme returns which of HTTP's schemes a word is or was meant to be, or "" if neither.
func meantScheme(word string) string {
	switch word {
	case "http", "htp", "ttp", "htttp":
		return "http"
	case "ftp", "ftps", "sftp", "ws", "wss", "tcp", "smtp", "smtps", "unix":
		return ""
	}
	if words.Distance(word, "https") <= 2 {
		return "https"
	}
	return ""
}

// bareHost matches a host and what follows it, if the host has a dot, a port or brackets or
// is localhost.
var bareHost = regexp.MustCompile(`(?i)^(localhost|\[[0-9a-f:.%]+\]|[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+\.?|[\w-]+:\d+)(:[^/?#]*)?([/?#].*)?$`)

// isSchemeless reports whether a text begins with a host instead of a scheme.
func isSchemeless(text string) bool { return bareHost.MatchString(text) }

// schemeless recognizes a URL without its scheme.
func schemeless(text string) (mistake, intended string) {
	if isSchemeless(text) {
		return "lacks https://", "https://" + strings.TrimRight(text, ",;")
	}
	if ip, err := netip.ParseAddr(strings.TrimRight(text, "/")); err == nil && ip.Is6() {
		return "lacks https://", "https://" + text
	}
	return "", ""
}

// split splits a URL into its scheme with "://", its host and port, and the rest.
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

// userInfo recognizes user info. A secret there would be displayed and logged.
func (r Rules) userInfo(text string) (mistake, intended string) {
	scheme, authority, rest, ok := split(text)
	at := strings.LastIndex(authority, "@")
	if !ok || at < 0 || at+1 == len(authority) {
		return "", ""
	}
	intended = scheme + authority[at+1:] + rest
	if r.NoReceiver { // then it is not the URL of a webhook either
		return "contains user info (name:password@), which is not sent", intended
	}
	return "contains user info (name:password@), which belongs in a secret header", intended
}

// unbracketedIPv6 recognizes an IPv6 address without brackets.
func unbracketedIPv6(text string) (mistake, intended string) {
	scheme, authority, rest, ok := split(text)
	if !ok || strings.Count(authority, ":") < 2 || strings.Contains(authority, "@") {
		return "", ""
	}
	if strings.Contains(authority, "%") { // the engine's guard refuses every address that has a zone
		return "has an IPv6 address with a zone, as link-local addresses do; nothing is ever sent to those, so use another address", ""
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

// trailingPunctuation recognizes punctuation after a host. In a path it could be intended.
func trailingPunctuation(text string) (mistake, intended string) {
	_, authority, rest, ok := split(text)
	intended = strings.TrimRight(text, ",;!?")
	if !ok || authority == "" || strings.Trim(rest, "?") != "" || intended == text {
		return "", ""
	}
	return fmt.Sprintf("is followed by %q", text[len(intended):]), intended
}

// internationalHost recognizes a host that is not in the ASCII form that the DNS requires.
func internationalHost(text string) (mistake, intended string) {
	scheme, authority, rest, ok := split(text)
	if !ok || strings.Contains(text, "@") || !strings.ContainsFunc(authority, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", ""
	}
	host, port, _ := strings.Cut(authority, ":")
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || lookalikeLetter(host) != 0 {
		return fmt.Sprintf("has the host %q, which is not ASCII: %s", host, asciiAdvice(host)), ""
	}
	if port != "" {
		port = ":" + port
	}
	return fmt.Sprintf("has the host %q, which must be in its ASCII form", host), scheme + ascii + port + rest
}

// asciiAdvice says what to write instead of a host that is not ASCII.
func asciiAdvice(host string) string {
	if r := lookalikeLetter(host); r != 0 {
		return fmt.Sprintf("%q is %U, which only looks like a Latin letter; retype it", r, r)
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return "write " + ascii
	}
	return "it is not a valid international name; correct it"
}

// lookalikeLetter returns the first letter of another script, in a label that is otherwise Latin, that
// may look like a Latin letter (UTS #39 §5), or 0.
func lookalikeLetter(host string) rune {
	for label := range strings.SplitSeq(host, ".") {
		latin := strings.ContainsFunc(label, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		other := strings.IndexFunc(label, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian) })
		if latin && other >= 0 {
			r, _ := utf8.DecodeRuneInString(label[other:])
			return r
		}
	}
	return 0
}

// unescaped recognizes characters that must be percent-encoded in a path or query.
func unescaped(text string) (mistake, intended string) {
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
		if mistake == "" {
			mistake = fmt.Sprintf("contains %q, which must be percent-encoded in a URL", r)
		}
		encoded.WriteString(url.PathEscape(string(r)))
	}
	return mistake, scheme + authority + encoded.String()
}
