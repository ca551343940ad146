package main

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
)

// examineNodes describes each node of a shared database. It does not call their receivers, which
// may be reachable from their own machines only.
func (s doctorSession) examineNodes(alive []storage.Node) (found []finding) {
	for _, n := range alive {
		f := describeNode(n, programVersion(), s.now())
		// The row of a node that is starting has no status yet, so there is nothing for a script.
		if n.PID != 0 {
			f.Node = newNodeObject(n)
		}
		found = append(found, f)
	}
	return found
}

// A nodeObject is a node in JSON. Receiver is null while it is off.
type nodeObject struct {
	Name        string    `json:"name"` // of its machine
	PID         int       `json:"pid"`
	Version     string    `json:"version"`
	Receiver    *string   `json:"receiver"`
	InFlight    int64     `json:"inFlight"`
	HeartbeatAt time.Time `json:"heardAt"`
}

// newNodeObject returns the JSON form of a node.
func newNodeObject(n storage.Node) *nodeObject {
	o := &nodeObject{Name: n.Name, PID: n.PID, Version: n.Version, InFlight: n.Snapshot.InFlight, HeartbeatAt: n.HeartbeatAt.UTC()}
	if n.ReceiverURL != "" {
		o.Receiver = &n.ReceiverURL
	}
	return o
}

// describeNode returns the finding about one node. version is that of this program, which all nodes
// should have.
func describeNode(n storage.Node, version string, now time.Time) finding {
	name := "node " + n.String()
	if n.PID == 0 { // it has not stored its status yet
		return finding{Check: "node", Result: findingOK, Text: "one is starting"}
	}
	parts := []string{n.Version}
	var warnings []string
	if n.Version != version {
		warnings = append(warnings, "this program is "+version+": use the same version everywhere")
	}
	// A load balancer would send requests to this node in vain, so a receiver that is off is a warning.
	if n.ReceiverURL == "" {
		parts = append(parts, "receiver off")
		warnings = append(warnings, n.ReceiverError)
	} else {
		parts = append(parts, "receiver "+n.ReceiverURL)
	}
	heard := max(0, now.Sub(n.HeartbeatAt)).Round(100 * time.Millisecond) // by the clock of the database
	parts = append(parts, fmt.Sprintf("%d in flight", n.Snapshot.InFlight), fmt.Sprintf("heard %s ago", heard))
	for _, warning := range []string{n.Stalled, n.Limited} {
		if warning != "" {
			warnings = append(warnings, warning)
		}
	}
	text := strings.Join(parts, ", ")
	if len(warnings) > 0 {
		return finding{Check: name, Result: findingWarning, Text: text + "; " + strings.Join(warnings, "; ")}
	}
	return finding{Check: name, Result: findingOK, Text: text}
}
