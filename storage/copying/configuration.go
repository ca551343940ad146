package copying

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
)

// configuration reads what is set up at the source.
func (c *copier) configuration(ctx context.Context) (all storage.Configuration, err error) {
	if all.Webhooks, err = c.from.Webhooks(ctx); err != nil {
		return all, err
	}
	all.Profiles = map[storage.ID]storage.Profile{}
	for _, w := range all.Webhooks {
		p, err := c.from.Profile(ctx, w.ID)
		if err != nil {
			return all, err
		}
		if p.Generation > 0 { // one was set
			all.Profiles[w.ID] = p
		}
	}
	if all.Campaigns, err = c.from.Campaigns(ctx); err != nil {
		return all, err
	}
	all.Fixtures, err = c.from.SavedFixtures(ctx)
	return all, err
}

// taken returns an entry for each record of a configuration that exists at the target, or that
// is not valid there.
func (c *copier) taken(ctx context.Context, all storage.Configuration) (bad storage.FieldErrors, err error) {
	for _, w := range all.Webhooks {
		like := w
		like.ID = 0 // else the record would not be in its own way
		_, same := c.to.Webhook(ctx, w.ID)
		found, err := clash("webhook "+w.Name, c.to.CheckWebhook(ctx, like), same)
		if err != nil {
			return nil, err
		}
		bad = append(bad, found...)
	}
	for _, made := range all.Campaigns {
		like := made
		like.ID = 0
		_, same := c.to.Campaign(ctx, made.ID)
		_, sameUUID := c.to.CampaignByUUID(ctx, made.UUID)
		found, err := clash("campaign "+made.Name, c.to.CheckCampaign(ctx, like), same, sameUUID)
		if err != nil {
			return nil, err
		}
		bad = append(bad, found...)
	}
	for _, f := range all.Fixtures {
		var named error
		if _, err := c.to.SavedFixture(ctx, f.Name); err == nil {
			named = storage.FieldErrors{{Field: "name", Conflict: true}}
		} else if !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		}
		found, err := clash("fixture "+f.Name, named)
		if err != nil {
			return nil, err
		}
		bad = append(bad, found...)
	}
	return bad, nil
}

// clash describes what keeps a record from being stored at the target: the fields that checking
// it there found bad, and that one of its IDs was found there, which the lookups that did not
// fail say.
func clash(record string, checked error, lookups ...error) (bad storage.FieldErrors, err error) {
	var fields storage.FieldErrors
	if checked != nil && !errors.As(checked, &fields) {
		return nil, checked
	}
	var same []string
	for _, f := range fields {
		if f.Conflict {
			same = append(same, f.Field)
			continue
		}
		bad = append(bad, storage.FieldError{Field: record + ": " + f.Field, Reason: f.Reason})
	}
	for _, err := range lookups {
		switch {
		case err == nil && !slices.Contains(same, "id"):
			same = append(same, "id")
		case err != nil && !errors.Is(err, storage.ErrNotFound):
			return nil, err
		}
	}
	if len(same) > 0 {
		bad = append(bad, storage.FieldError{Field: record, Conflict: true, Reason: fmt.Sprintf(
			"the target has one with the same %s; change or delete either of them, then copy again", strings.Join(same, ", "))})
	}
	return bad, nil
}

// references returns an entry for everything outside of the store that webhooks need.
func references(all []storage.Webhook) (found storage.FieldErrors) {
	for _, w := range all {
		add := func(field, what string) {
			found = append(found, storage.FieldError{Field: "webhook " + w.Name + ": " + field, Reason: fmt.Sprintf(
				"%s is not copied; whatever process delivers reads it, so make sure that it can", what)})
		}
		if secret := w.Auth.JWT.Secret; secret.Elsewhere() {
			add("auth.secret", secret.Reveal())
		}
		for i, h := range w.Headers {
			if h.Secret && storage.Secret(h.Value).Elsewhere() {
				add(fmt.Sprintf("headers[%d].value", i), h.Value)
			}
		}
		tls := w.Delivery.TLS
		for _, file := range []struct{ field, path string }{{"caFile", tls.CAFile}, {"certFile", tls.CertFile}, {"keyFile", tls.KeyFile}} {
			if file.path != "" {
				add("delivery.tls."+file.field, "file "+file.path)
			}
		}
	}
	return found
}
