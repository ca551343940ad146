package storage

import (
	"slices"
	"strings"
)

// framingHeaders are those by which HTTP delimits and routes messages from hop to hop
// (RFC 9110 §7.2, §7.6.1, §8.6, §10.1.1; RFC 9112 §6.1). Whoever sends makes them anew.
func framingHeaders() []string {
	return []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Upgrade", "Expect"}
}

// IsFraming reports whether a header field is about how a message travels rather than a
// part of it. The name is canonical, as net/http gives it.
func IsFraming(name string) bool { return slices.Contains(framingHeaders(), name) }

// EndToEnd are the header fields that are not about the connection that they came by: it
// also leaves out those that Connection names (RFC 9110 §7.6.1).
func EndToEnd(headers []HeaderField) []HeaderField {
	named := map[string]bool{}
	for _, h := range headers {
		if h.Name == "Connection" {
			for name := range strings.SplitSeq(h.Value, ",") {
				named[canonical(strings.TrimSpace(name))] = true
			}
		}
	}
	var kept []HeaderField
	for _, h := range headers {
		if !IsFraming(h.Name) && !named[h.Name] {
			kept = append(kept, h)
		}
	}
	return kept
}
