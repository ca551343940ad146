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

// maxLookup is how long a host is looked up that is not connected to.
const maxLookup = time.Second

// redirectRemedy offers the URL that an answer points to, if deliveries may go there.
func (ep *endpoint) redirectRemedy(ctx context.Context, location string) string {
	to, err := ep.target.Parse(location)
	if err != nil {
		return fmt.Sprintf("it points to %q, which is not a URL", clipped(location))
	}
	to.Fragment, to.RawFragment = "", "" // for whoever shows what is there (RFC 9110 §10.2.2)
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

// objectionToHost is the guard's to a host before it is connected to. A name that does not
// resolve in time is for the guard to judge, should it be used.
func (d *dialer) objectionToHost(ctx context.Context, host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii // a digit may have been written as another character that means it
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

// isMetadataName knows the names by which the metadata services of clouds are called,
// which resolve within those clouds alone.
func isMetadataName(host string) bool {
	switch host {
	case "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal":
		return true
	}
	return false
}

// oldIPv4 reads the forms of inet_aton, which some resolvers still take for addresses:
// 0xa9fea9fe, 2852039166, 0251.0376.169.254.
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
