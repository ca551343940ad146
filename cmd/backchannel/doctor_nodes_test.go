package main

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestDescribeNode(t *testing.T) {
	t.Parallel()
	at := time.Unix(1e9, 0)
	node := storage.Node{Alive: true, HeardAt: at.Add(-1234 * time.Millisecond), Runtime: storage.Runtime{
		Name: "db1", PID: 7, Version: "v1", ReceiverURL: "https://db1:9443", Snapshot: storage.Snapshot{InFlight: 3},
	}}
	for name, test := range map[string]struct {
		change func(*storage.Node)
		want   finding
	}{
		"all is well": {func(*storage.Node) {}, finding{"node db1/7", findingOK, "v1, receiver https://db1:9443, 3 in flight, heard 1.2s ago"}},
		"its clock is ahead": {func(n *storage.Node) { n.HeardAt = at.Add(time.Hour) },
			finding{"node db1/7", findingOK, "v1, receiver https://db1:9443, 3 in flight, heard 0s ago"}},
		"another version": {func(n *storage.Node) { n.Version = "v0" },
			finding{"node db1/7", findingWarning, "v0, receiver https://db1:9443, 3 in flight, heard 1.2s ago; this program is v1: use the same everywhere"}},
		"no receiver": {func(n *storage.Node) { n.ReceiverURL, n.ReceiverError = "", "the port is in use" },
			finding{"node db1/7", findingWarning, "v1, receiver off, 3 in flight, heard 1.2s ago; the port is in use"}},
		"nothing is delivered": {func(n *storage.Node) { n.Stalled, n.Limited = "no memory", "few files" },
			finding{"node db1/7", findingWarning, "v1, receiver https://db1:9443, 3 in flight, heard 1.2s ago; no memory; few files"}},
		"it begins": {func(n *storage.Node) { n.Runtime = storage.Runtime{} }, finding{"node", findingOK, "one is starting"}},
	} {
		n := node
		test.change(&n)
		if got := describeNode(n, "v1", at); got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}
