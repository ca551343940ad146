package engine

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// A refusal is the guard's error: this address is never connected to.
type refusal struct {
	addr   netip.Addr
	reason string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("refused to connect to %s: %s", r.addr, r.reason)
}

// A guard keeps deliveries away from addresses that no webhook has business with. It
// sees the address that a connection is about to be made to, so that no DNS answer, be
// it the second one, gets around it.
type guard struct {
	blockPrivate bool // loopback and private networks, too
}

// Control is a net.Dialer's ControlContext by which connections that are no deliveries are
// kept away from the same addresses.
func Control(ctx context.Context, network, address string, conn syscall.RawConn) error {
	return guard{}.control(ctx, network, address, conn)
}

// control is a net.Dialer's ControlContext.
func (g guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read address to connect to: %w", err)
	}
	return g.check(target.Addr())
}

// check judges the address and every IPv4 address that it may lead to.
func (g guard) check(addr netip.Addr) error {
	for _, a := range append(embedded(addr), addr.Unmap()) {
		if reason := g.objection(a.WithZone("")); reason != "" {
			return &refusal{addr: addr, reason: reason}
		}
	}
	return nil
}

func (g guard) objection(a netip.Addr) string {
	switch {
	case a.IsUnspecified():
		return "it is the unspecified address"
	case isMetadata(a):
		return "a cloud's metadata service answers there"
	case a.IsLinkLocalUnicast():
		return "it is link-local"
	case a.IsMulticast():
		return "it is a multicast address"
	case !g.blockPrivate:
		return ""
	case a.IsLoopback():
		return "it is a loopback address, and private ones are blocked"
	case a.IsPrivate() || sharedAddressSpace().Contains(a):
		return "it is a private address, and these are blocked"
	}
	return ""
}

// isMetadata knows where clouds answer with credentials: all of 169.254.0.0/16, and the
// addresses of AWS, Google, Alibaba and Azure that are not link-local.
func isMetadata(a netip.Addr) bool {
	switch a.String() {
	case "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16":
		return true
	}
	return a.Is4() && a.IsLinkLocalUnicast()
}

// sharedAddressSpace is that of carrier-grade NAT (RFC 6598).
func sharedAddressSpace() netip.Prefix { return netip.MustParsePrefix("100.64.0.0/10") }

// embedded lists the IPv4 addresses that a translator may read out of an IPv6 address.
func embedded(addr netip.Addr) []netip.Addr {
	if !addr.Is6() || addr.Is4In6() {
		return nil
	}
	b := addr.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(addr.WithZone("")): // NAT64 (RFC 6052)
		return []netip.Addr{netip.AddrFrom4([4]byte(b[12:]))}
	case netip.MustParsePrefix("64:ff9b:1::/48").Contains(addr.WithZone("")): // local NAT64 (RFC 8215)
		return localNAT64(b)
	case netip.MustParsePrefix("2002::/16").Contains(addr.WithZone("")): // 6to4 (RFC 3056)
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	}
	return nil
}

// localNAT64 reads the address at each of the places where RFC 6052 §2.2 puts it,
// since the length of a local prefix cannot be known. Where there is nothing but
// zeros, a longer prefix is in use.
func localNAT64(b [16]byte) (found []netip.Addr) {
	for _, place := range [][4]byte{
		{b[6], b[7], b[9], b[10]},
		{b[7], b[9], b[10], b[11]},
		{b[9], b[10], b[11], b[12]},
		{b[12], b[13], b[14], b[15]},
	} {
		if place != [4]byte{} {
			found = append(found, netip.AddrFrom4(place))
		}
	}
	if found == nil {
		return []netip.Addr{netip.IPv4Unspecified()}
	}
	return found
}
