package engine

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"backchannel/storage"
)

// A shortage is a lack of resources of this process or machine: open files, local ports,
// memory, disk space for a receipt. It says nothing about an endpoint, so it does not count as an
// attempt or in a circuit breaker: deliveries wait, and continue on their own.

const (
	// While no attempt succeeds, the wait doubles from the first to the longest. A throttled
	// webhook may make one attempt more at a time after each recoverAfter.
	firstShortageWait = 100 * time.Millisecond
	maxShortageWait   = 2 * time.Second
	recoverAfter      = time.Second
	shortageOverAfter = 5 * time.Second // without another one
)

// shortage returns which resource is short if that is why an attempt failed, or "".
func shortage(err error, at phase) string {
	if resource := storage.Shortage(err); resource != "" {
		return resource
	}
	if noPort(err) {
		return "there is no free local port to connect from: too many connections were made in a short time, or the range is small (on Linux: sysctl net.ipv4.ip_local_port_range)"
	}
	// A resolver that cannot open a file or socket may return any error.
	var dns *net.DNSError
	if at == resolving || errors.As(err, &dns) {
		return outOfFiles()
	}
	return ""
}

// outOfFiles describes the shortage if no more files can be opened, or returns "".
func outOfFiles() string {
	file, err := os.Open(os.DevNull)
	if err != nil {
		return storage.Shortage(err)
	}
	_ = file.Close()
	return ""
}

// noPort reports whether a connection could not be made because no local port is free.
// EADDRNOTAVAIL may also mean that no local address can reach the remote one, which is not
// a shortage. A UDP socket then cannot connect either; connecting it sends nothing.
func noPort(err error) bool {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" || op.Addr == nil {
		return false
	}
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EADDRINUSE):
		return true
	case !errors.Is(err, syscall.EADDRNOTAVAIL):
		return false
	}
	probe, err := net.Dial("udp", op.Addr.String()) //nolint:noctx // it neither sends nor waits
	if err != nil {
		return false
	}
	_ = probe.Close()
	return true
}
