package receiver

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// The bounds of a host name (RFC 1035 §2.3.4).
const (
	maxName  = 253
	maxLabel = 63
)

// ParseHost checks a name or an address under which senders reach the receiver, and returns it in
// the form used in certificates: in lower case, without brackets or a final dot.
func ParseHost(text string) (string, error) {
	host := strings.TrimSpace(text)
	if ip, zone, isAddress := parseAddress(host); isAddress {
		switch {
		case zone != "":
			return "", fmt.Errorf("%q has a zone, which has a meaning only on this machine; omit %%%s", text, zone)
		case ip.IsUnspecified():
			return "", fmt.Errorf("%q stands for every address, so no sender can connect to it; use it with --listen, and give --host a name or an address that senders use", text)
		case ip.IsMulticast():
			return "", fmt.Errorf("%q is a multicast address; give one that senders can connect to", text)
		}
		return ip.String(), nil
	}
	if reason := hostNameProblem(host); reason != "" {
		return "", fmt.Errorf("%q %s", text, reason)
	}
	return strings.ToLower(strings.TrimSuffix(host, ".")), nil
}

// parseAddress parses an address, which may be in brackets and have a zone.
func parseAddress(text string) (ip netip.Addr, zone string, ok bool) {
	if inner, cut := strings.CutPrefix(text, "["); cut {
		text, cut = strings.CutSuffix(inner, "]")
		if !cut || !strings.Contains(text, ":") {
			return ip, "", false
		}
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return ip, "", false
	}
	return ip.WithZone("").Unmap(), ip.Zone(), true
}

// hostNameProblem returns why text is not a host name and what to give instead, or "".
func hostNameProblem(text string) string {
	host := strings.TrimSuffix(text, ".")
	switch {
	case host == "":
		return "is empty; give a name or an address"
	case strings.Contains(host, "://") || strings.ContainsAny(host, "/?#@"):
		return "is a URL or part of one; give only its name or address"
	case hasPort(host):
		return "has a port; omit it: --listen sets the port"
	case strings.ContainsAny(host, " ,\t"):
		return "contains a space or a comma; give each name with a --host of its own"
	case strings.Contains(host, "*"):
		return "is a wildcard, which no sender can connect to; give each name with a --host of its own"
	case strings.ContainsFunc(host, func(r rune) bool { return r > 127 }):
		return nonASCIIProblem(host)
	}
	for label := range strings.SplitSeq(host, ".") {
		if reason := labelProblem(label); reason != "" {
			return reason
		}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case len(host) > maxName:
		return fmt.Sprintf("has %d characters; a host name has %d at most (RFC 1035 §2.3.4)", len(host), maxName)
	case strings.Trim(last, "0123456789") == "":
		return "looks like an address but is not one; an IPv4 address is four numbers from 0 to 255, such as 192.168.1.7"
	}
	return ""
}

// hasPort reports whether a host is followed by a port.
func hasPort(host string) bool {
	_, port, err := net.SplitHostPort(host)
	return err == nil && strings.Trim(port, "0123456789") == ""
}

// nonASCIIProblem returns the ASCII form in which certificates have a name in another
// script.
func nonASCIIProblem(host string) string {
	if encoded, err := idna.Lookup.ToASCII(host); err == nil {
		return "is not ASCII; give it as " + encoded + ", its form in certificates (RFC 5891)"
	}
	return "is neither a host name nor an address"
}

// labelProblem returns why a part of a host name between dots is not valid, or "". An underscore
// is not allowed by RFC 1123, but names with one are in use within networks.
func labelProblem(label string) string {
	odd := strings.IndexFunc(label, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
	switch {
	case label == "":
		return "has an empty part between dots"
	case odd >= 0:
		return fmt.Sprintf("contains %q; a host name has letters, digits, hyphens and dots", label[odd])
	case len(label) > maxLabel:
		return fmt.Sprintf("has a part of %d characters; each has %d at most (RFC 1035 §2.3.4)", len(label), maxLabel)
	case label[0] == '-' || label[len(label)-1] == '-':
		return "has a part that begins or ends with a hyphen"
	}
	return ""
}

// serverNames are the names and addresses under which senders can reach the receiver.
type serverNames struct {
	listen string   // the host of --listen, without its zone
	hosts  []string // in the form that ParseHost returns
	first  string   // the host of the receiver's URL
}

// newServerNames returns the names of a receiver that listens on a host. The host of its URL is the one
// it listens on. If it listens on every address, that is the first of hosts, or without any an address of
// the machine.
func newServerNames(listen string, hosts []string) serverNames {
	if ip, _, ok := parseAddress(listen); ok {
		listen = ip.String()
	}
	n := serverNames{listen: strings.ToLower(listen), hosts: hosts}
	switch {
	case !wildcard(listen):
		n.first = n.listen
	case len(hosts) > 0:
		n.first = hosts[0]
	default:
		n.first = preferredAddress(n.interfaceAddresses())
	}
	return n
}

// all returns all names and addresses, each once. It reads the machine's addresses each time, because
// they change.
func (n serverNames) all() (all []string) {
	more := append([]string{"localhost", "127.0.0.1", "::1", n.first}, n.hosts...)
	if wildcard(n.listen) {
		more = append(more, n.interfaceAddresses()...)
		if name, err := hostname(); err == nil {
			more = append(more, name)
		}
	}
	for _, name := range more {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// interfaceAddresses returns the machine's addresses, at which a receiver that listens on every address
// can be reached. 0.0.0.0 stands only for the IPv4 addresses.
func (n serverNames) interfaceAddresses() (all []string) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, address := range found {
		network, ok := address.(*net.IPNet)
		if !ok || n.listen == "0.0.0.0" && network.IP.To4() == nil {
			continue
		}
		all = append(all, network.IP.String())
	}
	return all
}

// hostname returns the machine's name if it can be in a certificate.
func hostname() (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", err
	}
	if hostNameProblem(name) != "" {
		return "", errors.New("the machine's name is not a host name")
	}
	return strings.ToLower(name), nil
}

// preferredAddress returns the address at which other machines most likely reach this one: an IPv4
// address if there is one.
func preferredAddress(addresses []string) string {
	best := "127.0.0.1"
	for _, text := range addresses {
		ip := net.ParseIP(text)
		if !ip.IsGlobalUnicast() {
			continue
		}
		if ip.To4() != nil {
			return text
		}
		if best == "127.0.0.1" {
			best = text
		}
	}
	return best
}

// BaseURL returns the URL of a receiver that listens on HOST:PORT and can also be reached under hosts.
// It returns "" if the port is 0, which stands for any free one.
func BaseURL(listen string, hosts []string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return ""
	}
	return baseURL(host, port, hosts)
}

// baseURL keeps the zone of a link-local address, without which nothing can connect to it.
func baseURL(host, port string, hosts []string) string {
	shown := newServerNames(host, hosts).first
	if ip, zone, ok := parseAddress(host); ok && zone != "" {
		shown = ip.String() + "%25" + zone // RFC 6874 §2
	}
	return "https://" + net.JoinHostPort(shown, port)
}

// dialable returns the address at which this machine reaches a listener.
func dialable(host, port string) string {
	switch {
	case !wildcard(host):
	case strings.Contains(host, ":"):
		host = "::1"
	default:
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
