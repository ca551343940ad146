package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A network belongs to one test. Its hosts are network namespaces that are connected to a switch in
// another namespace. It ends with the process of the test, however that ends.
type network struct {
	*testing.T

	hub   *host // has the switch
	hosts int
}

// A host is a network namespace in which a test runs processes and listeners.
type host struct {
	*network

	namespace *os.File
	address   string
	port      string // the name of its port at the switch
}

// The addresses are reserved for documentation (RFC 5737, section 3), so no other host has one.
const hubAddress = "198.51.100.1"

// newNetwork returns a network with only the hub. It needs root.
func newNetwork(t *testing.T) *network {
	t.Helper()
	_, err := exec.LookPath("ip")
	switch {
	case os.Geteuid() != 0:
		t.Skip("only root may create network namespaces; run the tests as root")
	case err != nil && os.Getenv("CI") != "":
		t.Fatal("ip is not in PATH; install Debian's package iproute2")
	case err != nil:
		t.Skip("ip is not in PATH; install Debian's package iproute2")
	}
	n := &network{T: t}
	n.hub = n.newHost(hubAddress)
	n.hub.ip("link", "add", "name", "switch", "type", "bridge")
	n.hub.ip("link", "set", "switch", "up")
	n.hub.ip("address", "add", hubAddress+"/24", "dev", "switch")
	return n
}

// newHost creates a namespace. It skips the test on a machine that does not let root create one.
func (n *network) newHost(address string) *host {
	n.Helper()
	h := &host{network: n, address: address}
	var err error
	onThread(func() {
		if err = unix.Unshare(unix.CLONE_NEWNET); err == nil {
			h.namespace, err = os.Open("/proc/thread-self/ns/net")
		}
	})
	if err != nil && os.Getenv("CI") == "" {
		n.Skipf("this machine does not allow network namespaces: %v", err)
	}
	if err != nil {
		n.Fatal(err)
	}
	n.Cleanup(func() { h.namespace.Close() })
	h.ip("link", "set", "lo", "up")
	return h
}

// host adds a host that is connected to the switch.
func (n *network) host() *host {
	n.Helper()
	n.hosts++
	h := n.newHost(fmt.Sprintf("198.51.100.%d", 1+n.hosts))
	h.port = fmt.Sprintf("port%d", n.hosts)
	n.hub.ipWith(h.namespace, "link", "add", "name", h.port, "type", "veth", "peer", "name", "eth0", "netns", "/proc/self/fd/3")
	n.hub.ip("link", "set", h.port, "master", "switch", "up")
	h.ip("address", "add", h.address+"/24", "dev", "eth0")
	h.plug()
	return h
}

// dropPackets makes the network silently drop all packets from and to the host.
func (h *host) dropPackets() { h.hub.ip("link", "set", h.port, "nomaster") }

// passPackets undoes dropPackets.
func (h *host) passPackets() { h.hub.ip("link", "set", h.port, "master", "switch") }

// unplug removes the host's link, which the host notices.
func (h *host) unplug() { h.ip("link", "set", "eth0", "down") }

// plug undoes unplug.
func (h *host) plug() { h.ip("link", "set", "eth0", "up") }

func (h *host) ip(args ...string) { h.Helper(); h.ipWith(nil, args...) }

// ipWith runs the program ip on the host, with a file as its descriptor 3.
func (h *host) ipWith(file *os.File, args ...string) {
	h.Helper()
	cmd := exec.Command("ip", args...)
	if file != nil {
		cmd.ExtraFiles = []*os.File{file}
	}
	var out lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := h.do(cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		h.Fatalf("%v: %v: %s", cmd.Args, err, out.String())
	}
}

// do runs a function on the host: its listeners, connections and processes are in the host's
// namespace.
func (h *host) do(f func() error) (err error) {
	onThread(func() {
		if err = unix.Setns(int(h.namespace.Fd()), unix.CLONE_NEWNET); err == nil {
			err = f()
		}
	})
	return err
}

// onThread runs a function on a thread that ends with it, and waits for that.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		f()
	}()
	<-done
}

// start starts a process on the host.
func (h *host) start(cmd *exec.Cmd) error { return h.do(cmd.Start) }

// dial connects from the host to an IP address.
func (h *host) dial(ctx context.Context, kind, address string) (conn net.Conn, err error) {
	err = h.do(func() error {
		conn, err = new(net.Dialer).DialContext(ctx, kind, address)
		return err
	})
	return conn, err
}

// listen listens on the host.
func (h *host) listen(address string) net.Listener {
	h.Helper()
	var listener net.Listener
	err := h.do(func() (err error) {
		listener, err = net.Listen("tcp", address)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { listener.Close() })
	return listener
}
