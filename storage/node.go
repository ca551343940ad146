package storage

import (
	"slices"
	"strconv"
	"time"
)

// A Node is a process that delivers and receives. A store on one machine has at most one node, the
// leader of the processes there. A store that several machines share has any number.
type Node struct {
	Runtime
	Alive       bool
	HeartbeatAt time.Time // its last heartbeat; zero: the store knows without heartbeats whether it is alive
}

// String names the machine and the process.
func (n Node) String() string { return n.Name + "/" + strconv.Itoa(n.PID) }

// Shared reports whether nodes are of a store that many machines share.
func Shared(nodes []Node) bool {
	return slices.ContainsFunc(nodes, func(n Node) bool { return !n.HeartbeatAt.IsZero() })
}

// Alive returns the nodes that are alive.
func Alive(nodes []Node) (alive []Node) {
	for _, n := range nodes {
		if n.Alive {
			alive = append(alive, n)
		}
	}
	return alive
}

// A Server describes the server of a database that several machines share.
type Server struct {
	Version string        // of the server's software
	Latency time.Duration // of a query
	Durable bool          // a commit is on its disk before it is acknowledged
	Standby bool          // and on the disk of another machine
	Behind  time.Duration // how far this machine's clock is behind the server's, if it differs
}
