package executions

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"backchannel/storage"
)

// A sandboxKey identifies a sandbox of an organization by their names.
type sandboxKey struct{ organization, sandbox string }

// A snapshot holds every campaign and webhook as they were at one time. It is never modified.
type snapshot struct {
	campaigns     map[string]*storage.Campaign // by UUID, in lower case
	organizations map[string]bool              // those that have a campaign
	webhooks      map[sandboxKey]*storage.Webhook
}

// campaign returns the campaign with a UUID in a sandbox, or nil. Another sandbox's campaign does
// not exist for the caller.
func (s *snapshot) campaign(uuid string, at sandboxKey) *storage.Campaign {
	c := s.campaigns[strings.ToLower(uuid)]
	if c == nil || c.Organization != at.organization || c.Sandbox.Name != at.sandbox {
		return nil
	}
	return c
}

// A catalog caches a snapshot until a hint says that it may be outdated. Each lookup
// handles the hints first, so that a change takes effect with the next call.
type catalog struct {
	ctx   context.Context
	store Store

	mu      sync.Mutex // guards the fields below, and is held while the store is read
	hints   <-chan storage.Change
	current *snapshot // nil: has to be read
}

func newCatalog(ctx context.Context, store Store) *catalog {
	return &catalog{ctx: ctx, store: store, hints: store.Changes(ctx)}
}

// get returns the current snapshot. Only one caller reads the store at a time; the others wait
// for its result.
func (c *catalog) get() (*snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handleChange()
	if c.current != nil {
		return c.current, nil
	}
	read, err := c.read()
	if err != nil {
		return nil, err
	}
	c.current = read
	return read, nil
}

// forget makes the next lookup read the store.
func (c *catalog) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = nil
}

// handleChange drops the snapshot if a hint says that it may be outdated. The caller holds mu.
func (c *catalog) handleChange() {
	select {
	case change, open := <-c.hints:
		if !open || change.Has(storage.ChangedCampaigns|storage.ChangedWebhooks) {
			c.current = nil
		}
	default:
	}
}

func (c *catalog) read() (*snapshot, error) {
	campaigns, err := c.store.Campaigns(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("read the campaigns: %w", err)
	}
	webhooks, err := c.store.Webhooks(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("read the webhooks: %w", err)
	}
	s := &snapshot{campaigns: map[string]*storage.Campaign{}, organizations: map[string]bool{}, webhooks: map[sandboxKey]*storage.Webhook{}}
	for i := range campaigns {
		s.campaigns[strings.ToLower(campaigns[i].UUID)] = &campaigns[i]
		s.organizations[campaigns[i].Organization] = true
	}
	for i, w := range webhooks {
		s.webhooks[sandboxKey{w.Organization, w.Sandbox.Name}] = &webhooks[i]
	}
	return s, nil
}
