package postgres

import (
	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A messageRows changes the rows of campaigns' messages in one transaction, together with the
// stored number of each campaign's messages in each state.
type messageRows struct {
	*tx
	counts column.Counts[column.MessageState] // changes not yet saved
}

// saveCounts updates the stored counts.
func (r *messageRows) saveCounts() {
	for _, of := range r.counts.Sorted() {
		r.send(`INSERT INTO message_counts AS c VALUES (?, ?, ?, ?) ON CONFLICT (campaign_id, state, slot) DO UPDATE SET n = c.n + excluded.n`,
			of.Campaign, of.State, r.slot, r.counts[of])
	}
}

func (r *messageRows) Add(m *storage.Message) error {
	r.counts.Add(column.MessageState{Campaign: m.CampaignID, State: m.State}, 1)
	r.send(`INSERT INTO campaign_messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, m.ID, m.Execution, m.CampaignID,
		m.Channel, m.Address, m.Namespace, m.Identity, m.Outcome, m.State, m.Exclusion.Code, m.Exclusion.Reason, m.CreatedAt)
	return nil
}

func (r *messageRows) Reached(message, delivery storage.ID) error {
	r.send(`WITH was AS (SELECT m.id, m.campaign_id, m.state, e.status FROM campaign_messages m, deliveries d JOIN events e ON e.id = d.event_id
			WHERE m.id = ? AND d.id = ? FOR UPDATE OF m),
		changed AS (UPDATE campaign_messages m SET state = was.status FROM was WHERE m.id = was.id)
		SELECT campaign_id, state, status FROM was`, message, delivery).Query(func(rows pgx.Rows) error {
		for rows.Next() { // none if it is no longer kept
			var campaign storage.ID
			var from, to storage.MessageState
			if err := rows.Scan(&campaign, &from, &to); err != nil {
				return err
			}
			r.counts.Move(column.MessageState{Campaign: campaign, State: from}, column.MessageState{Campaign: campaign, State: to}, 1)
		}
		return rows.Err()
	})
	return nil
}
