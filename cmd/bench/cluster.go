package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"backchannel/engine/river"
	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/postgres/pgtest"
)

// The files in a node's folder: the URL of its database, and the key that encrypts secrets.
const databaseFile, keyFile = "database", "secret.key"

// A cluster is a database that nodes share, on a PostgreSQL server of its own, with a sink that
// they deliver to.
type cluster struct {
	*harness
	jobs   *river.Jobs
	server *pgtest.Server
	dir    string
	source *events
	nodes  []func() time.Duration // each stops the process of another node
}

// newCluster starts a sink and a server that waits for its disk at each commit, as a production
// server does. It starts no node, so nothing is delivered yet.
func newCluster(ctx context.Context, s settings, role string, concurrency int) (c *cluster, err error) {
	c = &cluster{harness: &harness{stop: func() error { return nil }}}
	if c.dir, err = os.MkdirTemp(s.dir, "cluster-"); err != nil {
		return nil, err
	}
	if c.server, err = pgtest.Serve(pgtest.Options{Fsync: true}); err != nil {
		return nil, err
	}
	url, err := c.server.Make()
	if err == nil {
		err = os.WriteFile(filepath.Join(c.dir, databaseFile), []byte(url), 0o600)
	}
	if err == nil {
		c.sink, err = startPeer(role, c.dir)
	}
	if err == nil {
		c.store, c.jobs, err = openShared(ctx, c.dir)
	}
	if err != nil {
		return nil, errors.Join(err, c.server.End())
	}
	hook, err := targetPeer(ctx, c.store, "bench", c.sink, concurrency)
	if err == nil {
		c.source, err = newEvents(hook)
	}
	if err != nil {
		c.end()
	}
	return c, err
}

// newNodeCluster is like newCluster, but also makes this process a node.
func newNodeCluster(ctx context.Context, s settings, role string, concurrency int) (*cluster, error) {
	c, err := newCluster(ctx, s, role, concurrency)
	if err != nil {
		return nil, err
	}
	if err := c.startNode(ctx); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// openShared opens the database whose URL is in a node's folder.
func openShared(ctx context.Context, dir string) (*postgres.Store, *river.Jobs, error) {
	url, err := os.ReadFile(filepath.Join(dir, databaseFile))
	if err != nil {
		return nil, nil, err
	}
	jobs := river.NewJobs()
	rules := storage.Rules{AllowHTTP: true, Sources: storage.SystemSources(), FailureCodes: fixtures.FailureCodes}
	store, err := postgres.Open(ctx, postgres.Options{URL: string(url), KeyFile: filepath.Join(dir, keyFile), Rules: rules, Jobs: jobs})
	return store, jobs, err
}

// startNode makes this process a node.
func (c *cluster) startNode(ctx context.Context) error {
	store := c.store.(*postgres.Store)
	node, release, err := newNode(store, c.jobs)
	if err != nil {
		return err
	}
	c.start(ctx, node)
	stop := c.stop
	c.stop = func() error { defer release(); return stop() }
	return nil
}

// newNode returns an engine on the database. The caller must call release when the engine has ended.
func newNode(store *postgres.Store, jobs *river.Jobs) (node *river.Engine, release func(), err error) {
	release, ok, err := store.TryLead()
	if err != nil || !ok {
		return nil, nil, fmt.Errorf("become a node: %w", err)
	}
	node, err = river.New(store, jobs, engineConfig())
	return node, release, err
}

// addNode starts a node in a process of its own, and waits until it is ready.
func (c *cluster) addNode() error {
	lines, stop, err := startRole(roleNode, c.dir)
	if err != nil {
		return err
	}
	c.nodes = append(c.nodes, stop)
	_, err = lines.ReadString('\n')
	return err
}

// serveNode delivers as an additional node until standard input ends.
func serveNode(dir string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	store, jobs, err := openShared(ctx, dir)
	if err != nil {
		return err
	}
	defer store.Close()
	node, release, err := newNode(store, jobs)
	if err != nil {
		return err
	}
	defer release()
	ended := make(chan error, 1)
	go func() { ended <- node.Run(ctx) }()
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // it ends with the measuring process
	cancel()
	return <-ended
}

// end stops the other nodes, then this one, and last the server that they use.
func (c *cluster) end() {
	for _, stop := range c.nodes {
		stop()
	}
	c.close()
	if err := c.server.End(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: server:", err)
	}
}

// delivered returns how many deliveries all nodes have made.
func (c *cluster) delivered(ctx context.Context) (int64, error) {
	counts, err := c.store.Counts(ctx)
	return counts.Deliveries[storage.StateDelivered], err
}

// clusterRate returns how many deliveries per second all nodes make while the queue is never empty.
// It counts them in the database, because the nodes are several processes.
func (c *cluster) clusterRate(ctx context.Context, duration time.Duration) (rate float64, err error) {
	events, err := c.source.batch(eventPool)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	filled := make(chan error, 1)
	go func() { filled <- c.keepFilled(ctx, events) }()
	time.Sleep(2 * warmUp) // until a node that has just joined gets its share of the jobs
	before, err := c.delivered(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	time.Sleep(duration)
	after, err := c.delivered(ctx)
	rate = float64(after-before) / time.Since(began).Seconds()
	cancel()
	return rate, errors.Join(err, <-filled)
}
