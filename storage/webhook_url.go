package storage

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	httpsOnly    = "Journey Optimizer itself takes HTTPS only"
	maxURLLength = 2048
)

// checkURL says what is wrong with a webhook's URL, or nothing. It shows no more of the
// URL than it must: that may hold a password.
func checkURL(text string, allowHTTP bool) string {
	switch {
	case text == BuiltinReceiver:
		return ""
	case text == "":
		return "is missing; give https://HOST/PATH, or " + BuiltinReceiver
	case len(text) > maxURLLength:
		return fmt.Sprintf("has %d bytes; use at most %d", len(text), maxURLLength)
	}
	if reason := checkURLText(text); reason != "" {
		return reason
	}
	u, err := url.Parse(text)
	switch {
	case err == nil:
	case strings.Contains(text, "@"): // what cannot be read may hold a password
		return "cannot be read; give https://HOST/PATH without user info (name:password@)"
	default:
		return fmt.Sprintf("%q cannot be read (%v); give https://HOST/PATH", text, parseReason(err))
	}
	if reason := checkScheme(text, u, allowHTTP); reason != "" {
		return reason
	}
	return checkURLParts(text, u)
}

// checkURLText refuses characters that RFC 3986 §2 has no place for. Those beyond ASCII
// are for later: what to write instead depends on where they stand.
func checkURLText(text string) string {
	if !utf8.ValidString(text) {
		return "is not valid UTF-8; retype it"
	}
	at := 0 // the character, from 1
	for i, r := range text {
		at++
		switch {
		case r == ' ':
			return fmt.Sprintf("holds a space (character %d), which no URL can; remove it, or write %%20", at)
		case r < ' ' || r == 0x7f:
			return fmt.Sprintf("holds a control character, %U (character %d), which no URL can; remove it", r, at)
		case strings.ContainsRune("\"<>\\^`{|}", r):
			return fmt.Sprintf("holds %q (character %d), which no URL can; write %%%02X", r, at, r)
		case r == '%' && !hexDigits(text[i+1:]):
			return fmt.Sprintf("holds %% without two hexadecimal digits behind it (character %d); write %%25 for %% itself", at)
		}
	}
	return ""
}

func hexDigits(text string) bool {
	if len(text) < 2 {
		return false
	}
	_, err := strconv.ParseUint(text[:2], 16, 8)
	return err == nil
}

func checkScheme(text string, u *url.URL, allowHTTP bool) string {
	switch {
	case u.User != nil: // first, and without the text: it may hold a password
		return "holds user info (name:password@); remove it, and use a secret header instead"
	case u.Scheme == "" && strings.HasPrefix(text, "@"):
		return fmt.Sprintf("%q is unknown; use %s for the built-in receiver, or https://HOST/PATH", text, BuiltinReceiver)
	case u.Scheme == "":
		return fmt.Sprintf("%q is not absolute; begin with https:// (%s)", text, httpsOnly)
	case u.Scheme == "http":
		return checkHTTP(u, allowHTTP)
	case u.Scheme != "https":
		return fmt.Sprintf("scheme %q cannot be used; use https (%s)", u.Scheme, httpsOnly)
	}
	return ""
}

func checkHTTP(u *url.URL, allowHTTP bool) string {
	switch {
	case !allowHTTP:
		return "http is refused; use https (" + httpsOnly + "), or --allow-http for a loopback host"
	case u.Hostname() != "" && !loopback(u.Hostname()):
		return fmt.Sprintf("http is allowed for loopback hosts only, not for %q; use https (%s)", u.Hostname(), httpsOnly)
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func checkURLParts(text string, u *url.URL) string {
	switch {
	case u.Hostname() == "":
		return fmt.Sprintf("%q has no host; give https://HOST/PATH", text)
	case !validPort(u):
		return fmt.Sprintf("port %q is no port; use 1 to 65535, or leave it away with its colon", u.Port())
	case u.Fragment != "" || strings.Contains(text, "#"):
		return "holds a fragment (#…), which is never sent; remove it"
	}
	if reason := checkHost(u); reason != "" {
		return reason
	}
	for i, r := range []rune(text) {
		if r >= utf8.RuneSelf {
			return fmt.Sprintf("holds %q (character %d), which no URL can; write %s", r, i+1, url.PathEscape(string(r)))
		}
	}
	return ""
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// checkHost says what keeps a host from being an address or a name of the DNS.
func checkHost(u *url.URL) string {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() {
			return fmt.Sprintf("host [%s] is no IPv6 address; correct it", host)
		}
		return ""
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return fmt.Sprintf("host %q is not ASCII; %s", host, asciiHost(host))
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if !validLabel(label) {
			return fmt.Sprintf("host %q is no host name; use letters, digits, - and _, with a dot between parts of at most 63", host)
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

const (
	maxHostLength  = 253
	maxLabelLength = 63
)

// validLabel goes by RFC 1123 §2.1, but for the underscore, which names in use have.
func validLabel(label string) bool {
	odd := func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	return label != "" && len(label) <= maxLabelLength && !strings.ContainsFunc(label, odd) &&
		!strings.HasPrefix(label, "-") && !strings.HasSuffix(label, "-")
}

// asciiHost says how to write an international name.
func asciiHost(host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return "write " + ascii
	}
	return "and no international name either; correct it"
}

// parseReason leaves out the URL, which url.Error repeats.
func parseReason(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
