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

// ParseHost checks a name or an address by which the receiver is reached, and answers it as
// certificates have it: lower case, without brackets and final dot.
func ParseHost(text string) (string, error) {
	host := strings.TrimSpace(text)
	if ip, zone, isAddress := parseAddress(host); isAddress {
		switch {
		case zone != "":
			return "", fmt.Errorf("%q has a zone, which means something on this machine alone; leave %%%s out", text, zone)
		case ip.IsUnspecified():
			return "", fmt.Errorf("%q is every address and none that can be called; --listen takes it, --host takes the names and addresses that senders use", text)
		case ip.IsMulticast():
			return "", fmt.Errorf("%q is a multicast address; give one that senders can connect to", text)
		}
		return ip.String(), nil
	}
	if reason := notName(host); reason != "" {
		return "", fmt.Errorf("%q %s", text, reason)
	}
	return strings.ToLower(strings.TrimSuffix(host, ".")), nil
}

// parseAddress reads an address, which may stand in brackets and have a zone.
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

// notName says why a text is not a host name, and what to give instead.
func notName(text string) string {
	host := strings.TrimSuffix(text, ".")
	switch {
	case host == "":
		return "is empty; give a name or an address"
	case strings.Contains(host, "://") || strings.ContainsAny(host, "/?#@"):
		return "is a URL or part of one; give the name or the address in it alone"
	case hasPort(host):
		return "has a port; leave it out, --listen says the port"
	case strings.ContainsAny(host, " ,\t"):
		return "holds a space or a comma; give each name with a --host of its own"
	case strings.Contains(host, "*"):
		return "is a wildcard, which nobody can call; give each name with a --host of its own"
	case strings.ContainsFunc(host, func(r rune) bool { return r > 127 }):
		return notASCII(host)
	}
	for label := range strings.SplitSeq(host, ".") {
		if reason := notLabel(label); reason != "" {
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

func hasPort(host string) bool {
	_, port, err := net.SplitHostPort(host)
	return err == nil && strings.Trim(port, "0123456789") == ""
}

// notASCII gives the form in which a name of another script stands in certificates.
func notASCII(host string) string {
	if encoded, err := idna.Lookup.ToASCII(host); err == nil {
		return "is not ASCII; certificates have it as " + encoded + " (RFC 5891), give that"
	}
	return "is neither a host name nor an address"
}

func notLabel(label string) string {
	odd := strings.IndexFunc(label, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
	switch {
	case label == "":
		return "has an empty part between dots"
	case odd >= 0:
		return fmt.Sprintf("holds %q; a host name has letters, digits, hyphens and dots", label[odd])
	case len(label) > maxLabel:
		return fmt.Sprintf("has a part of %d characters; each has %d at most (RFC 1035 §2.3.4)", len(label), maxLabel)
	case label[0] == '-' || label[len(label)-1] == '-':
		return "has a part that begins or ends with a hyphen"
	}
	return ""
}

// A reach is by which names and addresses the receiver can be reached.
type reach struct {
	listen string   // the host of --listen, without its zone
	hosts  []string // as ParseHost answers them
	first  string   // the host of the receiver's URL
}

func newReach(listen string, hosts []string) reach {
	if ip, _, ok := parseAddress(listen); ok {
		listen = ip.String()
	}
	r := reach{listen: strings.ToLower(listen), hosts: hosts}
	switch {
	case !wildcard(listen):
		r.first = r.listen
	case len(hosts) > 0:
		r.first = hosts[0]
	default:
		r.first = outwards(r.own())
	}
	return r
}

// names are all of them, each once, as they are now: addresses come and go.
func (r reach) names() (all []string) {
	more := append([]string{"localhost", "127.0.0.1", "::1", r.first}, r.hosts...)
	if wildcard(r.listen) {
		more = append(more, r.own()...)
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

// own are the machine's addresses at which a receiver that listens everywhere is reached.
// 0.0.0.0 is every IPv4 address and no other.
func (r reach) own() (all []string) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, address := range found {
		network, ok := address.(*net.IPNet)
		if !ok || r.listen == "0.0.0.0" && network.IP.To4() == nil {
			continue
		}
		all = append(all, network.IP.String())
	}
	return all
}

func hostname() (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", err
	}
	if notName(name) != "" {
		return "", errors.New("the machine's name is not a host name")
	}
	return strings.ToLower(name), nil
}

// outwards chooses the address by which others most likely reach this machine: an IPv4 one
// if there is any.
func outwards(addresses []string) string {
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

// BaseURL is where a receiver that listens on HOST:PORT can be called, given the further
// hosts that it is reached by. It is empty when any free port would do.
func BaseURL(listen string, hosts []string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return ""
	}
	return baseURL(host, port, hosts)
}

// baseURL has the zone of a link-local address, without which nobody can call it.
func baseURL(host, port string, hosts []string) string {
	shown := newReach(host, hosts).first
	if ip, zone, ok := parseAddress(host); ok && zone != "" {
		shown = ip.String() + "%25" + zone // RFC 6874 §2
	}
	return "https://" + net.JoinHostPort(shown, port)
}

// dialable is the address at which a listener is reached on this machine.
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
