package engine

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// A refusal is the guard's error for an address that must not be connected to.
type refusal struct {
	addr   netip.Addr
	reason string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("refused to connect to %s: %s", r.addr, r.reason)
}

// A guard refuses connections to addresses at which no webhook can be. It checks the address
// right before connecting, so that a host name that resolves differently the second time
// (DNS rebinding) cannot bypass it.
type guard struct {
	blockPrivate bool // loopback and private networks, too
}

// control implements net.Dialer.ControlContext, which is called with the resolved address for
// each connection that is tried.
func (g guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read address to connect to: %w", err)
	}
	return g.check(target.Addr())
}

// check checks an address and every IPv4 address that is embedded in it.
func (g guard) check(addr netip.Addr) error {
	for _, a := range append(embedded(addr), addr.Unmap()) {
		if reason := g.objection(a.WithZone("")); reason != "" {
			return &refusal{addr: addr, reason: reason}
		}
	}
	return nil
}

// An addressRange is a block of refused addresses.
type addressRange struct {
	prefix  string
	reason  string
	private bool // refused only if private addresses are
}

// refusedRanges returns the special-purpose addresses of IANA's registries (RFC 6890) and
// the addresses that clouds publish for their metadata services.
func refusedRanges() []addressRange {
	const metadata = "a cloud's metadata service answers there"
	return []addressRange{
		{"0.0.0.0/32", "it is the unspecified address", false},
		{"0.0.0.0/8", "it means this network, not a host (RFC 791 §3.2)", false},
		{"169.254.0.0/16", metadata, false},     // AWS, Azure, Google and others; link-local (RFC 3927)
		{"100.100.100.200/32", metadata, false}, // Alibaba
		{"168.63.129.16/32", metadata, false},   // Azure
		{"192.0.0.192/32", metadata, false},     // Oracle
		{"224.0.0.0/4", "it is a multicast address", false},
		{"255.255.255.255/32", "it is the broadcast address (RFC 919)", false},
		{"240.0.0.0/4", "it is reserved (RFC 1112 §4)", false},
		{"::/128", "it is the unspecified address", false},
		{"fd00:ec2::254/128", metadata, false},      // AWS
		{"fd20:ce::254/128", metadata, false},       // Google
		{"fd00:c1::a9fe:a9fe/128", metadata, false}, // Oracle
		{"fe80::/10", "it is link-local", false},
		{"ff00::/8", "it is a multicast address", false},
		{"127.0.0.0/8", "it is a loopback address, and private ones are blocked", true},
		{"::1/128", "it is a loopback address, and private ones are blocked", true},
		{"10.0.0.0/8", "it is a private address, and these are blocked", true},     // RFC 1918
		{"172.16.0.0/12", "it is a private address, and these are blocked", true},  // RFC 1918
		{"192.168.0.0/16", "it is a private address, and these are blocked", true}, // RFC 1918
		{"100.64.0.0/10", "it is a private address, and these are blocked", true},  // carrier-grade NAT (RFC 6598)
		{"198.18.0.0/15", "it is for benchmarks within a network (RFC 2544), and private addresses are blocked", true},
		{"fc00::/7", "it is a private address, and these are blocked", true},  // RFC 4193
		{"fec0::/10", "it is a private address, and these are blocked", true}, // site-local (RFC 3879)
	}
}

// objection returns why an address must not be connected to, or "".
func (g guard) objection(a netip.Addr) string {
	for _, r := range refusedRanges() {
		if (g.blockPrivate || !r.private) && netip.MustParsePrefix(r.prefix).Contains(a) {
			return r.reason
		}
	}
	return ""
}
