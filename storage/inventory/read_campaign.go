package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
)

// A Campaign is a campaign as a file describes it.
type Campaign struct {
	storage.Campaign
	Unchanged bool // the store has it so

	document document
}

// readCampaign reads a campaign over the stored one. The number of executions says nothing about
// another store and is ignored. A sandbox's UUID that is missing stays so, because the store
// takes that of the sandbox's webhook.
func (r *reader) readCampaign(ctx context.Context, d document, object map[string]any) error {
	delete(object, "kind")
	delete(object, "executions") // what is counted here says nothing about elsewhere
	unreadable := export.CampaignMismatches(object)
	stored, err := r.storedCampaign(ctx, object)
	if err != nil {
		return err
	}
	c, refused, err := overlayCampaign(stored, object)
	if err != nil {
		return err
	}
	sandboxID := c.Sandbox.ID
	c.Normalize()
	same := stored.ID != 0 && sameCampaign(stored, c)
	r.add(d, "campaign", c.Latest().Name, append(r.judgeCampaign(c, unreadable), refused...))
	c.Sandbox.ID = sandboxID // if empty, the store takes that of the sandbox's webhook
	r.campaigns = append(r.campaigns, Campaign{Campaign: c, Unchanged: same && len(unreadable) == 0, document: d})
	return nil
}

// judgeCampaign returns the mistakes of a campaign, as judge does those of a webhook.
func (r *reader) judgeCampaign(c storage.Campaign, unreadable storage.FieldErrors) (all storage.FieldErrors) {
	errors.As(unreadable.AndInvalid(c.Validate(r.rules)), &all)
	if r.campaignNames[c.Name] && c.Name != "" {
		all = append(all, storage.FieldError{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q occurs twice in the file", c.Name)})
	} else if r.campaignIDs[c.UUID] {
		all = append(all, storage.FieldError{Field: "id", Conflict: true, Reason: fmt.Sprintf("the campaign %s occurs twice in the file", c.UUID)})
	}
	r.campaignNames[c.Name], r.campaignIDs[c.UUID] = true, true
	return all
}

// findTakenNames reports the names that a stored campaign has which is not in the text, or
// one that is under the name that the text gives it.
func (r *reader) findTakenNames(ctx context.Context) error {
	if len(r.campaigns) == 0 {
		return nil
	}
	others, err := r.store.Campaigns(ctx)
	if err != nil {
		return err
	}
	for i := range others {
		for _, c := range r.campaigns {
			if c.ID == others[i].ID {
				others[i] = c.Campaign
			}
		}
	}
	for _, c := range r.campaigns {
		if len(c.Conflicts(others...)) > 0 && !r.reported(c.document, "name") {
			r.add(c.document, "campaign", c.Latest().Name, c.Conflicts(others...))
		}
	}
	return nil
}

// reported reports whether a field of the document has an error already.
func (r *reader) reported(d document, field string) bool {
	for _, bad := range r.bad {
		if bad.Field == fmt.Sprintf("%d.%s", d.number, field) {
			return true
		}
	}
	return false
}

// storedCampaign returns the campaign that an object describes: the one of its id, which it
// may rename, or else of its name. A campaign that does not exist has no ID.
func (r *reader) storedCampaign(ctx context.Context, object map[string]any) (storage.Campaign, error) {
	c, err := storage.Campaign{}, storage.ErrNotFound
	if id, _ := object["id"].(string); id != "" {
		c, err = r.store.CampaignByUUID(ctx, id)
	}
	if name, _ := object["name"].(string); errors.Is(err, storage.ErrNotFound) && name != "" {
		c, err = r.store.CampaignByName(ctx, strings.Trim(name, " "))
	}
	if errors.Is(err, storage.ErrNotFound) {
		return storage.NewCampaign(), nil
	}
	return c, err
}

// overlayCampaign applies an object to a stored campaign or to a new one. refused are the
// changes that its life does not allow.
func overlayCampaign(stored storage.Campaign, object map[string]any) (c storage.Campaign, refused storage.FieldErrors, err error) {
	base := export.CampaignConfiguration(stored)
	_, drafts := object["draft"]
	inForce := object["status"] != nil || drafts // the settings are those that calls use
	if stored.Draft != nil && !inForce {
		latest := export.OfCampaignSettings(stored.Latest())
		base.CampaignScope, base.CampaignConduct = latest.CampaignScope, latest.CampaignConduct
		if object["id"] == nil {
			delete(object, "name") // it says which campaign is meant, not what its draft is called
		}
	}
	v, err := merged(base, object)
	if err != nil {
		return c, nil, err
	}
	if stored.ID == 0 {
		return newCampaign(v), refuseDraft(v), nil
	}
	if v.ID != stored.UUID {
		refused = append(refused, storage.FieldError{Field: "id", Conflict: true,
			Reason: fmt.Sprintf("campaign %q has the id %s, which never changes; omit it, or use another name", stored.Name, stored.UUID)})
	}
	c, err = revised(stored, v, inForce)
	if c.Status == storage.CampaignLive && drafts {
		c.DraftVersionID, c.Draft = "", nil
		if v.Draft != nil {
			c = withDraft(c, v)
		}
	} else if drafts && v.Draft != nil {
		refused = append(refused, refuseDraft(v)...)
	}
	var fields storage.FieldErrors
	if errors.As(err, &fields) {
		return c, append(refused, fields...), nil
	}
	return c, refused, err
}

// newCampaign takes over everything, IDs and status included, because that is what makes a
// campaign the same elsewhere.
func newCampaign(v export.ConfiguredCampaign) storage.Campaign {
	c := storage.Campaign{UUID: v.ID, VersionID: v.VersionID, Status: v.Status, CampaignSettings: v.Settings()}
	if v.Draft != nil {
		c = withDraft(c, v)
	}
	return c
}

// withDraft gives a campaign the draft of a file, under the version ID that the draft has
// there or here.
func withDraft(c storage.Campaign, v export.ConfiguredCampaign) storage.Campaign {
	draft := v.Draft.Settings()
	c.Draft, c.DraftVersionID = &draft, v.DraftVersionID
	return c
}

// refuseDraft refuses a draft of a campaign that is not live, whose settings can be changed
// without one.
func refuseDraft(v export.ConfiguredCampaign) storage.FieldErrors {
	if v.Draft == nil || v.Status == storage.CampaignLive {
		return nil
	}
	return storage.FieldErrors{{Field: "draft", Reason: fmt.Sprintf("belongs to a campaign that is %s; omit it, or give the status %s", storage.CampaignLive, storage.CampaignLive)}}
}

// revised moves a stored campaign to the settings and the status of a file. Settings in force
// that change are a new version, as if they had been edited and activated.
func revised(c storage.Campaign, v export.ConfiguredCampaign, inForce bool) (storage.Campaign, error) {
	settings, draft := v.Settings(), c.Draft
	before := c.CampaignSettings
	if !inForce {
		before = c.Latest()
	}
	var err error
	if !export.SameSettings(before, settings) {
		c, err = c.Edit(settings)
		if c.Status == storage.CampaignLive && inForce && err == nil {
			if c, err = c.Activate(); err == nil && draft != nil {
				c.Draft, c.DraftVersionID = draft, v.DraftVersionID
			}
		}
	}
	if err != nil || v.Status == c.Status {
		return c, err
	}
	switch v.Status {
	case storage.CampaignLive:
		return c.Activate()
	case storage.CampaignStopped:
		return c.Stop()
	case storage.CampaignDraft:
		return c, storage.FieldErrors{{Field: "status", Conflict: true,
			Reason: fmt.Sprintf("campaign %q is %s and cannot be a draft again; omit the status to change it, or use another name", c.Name, c.Status)}}
	}
	c.Status = v.Status // Validate reports it
	return c, nil
}

// sameCampaign reports whether two campaigns are the same elsewhere.
func sameCampaign(a, b storage.Campaign) bool {
	one, err := json.Marshal(export.CampaignConfiguration(a))
	two, bad := json.Marshal(export.CampaignConfiguration(b))
	return err == nil && bad == nil && bytes.Equal(one, two)
}

// merged overlays an object on a campaign. Lists are replaced as a whole. What is null stays
// as it is, except where nothing is a value: a start, an end and a draft.
func merged(base export.ConfiguredCampaign, object map[string]any) (v export.ConfiguredCampaign, err error) {
	text, err := json.Marshal(base)
	if err != nil {
		return v, err
	}
	members, _, err := decode(text)
	if err != nil {
		return v, err
	}
	given, drafts := object["draft"]
	delete(object, "draft")
	overlayMembers(members, object)
	if draft, isObject := given.(map[string]any); drafts && !isObject {
		delete(members, "draft")
	} else if isObject {
		if members["draft"] == nil {
			members["draft"] = settingsOf(members)
		}
		overlayMembers(members["draft"].(map[string]any), draft)
	}
	if text, err = json.Marshal(members); err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, &v)
}

// overlayMembers copies members of an object into another. null changes nothing, except for a
// time, for which it means that there is none.
func overlayMembers(base, over map[string]any) {
	for name, value := range over {
		inner, isObject := value.(map[string]any)
		if of, both := base[name].(map[string]any); isObject && both {
			overlayMembers(of, inner)
		} else if value != nil || name == "start" || name == "end" {
			base[name] = value
		}
	}
}

// settingsOf returns a copy of a campaign's members without those that are not settings.
func settingsOf(members map[string]any) map[string]any {
	settings := map[string]any{}
	for name, value := range members {
		switch name {
		case "kind", "id", "versionId", "status", "draftVersionId", "draft":
			continue
		}
		if inner, isObject := value.(map[string]any); isObject {
			value = maps.Clone(inner)
		}
		settings[name] = value
	}
	return settings
}
