package engine

import (
	"context"
	"errors"
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	const always, whenBlocked, allowed = "always", "when private ones are blocked", "never"
	for addr, refused := range map[string]string{
		"0.0.0.0": always, "::": always, "::ffff:0.0.0.0": always,
		"169.254.0.1": always, "169.254.169.254": always, "fe80::1": always, "fe80::1%eth0": always,
		"::ffff:169.254.169.254": always, "fd00:ec2::254": always, "fd20:ce::254": always,
		"100.100.100.200": always, "168.63.129.16": always, "::ffff:168.63.129.16": always,
		"224.0.0.1": always, "239.1.2.3": always, "ff02::1": always, "ff05::2": always,
		"64:ff9b::a9fe:a9fe": always, "64:ff9b::": always, "64:ff9b::6464:64c8": always,
		"64:ff9b:1::a9fe:a9fe": always, "64:ff9b:1:a9fe:a9:fe00::": always, "64:ff9b:1:0:a9:fea9:fe00:0": always,
		"64:ff9b:1:a9:fe:a9fe::": always, "64:ff9b:1::": always,
		"2002:a9fe:a9fe::": always, "2002:a9fe:a9fe::1": always, "2002:e000:1::": always, "2002::1": always,
		"0.1.2.3": always, "192.0.0.192": always, "240.0.0.1": always, "255.255.255.255": always, "255.255.255.254": always,
		"::169.254.169.254": always, "::ffff:0:169.254.169.254": always, "::255.255.255.255": always, "::0.0.0.2": always,
		"2001:0:808:808::5601:5601": always, "2001:0:a9fe:a9fe::f7f7:f7f7": always, // Teredo: the client, the server
		"2001:db8::5efe:a9fe:a9fe": always, "2001:db8::200:5efe:a9fe:a9fe": always, "fd00:c1::a9fe:a9fe": always,
		"64:ff9b:1::0.1.2.3": always, "64:ff9b::192.0.0.192": always, "2002:f000:1::": always, "::ffff:240.1.2.3": always,
		"198.18.0.1": whenBlocked, "198.19.255.255": whenBlocked, "::10.0.0.1": whenBlocked, "::ffff:0:127.0.0.1": whenBlocked,
		"2001:0:808:808::80ff:fffe": whenBlocked, "2001:db8::5efe:c0a8:101": whenBlocked, "fec0::1": whenBlocked, "64:ff9b::198.18.0.1": whenBlocked,
		"198.17.0.1": allowed, "198.20.0.1": allowed, "192.0.0.191": allowed, "::8.8.8.8": allowed, "::ffff:0:8.8.8.8": allowed, "239.255.255.255": always, "1.0.0.0": allowed,
		"2001:0:808:808::f7f7:f7f7": allowed, "2001:db8::5efe:808:808": allowed, "2001:1::a9fe:a9fe": allowed, "2001:db8::a9fe:a9fe": allowed,
		"127.0.0.1": whenBlocked, "127.9.9.9": whenBlocked, "::1": whenBlocked, "::ffff:127.0.0.1": whenBlocked,
		"10.0.0.1": whenBlocked, "172.16.0.1": whenBlocked, "192.168.1.1": whenBlocked, "fd12::1": whenBlocked,
		"100.64.0.1": whenBlocked, "100.127.255.255": whenBlocked, "::ffff:100.64.0.1": whenBlocked,
		"64:ff9b::7f00:1": whenBlocked, "64:ff9b:1::a00:1": whenBlocked, "2002:a00:1::": whenBlocked,
		"8.8.8.8": allowed, "100.63.0.1": allowed, "100.128.0.1": allowed, "172.32.0.1": allowed,
		"168.63.129.17": allowed, "2001:4860:4860::8888": allowed, "64:ff9b::808:808": allowed,
		"64:ff9b:1::808:808": allowed, "2002:808:808::": allowed, "::ffff:8.8.8.8": allowed,
	} {
		for _, block := range []bool{false, true} {
			want := refused == always || block && refused == whenBlocked
			if got := (guard{blockPrivate: block}).check(netip.MustParseAddr(addr)) != nil; got != want {
				t.Errorf("%s, private ones blocked %t: got refused %t, want %t", addr, block, got, want)
			}
		}
	}
}

func TestGuardControl(t *testing.T) {
	var refused *refusal
	err := guard{}.control(context.Background(), "tcp6", "[fe80::1%lo]:443", nil)
	if !errors.As(err, &refused) || refused.Error() != "refused to connect to fe80::1%lo: it is link-local" {
		t.Errorf("got %v", err)
	}
	if err := (guard{}).control(context.Background(), "tcp4", "127.0.0.1:443", nil); err != nil {
		t.Error(err)
	}
	if err := (guard{}).control(context.Background(), "unix", "/run/x", nil); err == nil {
		t.Error("the guard allows what is not an IP address")
	}
}
