package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// Living returns the numbers of the live nodes, the one that has been running longest first.
func (s *NodeStore) Living(ctx context.Context) ([]int64, error) {
	all, err := records.Collect(ctx, s.reads, records.One[int64], `SELECT n.id FROM nodes n WHERE n.leads AND `+heard+` ORDER BY n.started_at, n.id`)
	return all, records.Wrap(err, "list the nodes that are alive")
}

// Claim sets this node's share of the concurrency of webhooks and returns it by webhook: as much as
// the node wants and other nodes have left. It gives up the surplus over an earlier claim, except
// what is in use, so the caller must start nothing more from the moment at which it counts Using.
// The shares of dead nodes are free, except those of nodes in assumed. A process that is not a node
// gets nothing.
func (s *NodeStore) Claim(ctx context.Context, assumed []int64, claims ...storage.Claim) (held map[storage.ID]int, err error) {
	var webhooks []storage.ID
	var allowed, using, wanted []int
	for _, c := range claims {
		webhooks, allowed, using, wanted = append(webhooks, c.WebhookID), append(allowed, c.Allowed), append(using, c.Using), append(wanted, c.Wanted)
	}
	err = s.writeLoose(ctx, 0, func(t *tx) error {
		held = map[storage.ID]int{}
		t.send(`LOCK TABLE shares IN SHARE ROW EXCLUSIVE MODE`) // serializes the claims of all nodes
		t.send(`DELETE FROM shares s WHERE NOT s.node = ANY(?) AND NOT EXISTS (SELECT FROM nodes n WHERE n.id = s.node AND n.leads AND `+heard+`)
			OR NOT EXISTS (SELECT FROM webhooks w WHERE w.id = s.webhook_id)`, append([]int64{}, assumed...))
		all, err := records.Collect(t.Context(), t, scanShare, `INSERT INTO shares
			SELECT c.webhook, ?1, greatest(c.using, least(c.wanted, c.allowed
				- (SELECT coalesce(sum(s.held), 0) FROM shares s WHERE s.webhook_id = c.webhook AND s.node <> ?1)))
			FROM unnest(?2::bigint[], ?3::integer[], ?4::integer[], ?5::integer[]) c (webhook, allowed, "using", wanted)
			WHERE EXISTS (SELECT FROM nodes n WHERE n.id = ?1 AND n.leads AND `+heard+`)
			ON CONFLICT (webhook_id, node) DO UPDATE SET held = excluded.held RETURNING webhook_id, held`,
			s.node, webhooks, allowed, using, wanted)
		for _, one := range all {
			held[one.webhook] = one.held
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim a share of %d webhooks: %w", len(claims), err)
	}
	return held, nil
}

type share struct {
	webhook storage.ID
	held    int
}

func scanShare(read scan) (s share, err error) {
	err = read(&s.webhook, &s.held)
	return s, err
}

// ChangeBreaker changes the state of a breaker by calling change, and returns the new state after
// the commit. No other process can change it meanwhile. change may be called several times. It is
// not called if the webhook has been deleted.
func (s *QueueStore) ChangeBreaker(ctx context.Context, webhook storage.ID, change func(storage.Breaker) storage.Breaker) (changed storage.Breaker, err error) {
	err = s.writeLoose(ctx, storage.ChangedDeliveries, func(t *tx) error {
		changed = storage.Breaker{WebhookID: webhook}
		found, err := records.Collect(t.Context(), t, records.One[storage.ID], `SELECT id FROM webhooks WHERE id = ? FOR NO KEY UPDATE`, webhook)
		if err != nil || len(found) == 0 {
			return err
		}
		was, err := records.Breaker(t, webhook)
		if err != nil {
			return err
		}
		if changed = change(was); changed.Open() != was.Open() {
			t.Kinds |= storage.ChangedWebhooks
		}
		return records.SaveBreaker(t, changed)
	})
	return changed, records.Wrap(err, "change the breaker of webhook %s", webhook)
}

// TakeOver does what ResetSending, MarkChecksLost and DropForwards do, but for dead nodes only.
func (s *NodeStore) TakeOver(ctx context.Context, reason string) error {
	const nobody = 0
	err := s.write(ctx, storage.ChangedDeliveries|storage.ChangedReceipts, func(t *tx) error {
		if err := t.deliveries.reset(nobody); err != nil {
			return err
		}
		if err := records.MarkChecksLost(t, abandoned(nobody), reason); err != nil {
			return err
		}
		_, err := records.DropForwards(t, abandoned(nobody), reason)
		return err
	})
	return records.Wrap(err, "take over from nodes that are gone")
}

// OutOfTurn returns those of the deliveries that must wait, because an earlier planned event of the
// same message is due and has not been attempted.
func (s *QueueStore) OutOfTurn(ctx context.Context, deliveries ...storage.ID) ([]storage.ID, error) {
	all, err := records.Collect(ctx, s.reads, records.One[storage.ID], `SELECT d.id FROM deliveries d WHERE d.id = ANY(?) AND EXISTS (
		SELECT FROM deliveries o WHERE o.message_id = d.message_id AND o.attempts = 0 AND o.state IN ('queued', 'sending')
			AND (o.due_at, o.id) < (d.due_at, d.id) AND o.due_at <= clock_timestamp())`, deliveries)
	return all, records.Wrap(err, "find which of %d planned events have to wait", len(deliveries))
}
