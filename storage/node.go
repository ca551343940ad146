package storage

import (
	"slices"
	"strconv"
	"time"
)

// A Node is a process that delivers and receives. A store on one machine has at most one, which
// is the leader of the processes there; one that many machines share has any number.
type Node struct {
	Runtime
	Alive   bool
	HeartbeatAt time.Time // when it last said that it lives; zero: its store knows without being told
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

// A Server is what keeps the database that several machines share.
type Server struct {
	Version string        // of its program
	Latency time.Duration // of a question and its answer
	Durable bool          // a commit is on its disk before it is acknowledged
	Standby bool          // and on that of another machine
	Behind  time.Duration // how far this machine's clock is behind the server's, if it differs
}
