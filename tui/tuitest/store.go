package tuitest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
)

// A Store is a real store in a folder of its own. Besides what the console does, it can do
// what the engine and the receiver do: record attempts, add receipts and publish the leader's
// status. Its methods end the test if the store rejects a record.
type Store struct {
	*base
	webhooks
	deliveries
	receipts
	activities
	checks
	campaigns
	resign  func()
	runtime storage.Runtime
	nodes   atomic.Pointer[[]storage.Node] // as if the store were shared; nil if it is not
}

// OpenStore opens an empty store. The test's process is its leader, and publishes 4711 as its
// process ID. A store that is opened in a synctest bubble belongs to it. Its clock is now.
func OpenStore(t testing.TB, now func() time.Time, rules storage.Rules) *Store {
	t.Helper()
	b := &base{t: t, clock: &clock{now: now}}
	b.Store = sqlitetest.Open(t, sqlite.Options{Now: b.clock.read, Rules: rules, By: "in the console"})
	s := &Store{
		base: b, webhooks: webhooks{b}, deliveries: deliveries{b}, receipts: receipts{b}, activities: activities{b},
		checks: checks{b, deliveries{b}}, campaigns: campaigns{b, deliveries{b}},
		runtime: storage.Runtime{PID: 4711, ReceiverURL: "https://127.0.0.1:9443"},
	}
	resign, _, err := s.TryLead()
	s.must(err)
	s.resign = resign
	t.Cleanup(s.Resign)
	s.SetRuntime(func(*storage.Runtime) {})
	return s
}

// Resign ends the process's time as the leader, so that there is no engine.
func (s *Store) Resign() {
	if s.resign != nil {
		s.resign()
		s.resign = nil
	}
}

// SetNodes sets nodes that deliver, and one that has gone, as if several machines shared the
// store.
func (s *Store) SetNodes(alive int) {
	s.t.Helper()
	nodes := make([]storage.Node, alive+1)
	for i := range nodes {
		nodes[i] = storage.Node{Alive: i < alive, HeartbeatAt: s.clock.read()}
	}
	s.nodes.Store(&nodes)
	s.SetRuntime(func(*storage.Runtime) {})
}

// Nodes returns the nodes that were set, or else those of the store.
func (s *Store) Nodes(ctx context.Context) ([]storage.Node, error) {
	if nodes := s.nodes.Load(); nodes != nil {
		return *nodes, nil
	}
	return s.Store.Nodes(ctx)
}

// SetRuntime changes the status that the leader publishes.
func (s *Store) SetRuntime(change func(*storage.Runtime)) {
	s.t.Helper()
	change(&s.runtime)
	s.must(s.SaveRuntime(context.Background(), s.runtime))
}
