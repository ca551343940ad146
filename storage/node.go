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
	HeardAt time.Time // when it last said that it lives; zero: its store knows without being told
}

// String names the machine and the process.
func (n Node) String() string { return n.Name + "/" + strconv.Itoa(n.PID) }

// Shared reports whether nodes are of a store that many machines share.
func Shared(nodes []Node) bool {
	return slices.ContainsFunc(nodes, func(n Node) bool { return !n.HeardAt.IsZero() })
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

// Total sums up what the nodes that are alive have counted. What waits is in the store that they
// share, so each of them knows all of it. Percentiles cannot be summed up, and are the worst.
func Total(nodes []Node) (total Snapshot) {
	for _, n := range Alive(nodes) {
		s := n.Snapshot
		total.Queued, total.Retrying, total.Parked = max(total.Queued, s.Queued), max(total.Retrying, s.Retrying), max(total.Parked, s.Parked)
		total.InFlight += s.InFlight
		total.Delivered += s.Delivered
		total.Failed += s.Failed
		total.Attempts += s.Attempts
		total.PerSecond += s.PerSecond
		total.DeliveredPerSecond += s.DeliveredPerSecond
		total.FailedPerSecond += s.FailedPerSecond
		total.P50, total.P95, total.P99 = max(total.P50, s.P50), max(total.P95, s.P95), max(total.P99, s.P99)
	}
	return total
}

// A Server is what keeps the database that several machines share.
type Server struct {
	Version string        // of its program
	Latency time.Duration // of a question and its answer
	Durable bool          // a commit is on its disk before it is acknowledged
	Standby bool          // and on that of another machine
}
