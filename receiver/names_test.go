package receiver

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseHost(t *testing.T) {
	long := strings.Repeat("a", maxLabel)
	for text, want := range map[string]string{
		"endpoint.test":       "endpoint.test",
		" Endpoint.Test. ":    "endpoint.test",
		"my_service":          "my_service",
		"xn--mnchen-3ya.test": "xn--mnchen-3ya.test",
		"192.168.1.7":         "192.168.1.7",
		"FD00::0:1":           "fd00::1",
		"[fd00::1]":           "fd00::1",
		"::ffff:10.0.0.1":     "10.0.0.1",
		long + ".test":        long + ".test",

		"":                               "! is empty",
		" ":                              "! is empty",
		".":                              "! is empty",
		"endpoint.test:9443":             "! has a port",
		"[fd00::1]:9443":                 "! has a port",
		"192.168.1.7:9443":               "! has a port",
		"https://endpoint.test":          "! is a URL",
		"endpoint.test/":                 "! is a URL",
		"a.test b.test":                  "! give each name",
		"*.endpoint.test":                "! is a wildcard",
		"münchen.test":                   "! xn--mnchen-3ya.test",
		"fe80::1%eth0":                   "! omit %eth0",
		"0.0.0.0":                        "! use it with --listen",
		"[::]":                           "! use it with --listen",
		"224.0.0.1":                      "! multicast",
		"192.168.1":                      "! looks like an address",
		"192.168.1.256":                  "! looks like an address",
		"a..test":                        "! empty part",
		"-a.test":                        "! hyphen",
		"a!.test":                        "! contains '!'",
		"[fd00::1":                       "! contains '['",
		"a" + long:                       "! has a part of 64",
		strings.Repeat("a.", 127) + "aa": "! has 256 characters",
	} {
		got, err := ParseHost(text)
		if reason, refused := strings.CutPrefix(want, "! "); refused {
			if err == nil || !strings.Contains(err.Error(), reason) {
				t.Errorf("%q: got %q, %v; want an error with %q", text, got, err, reason)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for _, test := range []struct {
		listen string
		hosts  []string
		want   string
	}{
		{"127.0.0.1:9443", nil, "https://127.0.0.1:9443"},
		{"127.0.0.1:9443", []string{"endpoint.test"}, "https://127.0.0.1:9443"},
		{"0.0.0.0:9443", []string{"endpoint.test", "10.0.0.1"}, "https://endpoint.test:9443"},
		{":9443", []string{"fd00::1"}, "https://[fd00::1]:9443"},
		{"[fe80::1%eth0]:9443", nil, "https://[fe80::1%25eth0]:9443"},
		{"Box.test:443", nil, "https://box.test:443"},
		{"127.0.0.1:0", nil, ""},
	} {
		if got := BaseURL(test.listen, test.hosts); got != test.want {
			t.Errorf("%s, hosts %v: got %q, want %q", test.listen, test.hosts, got, test.want)
		}
	}
	if got := BaseURL("0.0.0.0:9443", nil); strings.Contains(got, "0.0.0.0") {
		t.Errorf("got %s, to which no sender can connect", got)
	}
}

func TestNamesOfAReceiverThatListensOnEveryAddress(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Skip(err)
	}
	all, ipv4Only := newServerNames("::", []string{"localhost", "endpoint.test", "endpoint.test"}).all(), newServerNames("0.0.0.0", nil).all()
	for _, address := range addresses {
		ip := address.(*net.IPNet).IP
		if !slices.Contains(all, ip.String()) {
			t.Errorf("%s is not among %v", ip, all)
		}
		if isIPv6 := ip.To4() == nil && !ip.IsLoopback(); isIPv6 && slices.Contains(ipv4Only, ip.String()) {
			t.Errorf("%s is among %v", ip, ipv4Only)
		}
	}
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("got a name twice: %v", all)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		if names := newServerNames(host, nil).all(); len(names) != 3 {
			t.Errorf("%s: got %v, want 3 names", host, names)
		}
	}
	if names := newServerNames("fe80::1%eth0", nil).all(); !slices.Contains(names, "fe80::1") {
		t.Errorf("fe80::1, without its zone, is not among %v", names)
	}
}

// reached is a connection to one of the machine's addresses.
type reached struct {
	net.Conn
	at net.IP
}

func (r reached) LocalAddr() net.Addr { return &net.TCPAddr{IP: r.at} }

func TestLeafIsReplacedForANewAddress(t *testing.T) {
	ca, names := newTestCA(t), []string{"localhost"}
	l := newLeaf(ca, func() []string { return names }, time.Now)
	at := func(ip string) *x509.Certificate {
		pair, err := l.get(&tls.ClientHelloInfo{Conn: reached{at: net.ParseIP(ip)}})
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf
	}
	first := at("10.0.0.1")
	if at("10.0.0.1") != first {
		t.Error("the leaf was replaced by one with the same names")
	}
	names = append(names, "10.0.0.1")
	fresh := at("10.0.0.1")
	if err := fresh.VerifyHostname("10.0.0.1"); err != nil {
		t.Error(err)
	}
	if _, err := fresh.Verify(x509.VerifyOptions{Roots: ca.Pool()}); err != nil {
		t.Errorf("the authority has changed: %v", err)
	}
	if at("10.0.0.1") != fresh {
		t.Error("the leaf was replaced although it has the address")
	}
}

func TestCertificateIsValidForEveryName(t *testing.T) {
	g := newRig(t, func(cfg *Config, _ *Store) {
		cfg.Listen, cfg.Hosts = "0.0.0.0:0", []string{"endpoint.test"}
	})
	if want := "https://endpoint.test:"; !strings.HasPrefix(g.URL(), want) {
		t.Errorf("got the URL %s, want %s…", g.URL(), want)
	}
	for _, name := range g.Names() {
		conn, err := tls.Dial("tcp", g.Address(), &tls.Config{RootCAs: g.ca.Pool(), ServerName: name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		conn.Close()
	}
}
