package postgres

import (
	"backchannel/storage"
	"backchannel/storage/column"
)

// campaignColumns are all columns of a campaign. The settings are one column of JSON, like the
// draft, which has the same fields; only what SQL compares or changes has columns of its own.
const campaignColumns = `id, version, uuid, version_id, status, name, settings, draft_version_id, draft, executions, created_at, updated_at`

// campaignValues returns the columns of a campaign in the order of campaignColumns.
func campaignValues(c *storage.Campaign) ([]any, error) {
	settings, err := column.PackSettings(&c.CampaignSettings)
	if err != nil {
		return nil, err
	}
	var draft string
	if c.Draft != nil {
		if draft, err = column.PackSettings(c.Draft); err != nil {
			return nil, err
		}
	}
	return []any{
		c.ID, c.Version, c.UUID, c.VersionID, c.Status, c.Name, settings, c.DraftVersionID, draft, c.Executions,
		moment(c.CreatedAt), moment(c.UpdatedAt),
	}, nil
}

func scanCampaign(read scan) (c storage.Campaign, err error) {
	var name, settings, draft string
	var created, updated timestamp
	err = read(&c.ID, &c.Version, &c.UUID, &c.VersionID, &c.Status, &name, &settings, &c.DraftVersionID, &draft, &c.Executions, &created, &updated)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = created.Time, updated.Time
	if c.CampaignSettings, err = column.UnpackSettings(settings); err != nil || draft == "" {
		return c, err
	}
	drafted, err := column.UnpackSettings(draft)
	c.Draft = &drafted
	return c, err
}
