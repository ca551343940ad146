package receiver

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"backchannel/storage"
	"backchannel/storage/token"
)

// A place is what names a webhook in a URL.
type place struct{ organization, sandbox string }

// An endpoint is a webhook as the receiver needs it for each request.
type endpoint struct {
	webhook storage.Webhook
	profile storage.Profile
	spec    token.Spec
}

// endpoints remembers webhooks and their profiles until a hint says that they may have
// changed. Each look heeds the hints first, so that what is in force is in force at once.
type endpoints struct {
	store Webhooks
	url   func() string // of the receiver

	mu     sync.Mutex // guards all below
	hints  <-chan storage.Change
	known  map[place]*endpoint
	forgot int // how often known was emptied
}

func newEndpoints(ctx context.Context, store Webhooks, url func() string) *endpoints {
	return &endpoints{store: store, url: url, hints: store.Changes(ctx), known: map[place]*endpoint{}}
}

// at finds the webhook of a place; the error matches storage.ErrNotFound when there is
// none.
func (e *endpoints) at(ctx context.Context, p place) (*endpoint, error) {
	found, forgot := e.look(p)
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
	e.remember(p, found, forgot)
	return found, nil
}

func (e *endpoints) look(p place) (*endpoint, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heed()
	return e.known[p], e.forgot
}

// remember keeps what was read, unless a hint that came meanwhile makes it doubtful.
func (e *endpoints) remember(p place, found *endpoint, forgot int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heed(); e.forgot == forgot {
		e.known[p] = found
	}
}

func (e *endpoints) heed() {
	select {
	case change, open := <-e.hints:
		if !open || change.Has(storage.ChangedWebhooks|storage.ChangedProfiles) {
			clear(e.known)
			e.forgot++
		}
	default:
	}
}

// keyring remembers parsed keys, which for RSA take a millisecond to parse. A secret is
// read for each request, since what it names may change; only the parsing is spared.
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
