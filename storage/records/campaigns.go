package records

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A CampaignStore stores campaigns.
type CampaignStore struct {
	db    *Database
	rules storage.Rules
}

func scanCampaign(read Scan) (storage.Campaign, error) { return column.ScanCampaign(read) }

// Campaigns lists all campaigns by name.
func (s *CampaignStore) Campaigns(ctx context.Context) ([]storage.Campaign, error) {
	all, err := Collect(ctx, s.db.Reads, scanCampaign, `SELECT `+column.CampaignColumns+` FROM campaigns ORDER BY name`)
	return all, Wrap(err, "list campaigns")
}

// Campaign finds a campaign by its ID.
func (s *CampaignStore) Campaign(ctx context.Context, id storage.ID) (storage.Campaign, error) {
	c, err := findCampaign(ctx, s.db.Reads, `id = ?`, id)
	return c, Wrap(err, "find campaign %s", id)
}

// CampaignByName finds a campaign by its name.
func (s *CampaignStore) CampaignByName(ctx context.Context, name string) (storage.Campaign, error) {
	c, err := findCampaign(ctx, s.db.Reads, `name = ?`, name)
	return c, Wrap(err, "find campaign %q", name)
}

// CampaignByUUID finds a campaign by the UUID that calls name it by.
func (s *CampaignStore) CampaignByUUID(ctx context.Context, uuid string) (storage.Campaign, error) {
	c, err := findCampaign(ctx, s.db.Reads, `uuid = ?`, uuid)
	return c, Wrap(err, "find campaign %q", uuid)
}

// findCampaign reads the campaign for which a condition holds.
func findCampaign(ctx context.Context, from Source, where string, args ...any) (storage.Campaign, error) {
	return First(ctx, from, scanCampaign, `SELECT `+column.CampaignColumns+` FROM campaigns WHERE `+where, args...)
}

// SaveCampaigns stores new campaigns, which have no ID yet, and changed ones, whose Version
// must be the stored one: either all of them or none. It reports all invalid fields of a
// campaign at once as storage.FieldErrors, including conflicts with other campaigns.
func (s *CampaignStore) SaveCampaigns(ctx context.Context, all ...*storage.Campaign) error {
	if len(all) == 0 {
		return nil
	}
	work, done := s.saving(all)
	if err := s.db.Write(ctx, storage.ChangedCampaigns|storage.ChangedActivity, work); err != nil {
		return fmt.Errorf("save campaign: %w", err)
	}
	done()
	return nil
}

// saving returns the work of SaveCampaigns within its transaction, and a function to call once that
// is committed.
func (s *CampaignStore) saving(all []*storage.Campaign) (work func(Tx) error, done func()) {
	saved := make([]storage.Campaign, len(all))
	work = func(t Tx) error { return s.saveAll(t, all, saved) }
	return work, func() {
		for i, c := range all {
			*c = saved[i]
		}
	}
}

func (s *CampaignStore) saveAll(t Tx, all []*storage.Campaign, saved []storage.Campaign) (err error) {
	if err := vacateCampaigns(t, all); err != nil {
		return err
	}
	for i, c := range all {
		if saved[i], err = s.save(t, *c, all); err != nil {
			return err
		}
	}
	return nil
}

// vacateCampaigns gives the campaigns temporary names, so that they can swap names without
// violating the unique constraint.
func vacateCampaigns(t Tx, all []*storage.Campaign) error {
	if len(all) <= 1 {
		return nil
	}
	for _, c := range all {
		if c.ID == 0 {
			continue
		}
		if _, err := t.Exec(`UPDATE campaigns SET name = ? WHERE id = ? AND version = ?`, vacant(c.ID), c.ID, c.Version); err != nil {
			return err
		}
	}
	return nil
}

// CheckCampaign returns the errors that SaveCampaigns would return for a campaign's fields.
// It stores nothing.
func (s *CampaignStore) CheckCampaign(ctx context.Context, c storage.Campaign) error {
	c.Normalize()
	return s.check(ctx, s.db.Reads, c, nil)
}

// check validates a campaign's fields, also against other campaigns. along holds those that are
// saved in the same transaction and are compared in their new form.
func (s *CampaignStore) check(ctx context.Context, from Source, c storage.Campaign, along []*storage.Campaign) error {
	var bad storage.FieldErrors
	errors.As(c.Validate(s.rules), &bad)
	others, err := Collect(ctx, from, scanCampaign, `SELECT `+column.CampaignColumns+` FROM campaigns WHERE id <> ?`, c.ID)
	if err != nil {
		return err
	}
	for _, saved := range along {
		for i := range others {
			if others[i].ID == saved.ID {
				others[i] = *saved
			}
		}
	}
	return append(bad, c.Conflicts(others...)...).Err()
}

func (s *CampaignStore) save(t Tx, c storage.Campaign, along []*storage.Campaign) (saved storage.Campaign, err error) {
	if err := c.FillSandboxIDs(func(organization, sandbox string) (string, error) { return sandboxID(t, organization, sandbox) }); err != nil {
		return saved, err
	}
	c.Normalize()
	done := "created"
	if c.ID == 0 {
		if c.ID, err = t.NewID(); err != nil {
			return saved, err
		}
		c.Version, c.CreatedAt, c.Executions = 0, t.Stamp(), 0
	} else if done, err = revise(t, &c); err != nil {
		return saved, err
	}
	if err := s.check(t.Context(), t, c, along); err != nil {
		return saved, err
	}
	c.Version, c.UpdatedAt = c.Version+1, t.Stamp()
	values, err := column.CampaignValues(&c)
	if err != nil {
		return saved, err
	}
	_, err = t.Exec(`INSERT INTO campaigns (`+column.CampaignColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET
		(`+column.CampaignColumns+`) = (`+excludedCampaign+`)`, values...)
	if s.db.Violates(err) {
		return saved, storage.FieldErrors{{Field: "id", Conflict: true, Reason: fmt.Sprintf("%q is the id of another campaign; use another, or none to generate one", c.UUID)}}
	}
	if err != nil {
		return saved, err
	}
	return c, AddActivity(t, storage.Activity{Kind: storage.ActivityCampaign, CampaignID: c.ID, Text: "campaign " + c.Name + " " + done + s.db.By})
}

// sandboxID returns the UUID that a sandbox is known by: that of the webhook there, or else that
// of a campaign, or "" if there is neither.
func sandboxID(t Tx, organization, sandbox string) (string, error) {
	id, err := First(t.Context(), t, One[string], `SELECT sandbox_id FROM webhooks WHERE organization = ? AND sandbox_name = ?`, organization, sandbox)
	if !errors.Is(err, storage.ErrNotFound) {
		return id, err
	}
	all, err := Collect(t.Context(), t, scanCampaign, `SELECT `+column.CampaignColumns+` FROM campaigns`)
	for _, c := range all {
		if c.Organization == organization && c.Sandbox.Name == sandbox {
			return c.Sandbox.ID, err
		}
	}
	return "", err
}

const excludedCampaign = `excluded.id, excluded.version, excluded.uuid, excluded.version_id, excluded.status, excluded.name, excluded.settings,
	excluded.draft_version_id, excluded.draft, excluded.executions, excluded.created_at, excluded.updated_at`

func revise(t Tx, c *storage.Campaign) (done string, err error) {
	stored, err := findCampaign(t.Context(), t, `id = ?`, c.ID)
	if err != nil {
		return "", err
	}
	return c.Revise(stored)
}

// DeleteCampaign deletes a campaign that is still a draft.
func (s *CampaignStore) DeleteCampaign(ctx context.Context, id storage.ID) error {
	err := s.db.Write(ctx, storage.ChangedCampaigns|storage.ChangedActivity, func(t Tx) error {
		c, err := findCampaign(t.Context(), t, `id = ?`, id)
		if err != nil {
			return err
		}
		if err := c.CheckDelete(); err != nil {
			return err
		}
		if err := must(t, `DELETE FROM campaigns WHERE id = ?`, id); err != nil {
			return err
		}
		return AddActivity(t, storage.Activity{Kind: storage.ActivityCampaign, CampaignID: id, Text: "campaign " + c.Name + " deleted" + s.db.By})
	})
	return Wrap(err, "delete campaign %s", id)
}

// MessageCounts returns the number of messages in each state, by campaign. They include messages
// that retention has removed.
func (s *CampaignStore) MessageCounts(ctx context.Context) (map[storage.ID]storage.MessageCounts, error) {
	all, err := Collect(ctx, s.db.Reads, scanMessageCount, `SELECT campaign_id, state, CAST(sum(n) AS bigint) FROM message_counts GROUP BY campaign_id, state HAVING sum(n) <> 0`)
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", err)
	}
	counts := map[storage.ID]storage.MessageCounts{}
	for _, c := range all {
		if counts[c.campaign] == nil {
			counts[c.campaign] = storage.MessageCounts{}
		}
		counts[c.campaign][c.state] = c.n
	}
	return counts, nil
}

type messageCount struct {
	campaign storage.ID
	state    storage.MessageState
	n        int64
}

func scanMessageCount(read Scan) (c messageCount, err error) {
	err = read(&c.campaign, &c.state, &c.n)
	return c, err
}
