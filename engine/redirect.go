package engine

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"backchannel/storage/weburl"
)

// maxLookup limits the lookup of a redirect's host, which only serves an error message.
const maxLookup = time.Second

// redirectRemedy returns what to do about a redirect: set the webhook's URL to its target, if
// deliveries may go there.
func (ep *endpoint) redirectRemedy(ctx context.Context, location string) string {
	to, err := ep.target.Parse(location)
	if err != nil {
		return fmt.Sprintf("it points to %q, which is not a URL", clipped(location))
	}
	to.Fragment, to.RawFragment = "", "" // a fragment is for browsers (RFC 9110 §10.2.2)
	text := to.String()
	if reason := ep.dial.objectionToHost(ctx, to.Hostname()); reason != "" {
		return fmt.Sprintf("it points to %q, where deliveries never go: %s; the endpoint's operator must correct that", clipped(text), reason)
	}
	rules := weburl.Rules{NoReceiver: true}
	if ep.target.Scheme == "http" {
		rules.HTTP = weburl.Loopback
	}
	if reason := weburl.Check(text, rules); reason != "" {
		whose := "it"
		if strings.HasPrefix(reason, "host ") {
			whose = "its"
		}
		return fmt.Sprintf("it points to %q, which cannot be a webhook's URL: %s %s", clipped(text), whose, clipped(reason))
	}
	return "set the URL to " + clipped(text)
}

// objectionToHost returns why the guard would refuse a host, or "". It returns "" for a name
// that does not resolve in time: the guard checks the address again if it is used.
func (d *dialer) objectionToHost(ctx context.Context, host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii // digits may be written in other scripts
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	addr, err := netip.ParseAddr(host)
	if err != nil {
		addr, err = oldIPv4(host)
	}
	addrs := []netip.Addr{addr}
	if err != nil {
		if isMetadataName(host) {
			return "a cloud's metadata service answers there"
		}
		ctx, cancel := context.WithTimeout(ctx, maxLookup)
		defer cancel()
		addrs, _ = d.Resolver.LookupNetIP(ctx, "ip", host)
	}
	for _, addr := range addrs {
		var refused *refusal
		if err := d.guard.check(addr); errors.As(err, &refused) {
			return refused.reason
		}
	}
	return ""
}

// isMetadataName reports whether a host is the name of a cloud's metadata service. Such names
// resolve only within the cloud, so their addresses cannot be checked here.
func isMetadataName(host string) bool {
	switch host {
	case "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal":
		return true
	}
	return false
}

// oldIPv4 parses the other forms of inet_aton, which some resolvers accept as addresses:
// 0xa9fea9fe, 2852039166, 0251.0376.169.254. The last part may stand for several bytes.
func oldIPv4(host string) (netip.Addr, error) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, strconv.ErrSyntax
	}
	value := uint64(0)
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		n, err := strconv.ParseUint(part, 0, bits)
		if err != nil || strings.Contains(part, "_") {
			return netip.Addr{}, strconv.ErrSyntax
		}
		value = value<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), nil
}
