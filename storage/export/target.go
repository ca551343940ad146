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

// target is where a receipt goes now, whatever its sender took for our address.
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

// cutBase divides a URL before its path.
func cutBase(text string) (base, path string) {
	scheme := strings.Index(text, "://") + len("://")
	if end := strings.IndexAny(text[scheme:], "/?"); end >= 0 {
		return text[:scheme+end], text[scheme+end:]
	}
	return text, ""
}

// ownPath is what a request asked for, without the server that its absolute form (RFC 9112
// §3.2.2) names.
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

// urlText is the target as one URL.
func urlText(to target) string {
	path := strings.ReplaceAll(to.path, "#", "%23") // which would begin a fragment
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return to.base + path
}

// odd reports whether a path cannot be part of a URL and stay as it is.
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

func withPort(host, standard string) string {
	if _, port, err := net.SplitHostPort(host); err == nil && port != "" {
		return host
	}
	return net.JoinHostPort(strings.Trim(strings.TrimSuffix(host, ":"), "[]"), standard)
}
