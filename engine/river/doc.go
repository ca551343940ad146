// Package river delivers on several machines that share a PostgreSQL database: each delivery is
// a job of River (riverqueue.com), which any of them takes. Start with [NewJobs], which the store
// is opened with, and [New].
//
// A job has its delivery's ID, and is changed in the transactions in which the delivery is: a
// delivery that is committed has its job, and an outcome is committed together with what
// becomes of the job. Attempts, their classes, the schedule and the circuit breaker's arithmetic
// are those of package engine. River takes the jobs and gives them back, elects who cleans its
// tables, and lets people look into them with its own tools.
//
// What a webhook allows holds for all nodes together. The concurrency is divided among the nodes
// that are alive by a rule that all of them know, see [Part]; a node gives up what it has to
// before another one gets it, which the store sees to. The rate is divided likewise. Failures
// are counted together. One node, the one that has been running for longest, leads: it makes
// the probes of open circuit breakers, and frees what nodes had that are gone. It needs no
// election, as everything that it does may be done twice: River's takes up to 15 s to notice
// that a node is gone, and the store's list of nodes 5.
package river
