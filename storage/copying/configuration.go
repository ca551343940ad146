package copying

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
)

// configuration reads the configuration of the source.
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

// conflicts returns an entry for each record of a configuration that exists at the target, or that
// is not valid there.
func (c *copier) conflicts(ctx context.Context, all storage.Configuration) (bad storage.FieldErrors, err error) {
	for _, w := range all.Webhooks {
		candidate := w
		candidate.ID = 0 // with its ID, the target would take it for an update of the same record
		_, same := c.to.Webhook(ctx, w.ID)
		found, err := conflict("webhook "+w.Name, c.to.CheckWebhook(ctx, candidate), same)
		if err != nil {
			return nil, err
		}
		bad = append(bad, found...)
	}
	for _, campaign := range all.Campaigns {
		candidate := campaign
		candidate.ID = 0
		_, same := c.to.Campaign(ctx, campaign.ID)
		_, sameUUID := c.to.CampaignByUUID(ctx, campaign.UUID)
		found, err := conflict("campaign "+campaign.Name, c.to.CheckCampaign(ctx, candidate), same, sameUUID)
		if err != nil {
			return nil, err
		}
		bad = append(bad, found...)
	}
	for _, f := range all.Fixtures {
		var taken error
		if _, err := c.to.SavedFixture(ctx, f.Name); err == nil {
			taken = storage.FieldErrors{{Field: "name", Conflict: true}}
		} else if !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		}
		found, err := conflict("fixture "+f.Name, taken)
		if err != nil {
			return nil, err
		}
		bad = append(bad, found...)
	}
	return bad, nil
}

// conflict describes why a record cannot be stored at the target. checked is the error of checking the
// record there. lookups are the errors of looking its IDs up there; each nil one means that the target
// has a record with that ID.
func conflict(record string, checked error, lookups ...error) (bad storage.FieldErrors, err error) {
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

// references returns an entry for everything outside the store that webhooks refer to.
func references(all []storage.Webhook) (found storage.FieldErrors) {
	for _, w := range all {
		add := func(field, what string) {
			found = append(found, storage.FieldError{Field: "webhook " + w.Name + ": " + field, Reason: fmt.Sprintf(
				"%s is not copied; make sure that the process that delivers can read it", what)})
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
