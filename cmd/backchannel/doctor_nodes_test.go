package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestDescribeNode(t *testing.T) {
	t.Parallel()
	at := time.Unix(1e9, 0)
	node := storage.Node{Alive: true, HeartbeatAt: at.Add(-1234 * time.Millisecond), Runtime: storage.Runtime{
		Name: "db1", PID: 7, Version: "v1", ReceiverURL: "https://db1:9443", Snapshot: storage.Snapshot{InFlight: 3},
	}}
	for name, test := range map[string]struct {
		change func(*storage.Node)
		want   finding
	}{
		"all is well": {func(*storage.Node) {}, finding{Check: "node db1/7", Result: findingOK, Text: "v1, receiver https://db1:9443, 3 in flight, heard 1.2s ago"}},
		"its clock is ahead": {func(n *storage.Node) { n.HeartbeatAt = at.Add(time.Hour) },
			finding{Check: "node db1/7", Result: findingOK, Text: "v1, receiver https://db1:9443, 3 in flight, heard 0s ago"}},
		"another version": {func(n *storage.Node) { n.Version = "v0" },
			finding{Check: "node db1/7", Result: findingWarning, Text: "v0, receiver https://db1:9443, 3 in flight, heard 1.2s ago; this program is v1: use the same version everywhere"}},
		"no receiver": {func(n *storage.Node) { n.ReceiverURL, n.ReceiverError = "", "the port is in use" },
			finding{Check: "node db1/7", Result: findingWarning, Text: "v1, receiver off, 3 in flight, heard 1.2s ago; the port is in use"}},
		"nothing is delivered": {func(n *storage.Node) { n.Stalled, n.Limited = "no memory", "few files" },
			finding{Check: "node db1/7", Result: findingWarning, Text: "v1, receiver https://db1:9443, 3 in flight, heard 1.2s ago; no memory; few files"}},
		"it is starting": {func(n *storage.Node) { n.Runtime = storage.Runtime{} }, finding{Check: "node", Result: findingOK, Text: "one is starting"}},
	} {
		n := node
		test.change(&n)
		if got := describeNode(n, "v1", at); got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}

// checkNodesAreReported checks that doctor reports what a script needs about each node, and that Activity
// names the node's machine.
func (c *cluster) checkNodesAreReported(nodes ...*nodeProcess) {
	c.Helper()
	host, err := os.Hostname()
	if err != nil {
		c.Fatal(err)
	}
	reported := map[int]nodeObject{}
	text, _ := c.command("doctor", "--output", "json").Output() // it warns that there is no synchronous standby
	for line := range strings.Lines(string(text)) {
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			c.Fatalf("%v in %s", err, text)
		}
		if f.Node != nil {
			reported[f.Node.PID] = *f.Node
		}
	}
	activities, err := c.store.Activities(c.Context(), 0, 100)
	if err != nil {
		c.Fatal(err)
	}
	for _, m := range nodes {
		pid := m.cmd.Process.Pid
		got := reported[pid]
		if got.Name != host || got.Version == "" || got.Receiver == nil || *got.Receiver != m.receiver || got.HeartbeatAt.IsZero() {
			c.Errorf("doctor: got %+v for node %d of %s with its receiver at %s", got, pid, host, m.receiver)
		}
		want := fmt.Sprintf("process %d of %s delivers, and receives at %s", pid, host, m.receiver)
		if !slices.ContainsFunc(activities, func(a storage.Activity) bool { return a.Text == want }) {
			c.Errorf("no activity has the text %q", want)
		}
	}
	if len(reported) != len(nodes) {
		c.Errorf("doctor reports %d nodes, want %d", len(reported), len(nodes))
	}
}
