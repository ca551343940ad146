package export

import (
	"net"
	"net/url"
	"strings"
	"unicode"

	"backchannel/storage"
)

// A target is where a receipt's request goes.
type target struct {
	base string // https://host:port
	path string // as it goes over the wire
}

// target returns where a receipt goes now, whatever host its sender used. A URL with a path of
// its own replaces that of every receipt.
func (w *Writer) target(r storage.Receipt) target {
	base, path := cutBase(w.options.To)
	switch {
	case path == "" || path == "/":
		path = ownPath(r.Path)
	case path[0] == '?':
		path = "/" + path
	}
	return target{base, path}
}

// cutBase splits a URL before its path or query. It does not parse it, because a path must stay
// as it is, byte by byte.
func cutBase(text string) (base, path string) {
	scheme := strings.Index(text, "://") + len("://")
	if end := strings.IndexAny(text[scheme:], "/?"); end >= 0 {
		return text[:scheme+end], text[scheme+end:]
	}
	return text, ""
}

// ownPath returns the path and query of a request. A request target in absolute form (RFC 9112
// §3.2.2) has a server before them, which it removes.
func ownPath(path string) string {
	if strings.HasPrefix(path, "/") || !strings.Contains(path, "://") {
		return path
	}
	_, path = cutBase(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}

// urlText returns the target as one URL. It escapes #, which would begin a fragment.
func urlText(to target) string {
	path := strings.ReplaceAll(to.path, "#", "%23")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return to.base + path
}

// odd reports whether a path would be changed as part of a URL.
func (t target) odd() bool {
	return !strings.HasPrefix(t.path, "/") || strings.ContainsFunc(t.path, func(r rune) bool { return r == '#' || r > unicode.MaxASCII })
}

// sameHost reports whether a Host header names the server of a base URL.
func sameHost(host, base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	standard := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return strings.EqualFold(withPort(host, standard), withPort(u.Host, standard))
}

// withPort returns a host with its port, which is the standard one if there is none. An IPv6
// address has brackets around it either way.
func withPort(host, standard string) string {
	if _, port, err := net.SplitHostPort(host); err == nil && port != "" {
		return host
	}
	return net.JoinHostPort(strings.Trim(strings.TrimSuffix(host, ":"), "[]"), standard)
}
