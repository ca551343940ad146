// Package weburl validates the URLs of endpoints. Start with [Check], which says what is
// wrong with a URL, the probable mistake and, if possible, the URL that was intended. [Odd]
// warns of a URL that is valid but probably a mistake.
//
// The messages show as little of a URL as possible, because it may contain a password. The
// package never corrects a URL by itself: the URL in use is always the one that was entered.
package weburl

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Receiver stands for the built-in receiver in place of a URL.
const Receiver = "@receiver"

const (
	httpsOnly = "Journey Optimizer itself takes HTTPS only"
	maxLength = 2048
)

// Rules say which URLs are allowed. The zero value allows https and Receiver.
type Rules struct {
	HTTP       Scope // where http is allowed
	NoReceiver bool
}

// A Scope says to which hosts an insecure connection is allowed.
type Scope int

// The scopes.
const (
	Nowhere Scope = iota
	Loopback
	Anywhere
)

// Check describes what is wrong with a URL. It returns "" for a valid one.
func Check(text string, rules Rules) string {
	reason := rules.refuse(text)
	if reason == "" {
		return ""
	}
	return rules.advise(text, reason)
}

// refuse describes the first rule that a URL breaks, or returns "".
func (r Rules) refuse(text string) string {
	switch {
	case text == Receiver && !r.NoReceiver:
		return ""
	case text == "":
		return "is missing; give " + r.usage()
	case !utf8.ValidString(text):
		return "is not valid UTF-8; retype it"
	case len(text) > maxLength:
		return fmt.Sprintf("has %d bytes; use at most %d", len(text), maxLength)
	}
	if reason := refuseText(text); reason != "" {
		return reason
	}
	u, err := url.Parse(text)
	switch {
	case err == nil:
	case strings.Contains(text, "@"): // a text that cannot be parsed may contain a password
		return "cannot be read; give https://HOST/PATH without user info (name:password@)"
	default:
		return fmt.Sprintf("%q cannot be read (%v); give https://HOST/PATH", text, parseReason(err))
	}
	if reason := r.refuseScheme(text, u); reason != "" {
		return reason
	}
	return refuseParts(text, u)
}

// usage returns an example of a URL that the rules allow.
func (r Rules) usage() string {
	switch {
	case r.HTTP == Anywhere:
		return "http://127.0.0.1:3000/hooks, say"
	case r.NoReceiver:
		return "https://HOST/PATH"
	}
	return "https://HOST/PATH, or " + Receiver
}

// refuseText refuses characters that RFC 3986 §2 does not allow. Those outside ASCII are
// refused later, because what to write instead depends on the part of the URL.
func refuseText(text string) string {
	at := 0 // the character, from 1
	for i, r := range text {
		at++
		switch {
		case r <= ' ' || r == 0x7f:
			return fmt.Sprintf("contains %s (character %d); remove it", nameOf(r), at)
		case strings.ContainsRune("\"<>\\^`{|}", r):
			return fmt.Sprintf("contains %q (character %d), which no URL can contain; write %%%02X", r, at, r)
		case r == '%' && !hexDigits(text[i+1:]):
			return fmt.Sprintf("contains %% without two hexadecimal digits after it (character %d); write %%25 for %% itself", at)
		}
	}
	return ""
}

// hexDigits reports whether a text begins with two hexadecimal digits.
func hexDigits(text string) bool {
	if len(text) < 2 {
		return false
	}
	_, err := strconv.ParseUint(text[:2], 16, 8)
	return err == nil
}

// refuseScheme returns what is wrong with what comes before the host. User info is checked
// first, by a message that does not repeat the text, which may contain a password.
func (r Rules) refuseScheme(text string, u *url.URL) string {
	switch {
	case u.User != nil:
		return "contains user info (name:password@); remove it, and use a secret header instead"
	case text == Receiver:
		return "is the built-in receiver; give " + r.usage()
	case u.Scheme == "" && strings.HasPrefix(text, "@"):
		return fmt.Sprintf("%q is unknown; give %s", text, r.usage())
	case u.Scheme == "" && strings.HasPrefix(text, "/"):
		return fmt.Sprintf("%q is a path without a host; give https://HOST%s", text, text)
	case u.Scheme == "":
		return fmt.Sprintf("%q is not absolute; begin with https:// (%s)", text, httpsOnly)
	case u.Scheme == "http":
		return r.refuseHTTP(u)
	case u.Scheme != "https":
		return fmt.Sprintf("scheme %q cannot be used; use https (%s)", u.Scheme, httpsOnly)
	}
	return ""
}

// refuseHTTP returns why the rules do not allow http, or "" if they do.
func (r Rules) refuseHTTP(u *url.URL) string {
	switch loop := isLoopback(u.Hostname()); {
	case r.HTTP == Anywhere, r.HTTP == Loopback && (loop || u.Hostname() == ""):
		return ""
	case r.HTTP == Loopback:
		return fmt.Sprintf("http is allowed for loopback hosts only, not for %q; use https (%s)", u.Hostname(), httpsOnly)
	case loop:
		return "http is refused; use https (" + httpsOnly + "), or allow it for loopback hosts with --allow-http"
	}
	return "http is refused; use https (" + httpsOnly + "), or --allow-http for a loopback host"
}

// isLoopback reports whether a host is this machine. Names other than localhost are not resolved.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// refuseParts returns what is wrong with the host and with what follows it.
func refuseParts(text string, u *url.URL) string {
	switch {
	case u.Hostname() == "":
		return fmt.Sprintf("%q has no host; give https://HOST/PATH", text)
	case !validPort(u):
		return fmt.Sprintf("port %q is not a valid port; use 1 to 65535, or omit it with its colon", u.Port())
	}
	if reason := refuseHost(u); reason != "" {
		return reason
	}
	for _, recognize := range []recognizer{doubled, fragment, unescaped} {
		if mistake, _ := recognize(text); mistake != "" {
			return mistake
		}
	}
	return ""
}

// isScheme reports whether a host is the scheme of a second URL.
func isScheme(host string) bool {
	return strings.EqualFold(host, "https") || strings.EqualFold(host, "http")
}

// validPort reports whether there is a port from 1 to 65535, or none. url.Parse accepts a colon
// without a port, and any number.
func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// refuseHost explains why a host is neither an address nor a DNS name.
func refuseHost(u *url.URL) string {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		return refuseIPv6(host)
	}
	if strings.Contains(host, ":") {
		return fmt.Sprintf("host %q is an IPv6 address without its brackets; write https://[ADDRESS]:PORT/PATH", host)
	}
	if at := strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }); at >= 0 {
		return fmt.Sprintf("host %q is not ASCII; %s", host, asciiAdvice(host))
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if !validLabel(label) {
			return fmt.Sprintf("host %q is not a host name; use letters, digits, - and _, with dots between parts of at most 63 characters", host)
		}
	}
	if _, err := strconv.ParseUint(labels[len(labels)-1], 10, 64); err == nil && net.ParseIP(host) == nil {
		return fmt.Sprintf("host %q is neither a name nor an IPv4 address; correct it", host)
	}
	if len(host) > maxHostLength {
		return fmt.Sprintf("host has %d characters; a name has at most %d", len(host), maxHostLength)
	}
	return ""
}

// refuseIPv6 returns what is wrong with a host in square brackets.
func refuseIPv6(host string) string {
	ip, err := netip.ParseAddr(host)
	switch {
	case err != nil || !ip.Is6():
		return fmt.Sprintf("host [%s] is not an IPv6 address; correct it", host)
	case ip.Zone() != "": // RFC 6874; the engine's guard refuses every address that has a zone
		return fmt.Sprintf("host [%s] has a zone, as link-local addresses do; nothing is ever sent to those, so use another address", host)
	}
	return ""
}

const (
	maxHostLength  = 253
	maxLabelLength = 63
)

// validLabel follows RFC 1123 §2.1, but also allows the underscore, which names in use have.
func validLabel(label string) bool {
	odd := func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	return label != "" && len(label) <= maxLabelLength && !strings.ContainsFunc(label, odd) &&
		!strings.HasPrefix(label, "-") && !strings.HasSuffix(label, "-")
}

// parseReason omits the URL, which url.Error repeats.
func parseReason(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
