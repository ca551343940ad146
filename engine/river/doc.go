// Package river delivers on several machines that share a PostgreSQL database: each delivery is
// a job of River (riverqueue.com), which any of them may take. Start with [NewJobs], which the store
// is opened with, and [New].
//
// A job has the ID of its delivery and changes in the same transactions: a delivery and its job
// are committed together, and so are an outcome and the end of the job. Attempts, their outcome
// classes, the retry schedule and the circuit breaker's arithmetic are those of package engine.
// River provides the job table, its maintenance (one elected node cleans it) and tools for
// inspecting it. Pausing a queue with these tools stops its deliveries within 2 s, until it is
// resumed there.
//
// A webhook's limits hold for all nodes together. The concurrency is divided among the live nodes
// by a rule that each of them can compute alone, see [Part]; the store ensures that a node has
// given up its surplus before another node gets it. The rate is divided in the same way, and
// failures are counted together. The node that has been running longest leads: it makes the
// probes of open circuit breakers and frees the jobs of dead nodes. It is not elected, because
// everything it does may be done twice, and because River's election takes up to 15 s to notice
// a dead node, where the store's list of nodes takes 5 s.
package river
