package engine

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// forms returns each form of IPv6 address that leads to an IPv4 address.
func forms(v4 [4]byte, random func() byte) map[string][16]byte {
	a, b, c, d := v4[0], v4[1], v4[2], v4[3]
	r := random
	found := map[string][16]byte{
		"IPv4-mapped":     {10: 0xff, 11: 0xff, 12: a, b, c, d},
		"IPv4-compatible": {12: a, b, c, d},
		"IPv4-translated": {8: 0xff, 9: 0xff, 12: a, b, c, d},
		"NAT64":           {0, 0x64, 0xff, 0x9b, 12: a, b, c, d},
		"local NAT64":     {0, 0x64, 0xff, 0x9b, 0, 1, 12: a, b, c, d},
		"6to4":            {0x20, 2, a, b, c, d, r(), r(), r(), r(), r(), r(), r(), r(), r(), r()},
		"Teredo client":   {0x20, 1, 0, 0, r(), r(), r(), r(), r(), r(), r(), r(), ^a, ^b, ^c, ^d},
		"Teredo server":   {0x20, 1, 0, 0, a, b, c, d, r(), r(), r(), r(), r(), r(), r(), r()},
		"ISATAP":          {0x20, 1, 0x0d, 0xb8, r(), r(), r(), r(), 0, 0, 0x5e, 0xfe, a, b, c, d},
		"ISATAP, global":  {0x20, 1, 0x0d, 0xb8, r(), r(), r(), r(), 2, 0, 0x5e, 0xfe, a, b, c, d},
	}
	if a != 0 { // if it is zero, the guard assumes a prefix of another length
		found["local NAT64 /96"] = [16]byte{0, 0x64, 0xff, 0x9b, 0, 1, r(), r(), 0, r(), r(), r(), a, b, c, d}
		found["local NAT64 /48"] = [16]byte{0, 0x64, 0xff, 0x9b, 0, 1, a, b, 0, c, d, r(), r(), r(), r(), r()}
		found["local NAT64 /56"] = [16]byte{0, 0x64, 0xff, 0x9b, 0, 1, r(), a, 0, b, c, d, r(), r(), r(), r()}
		found["local NAT64 /64"] = [16]byte{0, 0x64, 0xff, 0x9b, 0, 1, r(), r(), 0, a, b, c, d, r(), r(), r()}
	}
	return found
}

// within returns the address in an IPv4 prefix that has these bits.
func within(prefix netip.Prefix, bits uint32) [4]byte {
	v4 := prefix.Masked().Addr().As4()
	for i := range 32 - prefix.Bits() {
		v4[3-i/8] |= byte(bits>>i&1) << (i % 8)
	}
	return v4
}

// FuzzGuard checks that the guard refuses every form of a refused address.
func FuzzGuard(f *testing.F) {
	for i := range uint64(8) {
		f.Add(uint32(i)*0x12345679, i)
	}
	f.Add(^uint32(0), uint64(0))
	f.Fuzz(func(t *testing.T, bits uint32, seed uint64) {
		random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // need not be secret
		for _, refused := range refusedRanges() {
			prefix := netip.MustParsePrefix(refused.prefix)
			if !prefix.Addr().Is4() {
				continue
			}
			for form, raw := range forms(within(prefix, bits), func() byte { return byte(random.Uint32()) }) {
				addr := netip.AddrFrom16(raw)
				for _, zoned := range []netip.Addr{addr, addr.WithZone("eth0")} {
					if (guard{blockPrivate: true}).check(zoned) == nil || !refused.private && (guard{}).check(zoned) == nil {
						t.Errorf("the guard allows %s, which is in %s (%s)", zoned, prefix, form)
					}
				}
			}
		}
	})
}
