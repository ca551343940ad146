package main

import (
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// createReject creates a trigger function with which statements fail as on a full disk.
const createReject = `CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'could not extend file "base/5/1249"' USING ERRCODE = 'disk_full'; END $$`

// If the server accepts events but no attempt can begin, as when its disk is full, serve and the
// console report that and continue by themselves.
func TestAttemptsCannotBegin(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	for name, statement := range map[string]string{
		"jobs cannot be taken":      "UPDATE ON river_job",
		"no share can be claimed":   "INSERT OR UPDATE ON shares",
		"no heartbeat can be saved": "UPDATE ON nodes",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, pgtest.Database(t))
			pgtest.Run(t, c.url, createReject)
			pgtest.Run(t, c.url, "CREATE TRIGGER reject BEFORE "+statement+" FOR EACH ROW EXECUTE FUNCTION reject()")
			node := c.readyNode()
			s := startOnTerminal(t, program, "--database", c.url, "--key-file", c.keyFile)
			ids := c.enqueue(3)
			node.awaitStderr("deliveries wait until attempts can begin again: ")
			node.awaitStderr("disk full: the server of")
			s.see("deliveries wait until attempts can begin again: ")
			before := c.awaitRequests(0)
			ids = append(ids, c.enqueue(3)...)
			if after := c.awaitRequests(0); after > before {
				t.Errorf("got %d attempts while none can begin, want 0", after-before)
			}
			pgtest.Run(t, c.url, "DROP FUNCTION reject CASCADE")
			node.awaitStderr("deliveries continue")
			c.awaitDelivered(ids)
			s.see("2 nodes")
			s.press("\x03")
			s.wantExit(exitDone)
		})
	}
}
