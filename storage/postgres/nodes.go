package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// SilentFor is how old a node's last heartbeat may be before the node counts as dead.
const SilentFor = 5 * time.Second

// heard is the SQL condition that a node's last heartbeat is at most SilentFor old, by the server's
// clock, because those of the nodes may differ.
const heard = `n.heard_at > clock_timestamp() - interval '5 seconds'`

// A NodeStore stores which processes deliver and receive, and their status.
type NodeStore struct {
	*database
	leads   *sync.Mutex // locked while this process is a node
	unheard *atomic.Pointer[error]
}

// Node returns the number that identifies this process among the nodes.
func (d *database) Node() int64 { return d.node }

// TryLead registers this process as a node, which delivers and receives. There may be any number
// of them. The store then sends a heartbeat every second until release is called. ok is false if
// this process is a node already.
func (s *NodeStore) TryLead() (release func(), ok bool, err error) {
	if !s.leads.TryLock() {
		return nil, false, nil
	}
	ctx, cancel := context.WithTimeout(s.open, patience)
	defer cancel()
	_, err = s.pool.Exec(ctx, `INSERT INTO nodes VALUES ($1, true, clock_timestamp(), clock_timestamp(), 'null')
		ON CONFLICT (id) DO UPDATE SET leads = true, heard_at = clock_timestamp()`, s.node)
	if err != nil {
		s.leads.Unlock()
		return nil, false, fmt.Errorf("become a node: %w", s.explain(err))
	}
	s.writes.Store(true)
	beating, stop := context.WithCancel(s.open)
	var beats sync.WaitGroup
	beats.Go(func() { s.beat(beating) })
	return sync.OnceFunc(func() {
		stop()
		beats.Wait()
		s.leave()
		s.leads.Unlock()
	}), true, nil
}

// beat sends the heartbeats.
func (s *NodeStore) beat(ctx context.Context) {
	for storage.Sleep(ctx, time.Second) {
		beating, cancel := context.WithTimeout(ctx, SilentFor)
		_, err := s.pool.Exec(beating, `UPDATE nodes SET heard_at = clock_timestamp(), leads = true WHERE id = $1`, s.node) // or again in a second
		cancel()
		err = s.explain(err)
		s.unheard.Store(&err)
	}
}

// Unheard returns why the last heartbeat of this process, which is a node, failed, or nil.
func (s *NodeStore) Unheard() error {
	if err := s.unheard.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *NodeStore) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = s.pool.Exec(ctx, `UPDATE nodes SET leads = false WHERE id = $1`, s.node) // otherwise its heartbeat expires
	s.hub.Publish(storage.ChangedRuntime)
	s.notice.add(storage.ChangedRuntime)
}

// Nodes returns the nodes, the one that has been running longest first. They include those that
// died within the last day.
func (s *NodeStore) Nodes(ctx context.Context) ([]storage.Node, error) {
	all, err := records.Collect(ctx, s.reads, scanNode, `SELECT n.leads AND `+heard+`, n.heard_at, n.runtime FROM nodes n WHERE n.runtime <> 'null' OR n.leads ORDER BY n.started_at, n.id`)
	return all, records.Wrap(err, "list nodes")
}

func scanNode(read scan) (n storage.Node, err error) {
	var at timestamp
	var text string
	if err := read(&n.Alive, &at, &text); err != nil {
		return n, err
	}
	n.HeartbeatAt = at.Time
	return n, json.Unmarshal([]byte(text), &n.Runtime)
}

// Runtime returns the status of the live node that has been running longest, and true. If no node
// is alive, it returns the last known status of a dead one, and false.
func (s *NodeStore) Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error) {
	nodes, err := s.Nodes(ctx)
	if err != nil || len(nodes) == 0 {
		return rt, false, err
	}
	if living := storage.Alive(nodes); len(living) > 0 {
		return living[0].Runtime, true, nil
	}
	return nodes[len(nodes)-1].Runtime, false, nil
}

// SaveRuntime stores this process's status, which other processes read.
func (s *NodeStore) SaveRuntime(ctx context.Context, rt storage.Runtime) error {
	text, err := json.Marshal(rt)
	if err == nil {
		err = s.writeLoose(ctx, storage.ChangedRuntime, func(t *tx) error {
			t.send(`INSERT INTO nodes VALUES (?, false, clock_timestamp(), clock_timestamp(), ?) ON CONFLICT (id) DO UPDATE SET runtime = excluded.runtime`, s.node, text)
			return nil
		})
	}
	return records.Wrap(err, "save runtime")
}
