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
	Unchanged bool // the store has it with the same configuration

	document document
}

// readCampaign applies an object to the stored campaign that it describes. It ignores the number
// of executions, which is that of another store. If the UUID of the sandbox is missing, it stays
// so, because the store then takes that of a webhook in the sandbox.
func (r *reader) readCampaign(ctx context.Context, d document, object map[string]any) error {
	delete(object, "kind")
	delete(object, "executions")
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
	c.Sandbox.ID = sandboxID
	r.campaigns = append(r.campaigns, Campaign{Campaign: c, Unchanged: same && len(unreadable) == 0, document: d})
	return nil
}

// judgeCampaign is judge for a campaign.
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

// findTakenNames reports names that another campaign has: a stored one that is not in the text,
// or one in the text.
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

// reported reports whether a field of the document already has an error.
func (r *reader) reported(d document, field string) bool {
	for _, bad := range r.bad {
		if bad.Field == fmt.Sprintf("%d.%s", d.number, field) {
			return true
		}
	}
	return false
}

// storedCampaign returns the stored campaign that an object describes: the one with its id, which
// the object may rename, or else the one with its name. If there is neither, it returns a new one,
// which has no ID.
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

// overlayCampaign applies an object to a stored campaign or to a new one. It returns the changes
// that the campaign's status does not allow in refused.
func overlayCampaign(stored storage.Campaign, object map[string]any) (c storage.Campaign, refused storage.FieldErrors, err error) {
	base := export.CampaignConfiguration(stored)
	_, drafts := object["draft"]
	inForce := object["status"] != nil || drafts // the object has the settings that calls use, not those of the draft
	if stored.Draft != nil && !inForce {
		latest := export.OfCampaignSettings(stored.Latest())
		base.CampaignScope, base.CampaignConduct = latest.CampaignScope, latest.CampaignConduct
		if object["id"] == nil {
			delete(object, "name") // it selects the campaign and does not rename its draft
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

// newCampaign returns a new campaign with everything that the file says, including IDs and status,
// so that it is the same campaign as in the store that the file is from.
func newCampaign(v export.ConfiguredCampaign) storage.Campaign {
	c := storage.Campaign{UUID: v.ID, VersionID: v.VersionID, Status: v.Status, CampaignSettings: v.Settings()}
	if v.Draft != nil {
		c = withDraft(c, v)
	}
	return c
}

// withDraft returns the campaign with the draft of v and its version ID.
func withDraft(c storage.Campaign, v export.ConfiguredCampaign) storage.Campaign {
	draft := v.Draft.Settings()
	c.Draft, c.DraftVersionID = &draft, v.DraftVersionID
	return c
}

// refuseDraft returns an error if v has a draft but is not live: the settings of such a campaign
// can be changed directly.
func refuseDraft(v export.ConfiguredCampaign) storage.FieldErrors {
	if v.Draft == nil || v.Status == storage.CampaignLive {
		return nil
	}
	return storage.FieldErrors{{Field: "draft", Reason: fmt.Sprintf("belongs to a campaign that is %s; omit it, or give the status %s", storage.CampaignLive, storage.CampaignLive)}}
}

// revised returns a stored campaign with the settings and the status of a file. If the settings in
// force change, they are a new version, as if a user had edited and activated the campaign.
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

// sameCampaign reports whether two campaigns are exported as the same text.
func sameCampaign(a, b storage.Campaign) bool {
	one, err := json.Marshal(export.CampaignConfiguration(a))
	two, bad := json.Marshal(export.CampaignConfiguration(b))
	return err == nil && bad == nil && bytes.Equal(one, two)
}

// merged overlays an object on a campaign. Lists are replaced as a whole. A member that is null
// changes nothing, except for the start, the end and the draft, which it removes.
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

// overlayMembers copies the members of over into base. A member that is null changes nothing,
// except for the start and the end, which it removes.
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

// settingsOf returns a copy of those members of a campaign that are settings.
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
