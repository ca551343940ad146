package storage

import (
	"slices"
	"strings"
)

// framingHeaders returns the header fields that delimit and route a message between two
// hops (RFC 9110 §7.2, §7.6.1, §8.6, §10.1.1; RFC 9112 §6.1). Each sender writes its own.
func framingHeaders() []string {
	return []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Upgrade", "Expect"}
}

// IsFraming reports whether a header field concerns the connection rather than the message.
// The name must be in the canonical form of net/http.
func IsFraming(name string) bool { return slices.Contains(framingHeaders(), name) }

// EndToEnd returns the header fields that are forwarded with a message. It omits the
// framing fields and those that a Connection field names (RFC 9110 §7.6.1).
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
