package storage_test

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestTotal(t *testing.T) {
	t.Parallel()
	node := func(alive bool, s storage.Snapshot) storage.Node {
		return storage.Node{Runtime: storage.Runtime{Snapshot: s}, Alive: alive}
	}
	one := storage.Snapshot{Queued: 7, InFlight: 1, Retrying: 2, Delivered: 10, Failed: 1, Attempts: 12, PerSecond: 1.5, DeliveredPerSecond: 1, FailedPerSecond: 0.5, P50: 1, P95: 2, P99: time.Second}
	two := storage.Snapshot{Queued: 6, InFlight: 3, Parked: 4, Delivered: 20, Failed: 2, Attempts: 30, PerSecond: 2, DeliveredPerSecond: 1, FailedPerSecond: 1, P50: 5, P95: 6, P99: 7}
	for name, test := range map[string]struct {
		nodes []storage.Node
		want  storage.Snapshot
	}{
		"none":     {nil, storage.Snapshot{}},
		"one":      {[]storage.Node{node(true, one)}, one},
		"a gone":   {[]storage.Node{node(false, one), node(true, two)}, two},
		"all gone": {[]storage.Node{node(false, one)}, storage.Snapshot{}},
		"two": {[]storage.Node{node(true, one), node(true, two)}, storage.Snapshot{
			Queued: 7, InFlight: 4, Retrying: 2, Parked: 4, Delivered: 30, Failed: 3, Attempts: 42,
			PerSecond: 3.5, DeliveredPerSecond: 2, FailedPerSecond: 1.5, P50: 5, P95: 6, P99: time.Second,
		}},
	} {
		if got := storage.Total(test.nodes); got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}
