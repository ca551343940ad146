package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// If a role loses a privilege that it needs while a node is idle, that is reported in one line,
// with what to do. The node continues by itself once the role has the privilege again.
func TestALostPrivilegeIsReported(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{OverTCP: "scram-sha-256"})
	for name, right := range map[string]struct {
		lose, says, regain string
		accepts            bool // the receiver does meanwhile
	}{
		"table":    {"REVOKE INSERT ON receipts FROM %[1]s", "GRANT ALL ON ALL TABLES IN SCHEMA public TO %s", "GRANT ALL ON receipts TO %[1]s", false},
		"schema":   {"REVOKE ALL ON SCHEMA public FROM PUBLIC, %[1]s", "GRANT ALL ON SCHEMA public TO %s", "GRANT ALL ON SCHEMA public TO %[1]s", true}, // with plans that were made before
		"jobs":     {"REVOKE ALL ON river_job FROM %[1]s", "deliveries wait until attempts can begin again: ", "GRANT ALL ON river_job TO %[1]s", true},
		"password": {"ALTER ROLE %[1]s PASSWORD 'other'", "refuses the password of user %s", "ALTER ROLE %[1]s PASSWORD '" + password + "'", false},
		"login":    {"ALTER ROLE %[1]s NOLOGIN", "ALTER ROLE %s LOGIN", "ALTER ROLE %[1]s LOGIN", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, server.Create(t))
			role := "with_" + name
			pgtest.Run(t, c.url, fmt.Sprintf("CREATE ROLE %[1]s LOGIN PASSWORD '%[2]s'; GRANT ALL ON ALL TABLES IN SCHEMA public TO %[1]s", role, password))
			guest := *c
			guest.url = strings.Replace(overTCP(t, server, c.url), "postgres:"+password, role+":"+password, 1)
			node := guest.node()
			pgtest.Run(t, c.url, fmt.Sprintf(right.lose, role))
			terminate := func() {}
			if strings.HasPrefix(right.lose, "ALTER ROLE") { // counts for new connections
				// One that is just being opened is not seen, so this is done until it has an effect.
				terminate = func() {
					pgtest.Run(t, c.url, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'", role))
				}
			}
			terminate()
			node.says(strings.ReplaceAll(right.says, "%s", role))
			refuses := func() bool { return node.answer() == http.StatusServiceUnavailable }
			if !right.accepts {
				node.eventually("a refusal", func() bool {
					terminate()
					return refuses()
				})
			}
			pgtest.Run(t, c.url, fmt.Sprintf(right.regain, role))
			node.eventually("the end of it", func() bool {
				said := node.err.String()
				return strings.HasSuffix(said, "can be reached again; events and receipts are accepted\n") || strings.HasSuffix(said, "deliveries continue\n")
			})
			node.eventually("an acceptance", func() bool { return !refuses() })
			c.awaitDelivered(c.fireSome(3))
			if said := node.err.String(); strings.Contains(said, password) {
				t.Errorf("it said:\n%s", said)
			}
		})
	}
}
