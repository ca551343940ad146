package engine

import (
	"encoding/binary"
	"net/netip"
)

// An embedding is a form of IPv6 address that contains IPv4 addresses, to which a router or
// translator may forward the packets.
type embedding struct {
	prefix string
	find   func(b [16]byte) []netip.Addr
}

func embeddings() []embedding {
	return []embedding{
		{"::/96", v4At(12)},            // IPv4-compatible (RFC 4291 §2.5.5.1)
		{"::ffff:0:0:0/96", v4At(12)},  // IPv4-translated (RFC 2765 §2.1)
		{"64:ff9b::/96", v4At(12)},     // NAT64 (RFC 6052 §2.1)
		{"64:ff9b:1::/48", localNAT64}, // NAT64 within a network (RFC 8215)
		{"2002::/16", v4At(2)},         // 6to4 (RFC 3056 §2)
		{"2001::/32", teredo},          // RFC 4380 §4
		{"::/0", isatap},               // RFC 5214 §6.1
	}
}

// embedded returns the IPv4 addresses that an IPv6 address may contain, except for an
// IPv4-mapped one, which netip.Addr.Unmap returns.
func embedded(addr netip.Addr) (found []netip.Addr) {
	addr = addr.WithZone("")
	if !addr.Is6() || addr.Is4In6() || addr.IsUnspecified() || addr.IsLoopback() {
		return nil
	}
	for _, e := range embeddings() {
		if netip.MustParsePrefix(e.prefix).Contains(addr) {
			found = append(found, e.find(addr.As16())...)
		}
	}
	return found
}

// v4At returns a function that reads the IPv4 address at byte i.
func v4At(i int) func([16]byte) []netip.Addr {
	return func(b [16]byte) []netip.Addr { return []netip.Addr{netip.AddrFrom4([4]byte(b[i : i+4]))} }
}

// teredo returns the server's address and the client's, whose bits are inverted.
func teredo(b [16]byte) []netip.Addr {
	var client [4]byte
	binary.BigEndian.PutUint32(client[:], ^binary.BigEndian.Uint32(b[12:]))
	return []netip.Addr{netip.AddrFrom4([4]byte(b[4:8])), netip.AddrFrom4(client)}
}

// isatap recognizes the interface identifier, which may have any prefix.
func isatap(b [16]byte) []netip.Addr {
	if id := binary.BigEndian.Uint32(b[8:]); id != 0x00005efe && id != 0x02005efe {
		return nil
	}
	return v4At(12)(b)
}

// localNAT64 returns the address at each position that RFC 6052 §2.2 allows, because the
// length of a local prefix is not known. If the first byte at a position is zero, the
// prefix is longer, unless it is the last position.
func localNAT64(b [16]byte) (found []netip.Addr) {
	for _, place := range [][4]byte{
		{b[6], b[7], b[9], b[10]},
		{b[7], b[9], b[10], b[11]},
		{b[9], b[10], b[11], b[12]},
		{b[12], b[13], b[14], b[15]},
	} {
		if place[0] != 0 {
			found = append(found, netip.AddrFrom4(place))
		}
	}
	if found == nil {
		return v4At(12)(b)
	}
	return found
}
