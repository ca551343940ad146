package postgres

import (
	"cmp"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
)

// A messageRows changes the rows of campaigns' messages in one transaction, together with the
// stored number of each campaign's messages in each state.
type messageRows struct {
	*tx
	counts map[messageCounter]int64 // changes not yet saved
}

// A messageCounter identifies the number of a campaign's messages in one state.
type messageCounter struct {
	campaign storage.ID
	state    storage.MessageState
}

func (c messageCounter) compare(other messageCounter) int {
	return cmp.Or(cmp.Compare(c.campaign, other.campaign), cmp.Compare(c.state, other.state))
}

func (r *messageRows) count(campaign storage.ID, state storage.MessageState, n int64) {
	if r.counts == nil {
		r.counts = map[messageCounter]int64{}
	}
	r.counts[messageCounter{campaign, state}] += n
}

// saveCounts updates the stored counts.
func (r *messageRows) saveCounts() {
	for _, of := range slices.SortedFunc(maps.Keys(r.counts), messageCounter.compare) {
		r.send(`INSERT INTO message_counts AS c VALUES (?, ?, ?, ?) ON CONFLICT (campaign_id, state, slot) DO UPDATE SET n = c.n + excluded.n`,
			of.campaign, of.state, r.slot, r.counts[of])
	}
}

// insert stores a new message, which has an ID.
func (r *messageRows) insert(m *storage.Message) {
	r.count(m.CampaignID, m.State, 1)
	r.send(`INSERT INTO campaign_messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, m.ID, m.Execution, m.CampaignID,
		m.Channel, m.Address, m.Namespace, m.Identity, m.Outcome, m.State, m.Exclusion.Code, m.Exclusion.Reason, m.CreatedAt)
}

// reached sets the state of a message to that of its event that has been delivered.
func (r *messageRows) reached(message, delivery storage.ID) error {
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
			r.count(campaign, from, -1)
			r.count(campaign, to, 1)
		}
		return rows.Err()
	})
	return nil
}
