package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
)

// A Store is the part of a store that reading and saving need.
type Store interface {
	WebhookByName(ctx context.Context, name string) (storage.Webhook, error)
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	// SaveWebhooks stores all of the webhooks or none.
	SaveWebhooks(ctx context.Context, all ...*storage.Webhook) error
}

// A File is the content of a file: webhooks that are valid together.
type File struct {
	Webhooks []Webhook
}

// A Webhook is a webhook as a file describes it.
type Webhook struct {
	storage.Webhook
	Unchanged bool // the store has it with the same configuration

	document document
}

// Save stores what the file changes. Either all of it is stored, or nothing.
func (f *File) Save(ctx context.Context, store Store) error {
	var changed []*storage.Webhook
	for i := range f.Webhooks {
		if !f.Webhooks[i].Unchanged {
			changed = append(changed, &f.Webhooks[i].Webhook)
		}
	}
	return store.SaveWebhooks(ctx, changed...)
}

// Read reads JSON objects, one after the other or in arrays. Each describes the webhook of
// its name, which need not exist; what it omits stays as it is in the store. The error is a
// storage.FieldErrors with every mistake of the text. Each field is preceded by its
// object's number, as in 2.sandbox.name.
func Read(ctx context.Context, store Store, rules storage.Rules, text []byte) (*File, error) {
	groups, broken := split(text)
	r := &reader{store: store, rules: rules, names: map[string]bool{}, sites: map[site]string{}}
	for _, g := range groups {
		for _, d := range g.documents {
			if err := r.read(ctx, d); err != nil {
				return nil, err
			}
		}
		r.bad = append(r.bad, g.duplicates...)
	}
	switch {
	case broken != nil:
		return nil, append(r.bad, broken...)
	case len(r.webhooks) == 0 && len(r.bad) == 0:
		return nil, storage.FieldErrors{{Field: "file", Reason: "holds no webhook; give JSON objects as webhook export writes them"}}
	}
	if err := r.findTaken(ctx); err != nil {
		return nil, err
	}
	return &File{r.webhooks}, r.bad.Err()
}

// A reader collects the webhooks of a text and their mistakes.
type reader struct {
	store    Store
	rules    storage.Rules
	webhooks []Webhook
	bad      storage.FieldErrors
	names    map[string]bool // in the text
	sites    map[site]string // the name of the text's webhook there
}

// A site is where at most one webhook can be.
type site struct{ organization, sandbox string }

func siteOf(w storage.Webhook) site { return site{w.Organization, w.Sandbox.Name} }

func (r *reader) read(ctx context.Context, d document) error {
	object, ok, err := decode(d.raw)
	if err != nil {
		return err
	}
	if !ok {
		r.bad = append(r.bad, storage.FieldError{Field: strconv.Itoa(d.number),
			Reason: fmt.Sprintf("is not an object; give one as webhook export writes it (line %d)", d.line)})
		return nil
	}
	raw, unreadable := d.raw, export.Mismatches(object)
	if len(unreadable) > 0 {
		if raw, err = json.Marshal(object); err != nil {
			return err
		}
	}
	w, same, err := overlay(ctx, r.store, raw)
	if err != nil {
		return err
	}
	read := Webhook{Webhook: w, Unchanged: same && len(unreadable) == 0, document: d}
	r.add(read, r.judge(ctx, w, unreadable))
	r.webhooks = append(r.webhooks, read)
	return nil
}

// decode returns the members of an object. ok is false for any other value.
func decode(raw json.RawMessage) (object map[string]any, ok bool, err error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // a float64 would round large numbers
	if err := decoder.Decode(&value); err != nil {
		return nil, false, err
	}
	object, ok = value.(map[string]any)
	return object, ok, nil
}

// add adds the mistakes of a webhook, with where it is in the text.
func (r *reader) add(w Webhook, all storage.FieldErrors) {
	for _, bad := range all {
		bad.Field, bad.Reason = fmt.Sprintf("%d.%s", w.document.number, bad.Field), bad.Reason+w.where()
		r.bad = append(r.bad, bad)
	}
}

// where names the line on which a webhook begins. Its fields may be on later lines.
func (w *Webhook) where() string {
	if w.Name == "" {
		return fmt.Sprintf(" (object from line %d)", w.document.line)
	}
	return fmt.Sprintf(" (webhook %q, from line %d)", w.Name, w.document.line)
}

// judge returns the mistakes of a webhook: the fields that could not be read, those that are
// not valid, and those whose value an earlier webhook of the text has.
func (r *reader) judge(ctx context.Context, w storage.Webhook, unreadable storage.FieldErrors) (all storage.FieldErrors) {
	errors.As(unreadable.AndInvalid(w.Validate(ctx, r.rules)), &all)
	if r.names[w.Name] && w.Name != "" {
		all = append(all, storage.FieldError{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q stands twice in the file", w.Name)})
	}
	r.names[w.Name] = true
	if other, taken := r.sites[siteOf(w)]; !taken {
		r.sites[siteOf(w)] = w.Name
	} else if other != w.Name || w.Name == "" {
		all = append(all, takenBy(other))
	}
	return all
}

func takenBy(other string) storage.FieldError {
	return storage.FieldError{Field: "sandbox.name", Conflict: true, Reason: fmt.Sprintf("webhook %q has this organization and sandbox", other)}
}

// findTaken reports the sites that a stored webhook has which is not in the text. The store
// would report only the first. A webhook that is in the text may move away from its site.
func (r *reader) findTaken(ctx context.Context) error {
	all, err := r.store.Webhooks(ctx)
	if err != nil {
		return err
	}
	stored := make(map[site]string, len(all))
	for _, w := range all {
		if !r.names[w.Name] {
			stored[siteOf(w)] = w.Name
		}
	}
	for _, w := range r.webhooks {
		if other, taken := stored[siteOf(w.Webhook)]; taken {
			r.add(w, storage.FieldErrors{takenBy(other)})
		}
	}
	return nil
}

// overlay applies an object to the webhook of its name, or to a new one. It reports whether
// the webhook is in the store with the same configuration.
func overlay(ctx context.Context, store Store, raw json.RawMessage) (w storage.Webhook, same bool, err error) {
	var named struct{ Name string }
	if err := json.Unmarshal(raw, &named); err != nil {
		return w, false, err
	}
	w, err = store.WebhookByName(ctx, strings.Trim(named.Name, " "))
	if errors.Is(err, storage.ErrNotFound) {
		w, err = storage.NewWebhook(), nil
	}
	if err != nil {
		return w, false, err
	}
	before, err := json.Marshal(export.Configuration(w, true)) // now, because v shares slices with w
	if err != nil {
		return w, false, err
	}
	v := export.Editable(w)
	if err := json.Unmarshal(raw, &v); err != nil {
		return w, false, err
	}
	v.Apply(&w)
	w.Normalize()
	after, err := json.Marshal(export.Configuration(w, true))
	return w, w.ID != 0 && bytes.Equal(before, after), err
}
