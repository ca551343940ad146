package river_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"backchannel/engine/river"
	"backchannel/storage"
)

func parts(webhook storage.ID, allowed int, nodes []int64) (all []int, sum int) {
	for _, node := range nodes {
		part := river.Part(webhook, allowed, nodes, node)
		all, sum = append(all, part), sum+part
	}
	return all, sum
}

func TestPart(t *testing.T) {
	nodes := []int64{11, -22, 33}
	for _, test := range []struct {
		allowed int
		nodes   []int64
		low     int // the minimum part of a node
		larger  int // how many nodes have one more
	}{
		{16, nodes[:1], 16, 0},
		{16, nodes[:2], 8, 0},
		{16, nodes, 5, 1},
		{17, nodes, 5, 2},
		{3, nodes, 1, 0},
		{2, nodes, 0, 2},
		{1, nodes, 0, 1},
		{0, nodes, 0, 0},
		{-1, nodes, 0, 0},
		{256, nodes, 85, 1},
		{16, nil, 0, 0},
	} {
		all, _ := parts(7, test.allowed, test.nodes)
		larger := 0
		for _, part := range all {
			switch part {
			case test.low:
			case test.low + 1:
				larger++
			default:
				t.Errorf("concurrency %d, nodes %v: got parts %v", test.allowed, test.nodes, all)
			}
		}
		if larger != test.larger {
			t.Errorf("concurrency %d, nodes %v: got parts %v", test.allowed, test.nodes, all)
		}
	}
	if got := river.Part(7, 16, nodes, 44); got != 0 {
		t.Errorf("a node that is not alive got %d", got)
	}
}

// Whatever the webhook, the concurrency and the nodes: the parts add up, they do not depend on the
// order of the nodes, and when a node leaves, no other one gets a smaller part.
func TestPartsAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		webhook, allowed := storage.ID(random.Int64()), 1+random.IntN(storage.MaxConcurrency)
		nodes := make([]int64, 1+random.IntN(12))
		for i := range nodes {
			nodes[i] = random.Int64()
		}
		before, sum := parts(webhook, allowed, nodes)
		if sum != allowed {
			t.Fatalf("the parts %v of %d add up to %d", before, allowed, sum)
		}
		shuffled := slices.Concat(nodes[1:], nodes[:1])
		if got := river.Part(webhook, allowed, shuffled, nodes[0]); got != before[0] {
			t.Fatalf("in another order: got %d, want %d", got, before[0])
		}
		if len(nodes) == 1 {
			continue
		}
		for i, node := range nodes[1:] {
			if after := river.Part(webhook, allowed, nodes[1:], node); after < before[i+1] {
				t.Fatalf("after one of %d nodes left, another got %d instead of %d of %d", len(nodes), after, before[i+1], allowed)
			}
		}
	}
}

// The larger parts of many webhooks are spread evenly: each of four nodes has at least a fifth of them.
func TestLargerPartsAreSpreadEvenly(t *testing.T) {
	nodes, count := []int64{1, 2, 3, 4}, map[int64]int{}
	for webhook := range storage.ID(1000) {
		for _, node := range nodes {
			count[node] += river.Part(1_700_000_000_000_000+webhook, 1, nodes, node)
		}
	}
	for node, n := range count {
		if n < 200 {
			t.Errorf("node %d got %d of 1000, want at least 200", node, n)
		}
	}
}
