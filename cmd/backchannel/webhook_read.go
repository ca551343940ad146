package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"backchannel/cmd/backchannel/internal/view"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// readWebhooks reads every webhook of the text and checks them all.
func (a *app) readWebhooks(ctx context.Context, store *sqlite.Store, text []byte) ([]storage.Webhook, error) {
	var webhooks []storage.Webhook
	var bad storage.FieldErrors
	decoder := json.NewDecoder(bytes.NewReader(text))
	for n := 1; ; n++ {
		var raw json.RawMessage
		switch err := decoder.Decode(&raw); {
		case errors.Is(err, io.EOF):
			return webhooks, bad.Err()
		case err != nil:
			return nil, invalid("file", "object %d is no JSON: %v", n, err)
		}
		w, err := readWebhookObject(ctx, store, raw)
		if err != nil {
			return nil, fmt.Errorf("read object %d: %w", n, err)
		}
		w.Normalize()
		var fields storage.FieldErrors
		errors.As(w.Validate(a.rules()), &fields)
		taken, err := collisions(ctx, store, w, webhooks)
		if err != nil {
			return nil, err
		}
		for _, f := range append(fields, taken...) {
			f.Field = fmt.Sprintf("%d.%s", n, f.Field)
			bad = append(bad, f)
		}
		webhooks = append(webhooks, w)
	}
}

// readWebhookObject lays an object over the webhook of its name, or over a new one.
func readWebhookObject(ctx context.Context, store *sqlite.Store, raw json.RawMessage) (storage.Webhook, error) {
	var named struct{ Name string }
	if err := json.Unmarshal(raw, &named); err != nil {
		return storage.Webhook{}, usagef("%v", err)
	}
	w, err := store.WebhookByName(ctx, named.Name)
	if errors.Is(err, storage.ErrNotFound) {
		w, err = storage.NewWebhook(), nil
	}
	if err != nil {
		return storage.Webhook{}, err
	}
	v := view.Export(w, true)
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		return storage.Webhook{}, usagef("%v", err)
	}
	v.Apply(&w)
	return w, nil
}

// collisions are with webhooks earlier in the file, and with a kept one at the same place:
// the store would find those, but only once what stands before is saved.
func collisions(ctx context.Context, store *sqlite.Store, w storage.Webhook, earlier []storage.Webhook) (found storage.FieldErrors, err error) {
	for _, other := range earlier {
		if other.Name == w.Name {
			found = append(found, storage.FieldError{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q stands twice in the file", w.Name)})
		}
	}
	others := slices.Clone(earlier)
	switch kept, err := store.WebhookAt(ctx, w.Organization, w.Sandbox.Name); {
	case err == nil:
		others = append(others, kept)
	case !errors.Is(err, storage.ErrNotFound):
		return nil, err
	}
	for _, other := range others {
		if other.Name != w.Name && other.Organization == w.Organization && other.Sandbox.Name == w.Sandbox.Name {
			found = append(found, storage.FieldError{Field: "sandbox.name", Conflict: true,
				Reason: fmt.Sprintf("webhook %q has this organization and sandbox", other.Name)})
		}
	}
	return found, nil
}
