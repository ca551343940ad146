package river

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"backchannel/storage/postgres"
)

// staleAfter is the age of a node's list of live nodes beyond which it takes no more jobs. The
// others declare it dead after postgres.SilentFor and then use its shares, so it must stop earlier.
const staleAfter = 3 * time.Second

// A view is what a node knows about the others.
type view struct {
	living, before []int64 // now, and in the pass before
	// rejoins means that the others may have declared this node dead since the last pass.
	rejoins bool
	// unsure means that living includes silent nodes, because the database was unreachable and no
	// node could send a heartbeat.
	unsure bool
}

// A membership keeps which nodes are alive, and whether this one leads them.
type membership struct {
	leads atomic.Bool

	mu     sync.Mutex // guards the fields below
	living []int64
	seen   time.Time // when living was read
	steady time.Time // since when living has been readable again after an outage
}

// see returns what the node me knows now that it has read the nodes whose heartbeat is recent. After
// an outage of the database no heartbeat is recent, so for postgres.SilentFor see assumes that the
// nodes that were alive before still are.
func (m *membership) see(now time.Time, me int64, heard []int64) view {
	m.mu.Lock()
	defer m.mu.Unlock()
	v := view{living: heard, before: m.living}
	if now.Sub(m.seen) > staleAfter {
		v.rejoins = true
		if !m.seen.IsZero() {
			m.steady = now
		}
	}
	if v.unsure = now.Sub(m.steady) < postgres.SilentFor; v.unsure {
		v.living = union(m.living, heard)
	}
	v.rejoins = v.rejoins || !slices.Contains(heard, me)
	m.living, m.seen = v.living, now
	m.leads.Store(len(v.living) > 0 && v.living[0] == me)
	return v
}

// union returns the nodes of a, then those that are only in b.
func union(a, b []int64) []int64 {
	all := slices.Clone(a)
	for _, node := range b {
		if !slices.Contains(all, node) {
			all = append(all, node)
		}
	}
	return all
}

// stale reports whether what is known of the nodes is too old to rely on.
func (m *membership) stale(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return now.Sub(m.seen) > staleAfter
}
