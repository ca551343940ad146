package weburl

import (
	"fmt"
	"net"
	"strconv"
)

// SplitAddress returns the host and the port of an address to listen on, HOST:PORT. Port 0
// stands for any free one. The error suggests the example.
func SplitAddress(address, example string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", fmt.Errorf("%q is not HOST:PORT; use %s, say", address, example)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", "", fmt.Errorf("port %q is not a valid port; use 0 to 65535", port)
	}
	return host, port, nil
}

// IsThisMachine reports whether a connection to a host stays on this machine, judging by
// the text of the host alone: no name is resolved. Besides loopback hosts these are the unspecified addresses, 0.0.0.0
// and ::, which connect to the local machine on Linux and macOS.
func IsThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return isLoopback(host) || ip != nil && ip.IsUnspecified()
}
