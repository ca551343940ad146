package sqlite

import (
	"database/sql/driver"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A messageRows changes the rows of campaigns' messages in one transaction, together with the
// stored number of each campaign's messages in each state.
type messageRows struct {
	*statements
	counts column.Counts[column.MessageState] // changes not yet saved
}

// saveCounts updates the stored counts.
func (r *messageRows) saveCounts() error {
	for of, n := range r.counts {
		err := r.raw.exec(`INSERT INTO message_counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`,
			int64(of.Campaign), string(of.State), n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *messageRows) Add(m *storage.Message) error {
	r.counts.Add(column.MessageState{Campaign: m.CampaignID, State: m.State}, 1)
	return r.raw.exec(`INSERT INTO campaign_messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, int64(m.ID), int64(m.Execution), int64(m.CampaignID),
		string(m.Channel), m.Address, m.Namespace, m.Identity, string(m.Outcome), string(m.State), m.Exclusion.Code, m.Exclusion.Reason, micros(m.CreatedAt))
}

func (r *messageRows) Reached(message, delivery storage.ID) error {
	var row [3]driver.Value
	found, err := r.raw.queryRow(row[:], `SELECT m.campaign_id, m.state, e.status FROM campaign_messages m, deliveries d JOIN events e ON e.id = d.event_id
		WHERE m.id = ? AND d.id = ?`, int64(message), int64(delivery))
	if err != nil || !found { // no longer kept
		return err
	}
	campaign, from, to := storage.ID(integer(row[0])), storage.MessageState(text(row[1])), storage.MessageState(text(row[2]))
	r.counts.Move(column.MessageState{Campaign: campaign, State: from}, column.MessageState{Campaign: campaign, State: to}, 1)
	return r.raw.exec(`UPDATE campaign_messages SET state = ? WHERE id = ?`, string(to), int64(message))
}
