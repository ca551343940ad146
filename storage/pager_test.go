package storage

import (
	"context"
	"errors"
	"testing"
)

// numbers returns a function that reads pages of records with the IDs 1 to total.
func numbers(total int) func(limit int, before ID) ([]ID, error) {
	return func(limit int, before ID) (page []ID, err error) {
		if before == 0 {
			before = ID(total + 1)
		}
		for id := before - 1; id > 0 && len(page) < limit; id-- {
			page = append(page, id)
		}
		return page, nil
	}
}

func TestPager(t *testing.T) {
	for _, test := range []struct{ total, limit, want int }{
		{0, 0, 0}, {3, 0, 3}, {3, 2, 2}, {3, 5, 3},
		{PageSize, 0, PageSize}, {2*PageSize + 1, 0, 2*PageSize + 1}, {3 * PageSize, PageSize + 1, PageSize + 1},
	} {
		pages := Pager[ID]{limit: test.limit, Read: numbers(test.total), ID: func(id ID) ID { return id }}
		got := 0
		for id, err := range pages.All() {
			if want := ID(test.total - got); err != nil || id != want {
				t.Fatalf("record %d: got %d, %v; want %d", got, id, err, want)
			}
			got++
		}
		if got != test.want {
			t.Errorf("limit %d of %d: got %d records, want %d", test.limit, test.total, got, test.want)
		}
	}
}

func TestNewest(t *testing.T) {
	t.Parallel()
	all := numbers(3 * PageSize)
	list := func(_ context.Context, q DeliveryQuery) (page []Delivery, err error) {
		if q.WebhookID != 7 {
			t.Errorf("got a query for webhook %d, want 7", q.WebhookID)
		}
		ids, err := all(q.Limit, q.Before)
		for _, id := range ids {
			page = append(page, Delivery{ID: id})
		}
		return page, err
	}
	for _, test := range []struct{ limit, before, first, want int }{
		{0, 0, 3 * PageSize, 3 * PageSize}, {PageSize + 1, 0, 3 * PageSize, PageSize + 1}, {0, PageSize + 2, PageSize + 1, PageSize + 1},
	} {
		got := 0
		for d, err := range Newest(t.Context(), DeliveryQuery{WebhookID: 7, Limit: test.limit, Before: ID(test.before)}, list).All() {
			if want := ID(test.first - got); err != nil || d.ID != want {
				t.Fatalf("record %d: got %d, %v; want %d", got, d.ID, err, want)
			}
			got++
		}
		if got != test.want {
			t.Errorf("%+v: got %d records", test, got)
		}
	}
}

func TestPagerReturnsErrors(t *testing.T) {
	broken := errors.New("broken")
	pages := Pager[ID]{Read: func(int, ID) ([]ID, error) { return nil, broken }}
	for _, err := range pages.All() {
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		return
	}
	t.Error("got no error")
}
