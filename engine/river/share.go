package river

import (
	"cmp"
	"slices"

	"backchannel/storage"
)

// Part returns one node's share of a webhook's concurrency. allowed is how many attempts may be in
// flight at a time, and nodes are the live nodes. The shares of all nodes add up to allowed. The
// remainder of the division goes to the nodes that a hash of webhook and node ranks first
// (rendezvous hashing): that spreads webhooks with a low concurrency over the nodes, and a node that
// comes or goes changes as few shares as possible. If allowed is less than the number of nodes, some
// get none.
func Part(webhook storage.ID, allowed int, nodes []int64, node int64) int {
	if allowed <= 0 || !slices.Contains(nodes, node) {
		return 0
	}
	part := allowed / len(nodes)
	if rank(webhook, nodes, node) < allowed%len(nodes) {
		part++
	}
	return part
}

// working returns how many of a number of nodes have a share of at least 1.
func working(allowed, nodes int) int { return min(allowed, nodes) }

// rank returns how many nodes come before one in the order of a webhook.
func rank(webhook storage.ID, nodes []int64, node int64) (before int) {
	for _, other := range nodes {
		if compare(webhook, other, node) < 0 {
			before++
		}
	}
	return before
}

func compare(webhook storage.ID, a, b int64) int {
	return cmp.Or(cmp.Compare(hash(webhook, b), hash(webhook, a)), cmp.Compare(a, b))
}

// hash hashes a webhook and a node.
func hash(webhook storage.ID, node int64) uint64 {
	return splitMix64(splitMix64(uint64(webhook)) ^ uint64(node))
}

// splitMix64 is the finalizer of the generator SplitMix64. Every node must compute the same hash,
// which rules out hash/maphash.
func splitMix64(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
