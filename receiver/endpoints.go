package receiver

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"backchannel/storage"
	"backchannel/storage/token"
)

// A pathKey identifies a webhook by the names in its URL's path.
type pathKey struct{ organization, sandbox string }

// An endpoint is a webhook with what the receiver needs to judge and answer a request.
type endpoint struct {
	webhook storage.Webhook
	profile storage.Profile
	spec    token.Spec
}

// endpoints caches webhooks and their profiles until a hint says that they may have
// changed. Each lookup handles the hints first, so that a change takes effect with the
// next request.
type endpoints struct {
	store Webhooks
	url   func() string // of the receiver

	mu         sync.Mutex // guards the fields below
	hints      <-chan storage.Change
	cached     map[pathKey]*endpoint
	generation int // how often cached was emptied
}

// newEndpoints subscribes to the hints before anything is cached, so that no change is missed.
func newEndpoints(ctx context.Context, store Webhooks, url func() string) *endpoints {
	return &endpoints{store: store, url: url, hints: store.Changes(ctx), cached: map[pathKey]*endpoint{}}
}

// at returns the webhook that a path names. The error matches storage.ErrNotFound if
// there is none.
func (e *endpoints) at(ctx context.Context, p pathKey) (*endpoint, error) {
	found, generation := e.lookup(p)
	if found != nil {
		return found, nil
	}
	webhook, err := e.store.WebhookAt(ctx, p.organization, p.sandbox)
	if err != nil {
		return nil, fmt.Errorf("look the webhook up: %w", err)
	}
	profile, err := e.store.Profile(ctx, webhook.ID)
	if err != nil {
		return nil, fmt.Errorf("read the response profile: %w", err)
	}
	found = &endpoint{webhook: webhook, profile: profile, spec: webhook.TokenSpec(e.url())}
	e.put(p, found, generation)
	return found, nil
}

// lookup returns the cached endpoint of a path, or nil, and the generation of the cache.
func (e *endpoints) lookup(p pathKey) (*endpoint, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.handleChange()
	return e.cached[p], e.generation
}

// put caches what was read, unless a hint has arrived since: then it may be outdated.
func (e *endpoints) put(p pathKey, found *endpoint, generation int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.handleChange(); e.generation == generation {
		e.cached[p] = found
	}
}

// handleChange empties the cache if a hint says that it may be outdated. It also does so when the
// channel of hints is closed, because no further hint will come. The caller holds mu.
func (e *endpoints) handleChange() {
	select {
	case change, open := <-e.hints:
		if !open || change.Has(storage.ChangedWebhooks|storage.ChangedProfiles) {
			clear(e.cached)
			e.generation++
		}
	default:
	}
}

// A keyring caches parsed keys, because parsing an RSA key takes a millisecond. The secret
// itself is read for each request, because the file or variable that it names may change.
type keyring struct {
	sources storage.Sources

	mu   sync.Mutex // guards keys
	keys map[storage.ID]parsedKey
}

type parsedKey struct {
	algorithm token.Algorithm
	material  []byte
	key       *token.Key
	err       error
}

func newKeyring(sources storage.Sources) *keyring {
	return &keyring{sources: sources, keys: map[storage.ID]parsedKey{}}
}

// key returns the key by which a webhook's tokens are verified. An error of the key itself is
// cached as well: parsing it again would not help.
func (k *keyring) key(ctx context.Context, w *storage.Webhook) (*token.Key, error) {
	material, err := w.Auth.JWT.Secret.Resolve(ctx, k.sources)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.keys[w.ID]
	if !ok || kept.algorithm != w.Auth.JWT.Algorithm || !bytes.Equal(kept.material, material) {
		kept = parsedKey{algorithm: w.Auth.JWT.Algorithm, material: material}
		kept.key, kept.err = token.ParseKey(kept.algorithm, material)
		k.keys[w.ID] = kept
	}
	return kept.key, kept.err
}
