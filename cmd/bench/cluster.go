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

// databaseFile is the file in a node's folder that holds its database's URL.
const databaseFile, keyFile = "database", "secret.key"

// A cluster is a database that nodes share, with a sink that they deliver to. It runs a
// PostgreSQL server of its own.
type cluster struct {
	*world
	jobs   *river.Jobs
	server *pgtest.Server
	dir    string
	source *events
	nodes  []func() time.Duration // end the other processes
}

// newCluster starts a server that waits for its disk at each commit, as one in use does, and a
// sink. Nothing is delivered yet.
func newCluster(ctx context.Context, s settings, role string, concurrency int) (c *cluster, err error) {
	c = &cluster{world: &world{stop: func() error { return nil }}}
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

// oneNode is newCluster with this process as a node.
func oneNode(ctx context.Context, s settings, role string, concurrency int) (*cluster, error) {
	c, err := newCluster(ctx, s, role, concurrency)
	if err != nil {
		return nil, err
	}
	if err := c.deliver(ctx); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// openShared opens the database that a node's folder names.
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

// deliver makes this process a node.
func (c *cluster) deliver(ctx context.Context) error {
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

// newNode returns an engine on the database. Call release when it has ended.
func newNode(store *postgres.Store, jobs *river.Jobs) (node *river.Engine, release func(), err error) {
	release, ok, err := store.TryLead()
	if err != nil || !ok {
		return nil, nil, fmt.Errorf("become a node: %w", err)
	}
	node, err = river.New(store, jobs, engineConfig())
	return node, release, err
}

// join adds a node in a process of its own.
func (c *cluster) join() error {
	lines, stop, err := startRole(roleNode, c.dir)
	if err != nil {
		return err
	}
	c.nodes = append(c.nodes, stop)
	_, err = lines.ReadString('\n')
	return err
}

// playNode delivers as a further node until the measuring process ends, which closes its standard
// input.
func playNode(dir string) error {
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
	_, _ = io.Copy(io.Discard, os.Stdin) // until the measuring process ends
	cancel()
	return <-ended
}

// end ends the other nodes, then this one, then the server.
func (c *cluster) end() {
	for _, stop := range c.nodes {
		stop()
	}
	c.close()
	if err := c.server.End(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: server:", err)
	}
}

// delivered returns how many deliveries have arrived, by all nodes.
func (c *cluster) delivered(ctx context.Context) (int64, error) {
	counts, err := c.store.Counts(ctx)
	return counts.Deliveries[storage.StateDelivered], err
}

// measured returns how many deliveries per second all nodes make while the queue is never empty.
// It asks the database, since the nodes are several processes.
func (c *cluster) measured(ctx context.Context, duration time.Duration) (rate float64, err error) {
	events, err := c.source.some(made)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	filled := make(chan error, 1)
	go func() { filled <- c.fill(ctx, events) }()
	time.Sleep(2 * warmUp) // for another node to get its share
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
