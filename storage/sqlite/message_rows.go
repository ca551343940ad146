package sqlite

import (
	"database/sql/driver"

	"backchannel/storage"
)

// A messageRows changes the rows of campaigns' messages in one transaction, together with the
// stored number of each campaign's messages in each state.
type messageRows struct {
	*statements
	counts map[messageCounter]int64 // changes not yet saved
}

// A messageCounter identifies the number of a campaign's messages in one state.
type messageCounter struct {
	campaign storage.ID
	state    storage.MessageState
}

func (r *messageRows) count(campaign storage.ID, state storage.MessageState, n int64) {
	if r.counts == nil {
		r.counts = map[messageCounter]int64{}
	}
	r.counts[messageCounter{campaign, state}] += n
}

// saveCounts updates the stored counts.
func (r *messageRows) saveCounts() error {
	for of, n := range r.counts {
		err := r.raw.exec(`INSERT INTO message_counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`,
			int64(of.campaign), string(of.state), n)
		if err != nil {
			return err
		}
	}
	return nil
}

// insert stores a new message, which has an ID.
func (r *messageRows) insert(m *storage.Message) error {
	r.count(m.CampaignID, m.State, 1)
	return r.raw.exec(`INSERT INTO campaign_messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, int64(m.ID), int64(m.Execution), int64(m.CampaignID),
		string(m.Channel), m.Address, m.Namespace, m.Identity, string(m.Outcome), string(m.State), m.Exclusion.Code, m.Exclusion.Reason, micros(m.CreatedAt))
}

// reached gives a message the state of one of its events, which has reached the webhook.
func (r *messageRows) reached(message, delivery storage.ID) error {
	var row [3]driver.Value
	found, err := r.raw.queryRow(row[:], `SELECT m.campaign_id, m.state, e.status FROM campaign_messages m, deliveries d JOIN events e ON e.id = d.event_id
		WHERE m.id = ? AND d.id = ?`, int64(message), int64(delivery))
	if err != nil || !found { // no longer kept
		return err
	}
	campaign, from, to := storage.ID(integer(row[0])), storage.MessageState(text(row[1])), storage.MessageState(text(row[2]))
	r.count(campaign, from, -1)
	r.count(campaign, to, 1)
	return r.raw.exec(`UPDATE campaign_messages SET state = ? WHERE id = ?`, string(to), int64(message))
}
