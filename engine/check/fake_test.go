package check_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"backchannel/storage"
)

// A memory is a store of one run in memory.
type memory struct {
	mu       sync.Mutex
	run      storage.CheckRun
	next     storage.ID
	outcomes []storage.Outcome
	events   []storage.Event
	saved    func(storage.CheckCase) // called for each case that is stored
}

func (m *memory) StartCheck(_ context.Context, _ storage.ID, cases []storage.CheckCase) error {
	m.run.Cases = slices.Clone(cases)
	return nil
}

func (m *memory) SaveCheckCases(_ context.Context, _ storage.ID, cases ...storage.CheckCase) error {
	for _, c := range cases {
		m.run.Cases[slices.IndexFunc(m.run.Cases, func(other storage.CheckCase) bool { return other.ID == c.ID })] = c
		if m.saved != nil {
			m.saved(c)
		}
	}
	return nil
}

func (m *memory) EndCheck(_ context.Context, r storage.CheckRun) error {
	r.Cases, r.Requests = m.run.Cases, m.run.Requests
	m.run = r
	return nil
}

func (m *memory) SendCheckEvents(_ context.Context, run storage.ID, caseID string, events ...storage.Event) ([]storage.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	made := make([]storage.Delivery, len(events))
	for i, e := range events {
		m.next++
		made[i] = storage.Delivery{ID: m.next, WebhookID: e.WebhookID, CheckID: run, CheckCase: caseID, State: storage.Sending}
		m.events = append(m.events, e)
	}
	m.run.Requests += len(events)
	return made, nil
}

func (m *memory) Finish(_ context.Context, o storage.Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes = append(m.outcomes, o)
	return nil
}

// A clock advances when Wait is called, which returns at once.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Wait(ctx context.Context, d time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err() == nil
}
