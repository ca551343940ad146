package column

import "backchannel/storage"

// CampaignColumns are all columns of a campaign, in the order of CampaignValues and ScanCampaign. The
// settings are one column of JSON, and so is the draft, which has the same fields. Only what SQL
// compares or changes has a column of its own.
const CampaignColumns = `id, version, uuid, version_id, status, name, settings, draft_version_id, draft, executions, created_at, updated_at`

// CampaignValues returns the columns of a campaign.
func CampaignValues(c *storage.Campaign) ([]any, error) {
	settings, err := packSettings(&c.CampaignSettings)
	if err != nil {
		return nil, err
	}
	var draft string
	if c.Draft != nil {
		if draft, err = packSettings(c.Draft); err != nil {
			return nil, err
		}
	}
	return []any{
		c.ID, c.Version, c.UUID, c.VersionID, c.Status, c.Name, settings, c.DraftVersionID, draft, c.Executions,
		At(c.CreatedAt), At(c.UpdatedAt),
	}, nil
}

// ScanCampaign reads a campaign.
func ScanCampaign(read func(...any) error) (c storage.Campaign, err error) {
	var name, settings, draft string
	var created, updated Timestamp
	err = read(&c.ID, &c.Version, &c.UUID, &c.VersionID, &c.Status, &name, &settings, &c.DraftVersionID, &draft, &c.Executions, &created, &updated)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = created.Time, updated.Time
	if c.CampaignSettings, err = unpackSettings(settings); err != nil || draft == "" {
		return c, err
	}
	drafted, err := unpackSettings(draft)
	c.Draft = &drafted
	return c, err
}
