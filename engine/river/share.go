package river

import (
	"cmp"
	"slices"

	"backchannel/storage"
)

// Part returns how many of the attempts at a time that a webhook allows are one node's, if the
// given nodes are alive. The parts of all of them add up to what is allowed. The odd ones go to
// the nodes that a hash of webhook and node puts first (rendezvous hashing), so that
// webhooks that allow little are spread over the nodes, and a node that comes or goes moves as
// little as possible. If fewer are allowed than there are nodes, some get none.
func Part(webhook storage.ID, allowed int, nodes []int64, node int64) int {
	if allowed <= 0 || !slices.Contains(nodes, node) {
		return 0
	}
	part := allowed / len(nodes)
	if place(webhook, nodes, node) < allowed%len(nodes) {
		part++
	}
	return part
}

// Working returns how many nodes have a part.
func Working(allowed, nodes int) int { return min(allowed, nodes) }

// place returns how many nodes come before one.
func place(webhook storage.ID, nodes []int64, node int64) (before int) {
	for _, other := range nodes {
		if compare(webhook, other, node) < 0 {
			before++
		}
	}
	return before
}

func compare(webhook storage.ID, a, b int64) int {
	return cmp.Or(cmp.Compare(mix(webhook, b), mix(webhook, a)), cmp.Compare(a, b))
}

// mix hashes a webhook and a node by the finalizer of SplitMix64.
func mix(webhook storage.ID, node int64) uint64 {
	return scramble(scramble(uint64(webhook)) ^ uint64(node))
}

func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
