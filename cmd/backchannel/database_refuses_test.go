package main

import (
	"os/exec"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// refuse makes the server reject statements as it does on a full disk.
const refuse = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'could not extend file "base/5/1249"' USING ERRCODE = 'disk_full'; END $$`

// If the server accepts events but no attempt can begin, as when its disk is full, serve and the
// console report that and continue by themselves.
func TestAttemptsCannotBegin(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
	for name, what := range map[string]string{
		"jobs cannot be taken":      "UPDATE ON river_job",
		"no share can be claimed":   "INSERT OR UPDATE ON shares",
		"nobody can say it is here": "UPDATE ON nodes",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, pgtest.Database(t))
			pgtest.Run(t, c.url, refuse)
			pgtest.Run(t, c.url, "CREATE TRIGGER refuse BEFORE "+what+" FOR EACH ROW EXECUTE FUNCTION refuse()")
			node := c.node()
			s := startOnTerminal(t, program, "--database", c.url, "--key-file", c.keyFile)
			ids := c.fireSome(3)
			node.says("deliveries wait until attempts can begin again: ")
			node.says("disk full: the server of")
			s.see("deliveries wait until attempts can begin again: ")
			before := c.awaitRequests(0)
			ids = append(ids, c.fireSome(3)...)
			if after := c.awaitRequests(0); after > before {
				t.Errorf("%d attempts were made", after-before)
			}
			pgtest.Run(t, c.url, "DROP FUNCTION refuse CASCADE")
			node.says("deliveries continue")
			c.awaitDelivered(ids)
			s.see("2 nodes")
			s.press("\x03")
			if code := s.ended(); code != exitDone {
				t.Errorf("the console exits %d", code)
			}
		})
	}
}
