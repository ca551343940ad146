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

// A Store is the part of a store that Read and File.Save need.
type Store interface {
	WebhookByName(ctx context.Context, name string) (storage.Webhook, error)
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	Campaigns(ctx context.Context) ([]storage.Campaign, error)
	CampaignByName(ctx context.Context, name string) (storage.Campaign, error)
	CampaignByUUID(ctx context.Context, uuid string) (storage.Campaign, error)
	// SaveInventory stores all of the webhooks and campaigns or none.
	SaveInventory(ctx context.Context, webhooks []*storage.Webhook, campaigns []*storage.Campaign) error
}

// A File is the content of a file: webhooks and campaigns that can be stored together.
type File struct {
	Webhooks  []Webhook
	Campaigns []Campaign
}

// A Webhook is a webhook as a file describes it.
type Webhook struct {
	storage.Webhook
	Unchanged bool // the store has it with the same configuration

	document document
}

// Save stores what the file changes, all of it or nothing.
func (f *File) Save(ctx context.Context, store Store) error {
	var webhooks []*storage.Webhook
	for i := range f.Webhooks {
		if !f.Webhooks[i].Unchanged {
			webhooks = append(webhooks, &f.Webhooks[i].Webhook)
		}
	}
	var campaigns []*storage.Campaign
	for i := range f.Campaigns {
		if !f.Campaigns[i].Unchanged {
			campaigns = append(campaigns, &f.Campaigns[i].Campaign)
		}
	}
	return store.SaveInventory(ctx, webhooks, campaigns)
}

// Read reads JSON objects, one after the other or in arrays. Each describes the webhook with
// its name or, if its kind is Campaign, the campaign with its id or name, which need not exist.
// What an object omits stays as it is in the store. The error is a storage.FieldErrors with all
// mistakes in the text. Each field begins with the number of its object, as in 2.sandbox.name.
func Read(ctx context.Context, store Store, rules storage.Rules, text []byte) (*File, error) {
	groups, broken := split(text)
	r := &reader{
		store: store, rules: rules, names: map[string]bool{}, sites: map[site]string{},
		campaignNames: map[string]bool{}, campaignIDs: map[string]bool{},
	}
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
	case len(r.webhooks) == 0 && len(r.campaigns) == 0 && len(r.bad) == 0:
		return nil, storage.FieldErrors{{Field: "file", Reason: "contains no webhook or campaign; give JSON objects as webhook export writes them"}}
	}
	if err := r.findTaken(ctx); err != nil {
		return nil, err
	}
	if err := r.findTakenNames(ctx); err != nil {
		return nil, err
	}
	return &File{r.webhooks, r.campaigns}, r.bad.Err()
}

// A reader collects the webhooks and campaigns of a text and their mistakes.
type reader struct {
	store     Store
	rules     storage.Rules
	webhooks  []Webhook
	campaigns []Campaign
	bad       storage.FieldErrors
	names     map[string]bool // of the webhooks in the text
	sites     map[site]string // the names of the webhooks in the text

	campaignNames, campaignIDs map[string]bool // in the text
}

// A site is a sandbox of an organization. At most one webhook can have it.
type site struct{ organization, sandbox string }

func siteOf(w storage.Webhook) site { return site{w.Organization, w.Sandbox.Name} }

// read reads one document of the input. An object without a kind is a webhook, unless it looks
// like a campaign.
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
	if object["kind"] != nil || looksLikeCampaign(object) {
		switch {
		case object["kind"] == export.KindCampaign:
			return r.readCampaign(ctx, d, object)
		case object["kind"] != export.KindWebhook:
			r.bad = append(r.bad, unknownKind(d, object["kind"]))
			return nil
		}
	}
	delete(object, "kind")
	return r.readWebhook(ctx, d, object)
}

// looksLikeCampaign reports whether an object has members that only a campaign has. Without a
// kind, it would be reported as a webhook with many mistakes.
func looksLikeCampaign(object map[string]any) bool {
	return object["category"] != nil || object["plan"] != nil || object["versionId"] != nil
}

// unknownKind returns the error of a kind that is missing or unknown.
func unknownKind(d document, kind any) storage.FieldError {
	reason := fmt.Sprintf("%v is unknown; use %s or %s", kind, export.KindWebhook, export.KindCampaign)
	switch text, isText := kind.(string); {
	case kind == nil:
		reason = fmt.Sprintf("is missing, so this would be a webhook; add \"kind\":%q", export.KindCampaign)
	case isText:
		reason = fmt.Sprintf("%q is unknown; use %s or %s", text, export.KindWebhook, export.KindCampaign)
	}
	return storage.FieldError{Field: fmt.Sprintf("%d.kind", d.number), Reason: reason + fmt.Sprintf(" (object from line %d)", d.line)}
}

// readWebhook applies an object to the stored webhook with its name. It leaves out members of the
// wrong type, so that the others are checked too.
func (r *reader) readWebhook(ctx context.Context, d document, object map[string]any) (err error) {
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
	r.add(d, "webhook", w.Name, r.judge(ctx, w, unreadable))
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

// add records the mistakes of a webhook or campaign, with its position in the text.
func (r *reader) add(d document, kind, name string, all storage.FieldErrors) {
	for _, bad := range all {
		bad.Field, bad.Reason = fmt.Sprintf("%d.%s", d.number, bad.Field), bad.Reason+d.where(kind, name)
		r.bad = append(r.bad, bad)
	}
}

// where returns the line on which a webhook or campaign begins, in words. Its fields may be on
// later lines.
func (d document) where(kind, name string) string {
	if name == "" {
		return fmt.Sprintf(" (object from line %d)", d.line)
	}
	return fmt.Sprintf(" (%s %q, from line %d)", kind, name, d.line)
}

// judge returns the mistakes of a webhook: fields of the wrong type, invalid fields, and fields
// whose value an earlier webhook in the text has.
func (r *reader) judge(ctx context.Context, w storage.Webhook, unreadable storage.FieldErrors) (all storage.FieldErrors) {
	errors.As(unreadable.AndInvalid(w.Validate(ctx, r.rules)), &all)
	if r.names[w.Name] && w.Name != "" {
		all = append(all, storage.FieldError{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q occurs twice in the file", w.Name)})
	}
	r.names[w.Name] = true
	if other, taken := r.sites[siteOf(w)]; !taken {
		r.sites[siteOf(w)] = w.Name
	} else if other != w.Name || w.Name == "" {
		all = append(all, takenBy(other))
	}
	return all
}

// takenBy returns the conflict with the webhook that has the sandbox.
func takenBy(other string) storage.FieldError {
	return storage.FieldError{Field: "sandbox.name", Conflict: true, Reason: fmt.Sprintf("webhook %q has this organization and sandbox", other)}
}

// findTaken reports all sites that a stored webhook already has. The store would report only the
// first. It ignores stored webhooks that are also in the text, which may move them to another site.
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
			r.add(w.document, "webhook", w.Name, storage.FieldErrors{takenBy(other)})
		}
	}
	return nil
}

// overlay applies an object to the stored webhook with its name, or to a new one. same reports
// whether that changes nothing.
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
