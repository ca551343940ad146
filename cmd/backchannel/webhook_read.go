package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/cmd/backchannel/internal/view"
	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/storage/sqlite"
)

// A webhookFile is a text that holds webhooks, and what was found in it.
type webhookFile struct {
	app      *app
	store    *sqlite.Store
	text     []byte
	webhooks []storage.Webhook
	bad      storage.FieldErrors
}

// readWebhooks reads every webhook of the text and tells all that is wrong with any.
func (a *app) readWebhooks(ctx context.Context, store *sqlite.Store, text []byte) ([]storage.Webhook, error) {
	f := &webhookFile{app: a, store: store, text: text}
	values := jsontext.NewReader(text, jsontext.Typed)
	if !values.More() && len(text) == 0 || len(bytes.Trim(text, jsontext.Space)) == 0 {
		return nil, invalid("file", "holds no webhook; give JSON objects as webhook export writes them")
	}
	for n := 1; values.More(); n++ {
		found, from, to := values.Next()
		if found.Broken != nil { // where the next object begins nobody knows
			f.bad = append(f.bad, storage.FieldError{Field: "file", Reason: fmt.Sprintf("object %d %v", n, found.Broken)})
			return nil, f.bad
		}
		if err := f.read(ctx, text[from:to], strconv.Itoa(n), f.line(from)); err != nil {
			return nil, err
		}
		f.repeats(found.Twice, strconv.Itoa(n))
	}
	return f.webhooks, f.bad.Err()
}

func (f *webhookFile) line(offset int) int {
	line, _ := jsontext.Position(f.text, offset)
	return line
}

// repeats tells of the names that stand twice in one object, of which one would be lost.
func (f *webhookFile) repeats(twice []jsontext.Flaw, n string) {
	for _, flaw := range twice {
		line, column := jsontext.Position(f.text, flaw.Offset)
		f.bad = append(f.bad, storage.FieldError{Field: n + fieldAt(flaw.Where),
			Reason: fmt.Sprintf("%q stands twice in its object; keep one of them (line %d, column %d)", flaw.Name(), line, column)})
	}
}

// fieldAt is a JSON Pointer as fields are named: .headers[0].name.
func fieldAt(pointer string) string {
	var path strings.Builder
	for _, token := range strings.Split(pointer, "/")[1:] {
		if strings.Trim(token, "0123456789") == "" && token != "" {
			path.WriteString("[" + token + "]")
		} else {
			path.WriteString("." + strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
	}
	return path.String()
}

// read takes on one object and says of each mistake where it stands.
func (f *webhookFile) read(ctx context.Context, raw json.RawMessage, n string, line int) error {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	object, ok := value.(map[string]any)
	if !ok {
		f.bad = append(f.bad, storage.FieldError{Field: n, Reason: fmt.Sprintf("is no object; give one as webhook export writes it (line %d)", line)})
		return nil
	}
	wrong := view.Mismatches(object)
	if len(wrong) > 0 {
		var err error
		if raw, err = json.Marshal(object); err != nil {
			return err
		}
	}
	w, err := overlay(ctx, f.store, raw)
	if err != nil {
		return err
	}
	all, err := f.judge(ctx, &w, wrong)
	for _, bad := range all {
		bad.Field, bad.Reason = n+"."+bad.Field, fmt.Sprintf("%s (line %d, webhook %q)", bad.Reason, line, w.Name)
		f.bad = append(f.bad, bad)
	}
	f.webhooks = append(f.webhooks, w)
	return err
}

// judge adds to what could not be read what is invalid and what is taken.
func (f *webhookFile) judge(ctx context.Context, w *storage.Webhook, wrong storage.FieldErrors) (storage.FieldErrors, error) {
	w.Normalize()
	var all storage.FieldErrors
	errors.As(alsoInvalid(wrong, w.Validate(ctx, f.app.rules())), &all)
	taken, err := collisions(ctx, f.store, *w, f.webhooks)
	return append(all, taken...), err
}

// overlay lays an object over the webhook of its name, or over a new one.
func overlay(ctx context.Context, store *sqlite.Store, raw json.RawMessage) (storage.Webhook, error) {
	var named struct{ Name string }
	if err := json.Unmarshal(raw, &named); err != nil {
		return storage.Webhook{}, err
	}
	w, err := store.WebhookByName(ctx, strings.Trim(named.Name, " "))
	if errors.Is(err, storage.ErrNotFound) {
		w, err = storage.NewWebhook(), nil
	}
	if err != nil {
		return storage.Webhook{}, err
	}
	v := view.Editable(w)
	if err := json.Unmarshal(raw, &v); err != nil {
		return storage.Webhook{}, err
	}
	v.Apply(&w)
	return w, nil
}

// collisions are with webhooks earlier in the file, and with a kept one at the same place:
// the store would find those, but only once what stands before is saved.
func collisions(ctx context.Context, store *sqlite.Store, w storage.Webhook, earlier []storage.Webhook) (found storage.FieldErrors, err error) {
	for _, other := range earlier {
		if other.Name == w.Name && w.Name != "" {
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
		if (other.Name != w.Name || w.Name == "") && other.Organization == w.Organization && other.Sandbox.Name == w.Sandbox.Name {
			found = append(found, storage.FieldError{Field: "sandbox.name", Conflict: true,
				Reason: fmt.Sprintf("webhook %q has this organization and sandbox", other.Name)})
		}
	}
	return found, nil
}
