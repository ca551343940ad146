package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// If a node's role loses a privilege that it needs while the node is idle, the node reports that in one
// line, with what to do. It continues by itself once the role has the privilege again.
func TestALostPrivilegeIsReported(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{OverTCP: "scram-sha-256"})
	for name, privilege := range map[string]struct {
		revoke, want, grant string
		accepts             bool // whether the receiver accepts requests meanwhile
	}{
		"table":    {"REVOKE INSERT ON receipts FROM %[1]s", "GRANT ALL ON ALL TABLES IN SCHEMA public TO %s", "GRANT ALL ON receipts TO %[1]s", false},
		"schema":   {"REVOKE ALL ON SCHEMA public FROM PUBLIC, %[1]s", "GRANT ALL ON SCHEMA public TO %s", "GRANT ALL ON SCHEMA public TO %[1]s", true}, // with query plans that were made before
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
			node := guest.readyNode()
			pgtest.Run(t, c.url, fmt.Sprintf(privilege.revoke, role))
			terminate := func() {}
			if strings.HasPrefix(privilege.revoke, "ALTER ROLE") { // counts for new connections
				// One that is just being opened is not seen, so this is done until it has an effect.
				terminate = func() {
					pgtest.Run(t, c.url, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'", role))
				}
			}
			terminate()
			node.awaitStderr(strings.ReplaceAll(privilege.want, "%s", role))
			rejects := func() bool { return node.feedbackStatus() == http.StatusServiceUnavailable }
			if !privilege.accepts {
				node.eventually("the receiver to reject a request", func() bool {
					terminate()
					return rejects()
				})
			}
			pgtest.Run(t, c.url, fmt.Sprintf(privilege.grant, role))
			node.eventually("the node to continue", func() bool {
				text := node.err.String()
				return strings.HasSuffix(text, "can be reached again; events and receipts are accepted\n") || strings.HasSuffix(text, "deliveries continue\n")
			})
			node.eventually("the receiver to accept a request", func() bool { return !rejects() })
			c.awaitDelivered(c.enqueue(3))
			if text := node.err.String(); strings.Contains(text, password) {
				t.Errorf("stderr contains the password:\n%s", text)
			}
		})
	}
}
