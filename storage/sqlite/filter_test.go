package sqlite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/storetest"
)

func TestUnknownStatusesShareOneFacet(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	for i := range 20 {
		r := storetest.ReceiptOf(w)
		r.Status, r.Channel = fmt.Sprint("s", i), fmt.Sprint("c", i)
		storetest.AddReceipt(t, s, &r)
	}
	n, err := first(t.Context(), s.reads, records.One[int], `SELECT count(*) FROM facets`)
	if err != nil || n != 1 {
		t.Errorf("got %d facets, %v; want 1", n, err)
	}
}

// No filter but body~ scans all receipts.
func TestFiltersUseIndexes(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for _, c := range []struct{ text, index string }{
		{"status:bounce -auth:pass code:5xx webhook:acme since:10m", "receipts_by_facet (facet_id=? AND rowid>?)"},
		{"is:duplicate", "receipts_by_facet (facet_id=?)"},
		{"message:R1", "messages USING PRIMARY KEY (level=? AND key>? AND key<?)"},
		{"identity:a status:bounce", "receipts_by_identity (identity=? AND facet_id=?)"},
		{"identity:a", "receipts_by_identity (identity=? AND facet_id=?)"},
		{"path:/a auth:fail", "receipts_by_path (path=? AND facet_id=?)"},
		{"path:/a", "receipts_by_path (path=? AND facet_id=?)"},
		{"is:pinned", "receipts_pinned (facet_id=?)"},
		{"delivery:" + storage.ID(7).String(), "receipts_by_delivery (delivery_id=?)"},
		{"since:10m", "INTEGER PRIMARY KEY (rowid>?)"},
		{"until:10m", "INTEGER PRIMARY KEY (rowid<?)"},
	} {
		filter, err := storage.ReceiptFilter().Parse(c.text, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		query, args := dialect().ReceiptPage(storage.ReceiptQuery{Filter: filter, Limit: 50})
		if plan := explain(t, s, query, args); !strings.Contains(plan, c.index) || strings.Contains(plan, "SCAN r\n") {
			t.Errorf("%s does not use %s:\n%s", c.text, c.index, plan)
		}
	}
}

// A filter with body~ reads receipts from the newest on, and only until the page is full.
func TestBodyFiltersDoNotSort(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for _, text := range []string{"body~x", "identity:a body~x", "status:bounce -body~x", "path:/a is:pinned body~x"} {
		filter, err := storage.ReceiptFilter().Parse(text, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		query, args := dialect().ReceiptPage(storage.ReceiptQuery{Filter: filter, Limit: 50})
		if plan := explain(t, s, query, args); !strings.HasPrefix(plan, "SCAN r\n") || strings.Contains(plan, "ORDER BY") {
			t.Errorf("%s sorts:\n%s", text, plan)
		}
	}
}

func explain(t *testing.T, s *Store, query string, args []any) string {
	t.Helper()
	steps, err := collect(t.Context(), s.reads, func(read scan) (step string, err error) {
		var id, parent, unused int
		err = read(&id, &parent, &unused, &step)
		return step, err
	}, `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n") + "\n"
}

func TestDeliveryListsUseIndexes(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for _, c := range []struct {
		name  string
		query storage.DeliveryQuery
		want  string
	}{
		{"of a webhook", storage.DeliveryQuery{WebhookID: 1}, "deliveries_by_webhook (webhook_id=?)"},
		{"of an event", storage.DeliveryQuery{EventIDs: []storage.ID{1}}, "deliveries_by_event (event_id=?)"},
		{"with the state failed", storage.DeliveryQuery{States: []storage.State{storage.Failed}}, "deliveries_by_state (state=?)"},
		{"with the state sending", storage.DeliveryQuery{States: []storage.State{storage.Sending}}, "deliveries_by_state (state=?)"},
	} {
		c.query.Limit = 50
		query, args := dialect().ListDeliveries(c.query)
		plan := explain(t, s, query, args)
		if !strings.Contains(plan, c.want) || strings.Contains(plan, "TEMP B-TREE") && c.name != "of an event" {
			t.Errorf("the list %s does not use %s:\n%s", c.name, c.want, plan)
		}
	}
}
