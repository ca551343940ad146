package main

import (
	"errors"
	"testing"

	"backchannel/storage"
)

// numbers is a store of so many records, whose IDs are 1 and up.
func numbers(total int) func(limit int, before storage.ID) ([]storage.ID, error) {
	return func(limit int, before storage.ID) (page []storage.ID, err error) {
		if before == 0 {
			before = storage.ID(total + 1)
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
		{pageSize, 0, pageSize}, {2*pageSize + 1, 0, 2*pageSize + 1}, {3 * pageSize, pageSize + 1, pageSize + 1},
	} {
		pages := pager[storage.ID]{limit: test.limit, read: numbers(test.total), id: func(id storage.ID) storage.ID { return id }}
		got := 0
		for id, err := range pages.all() {
			if want := storage.ID(test.total - got); err != nil || id != want {
				t.Fatalf("record %d is %d, %v", got, id, err)
			}
			got++
		}
		if got != test.want {
			t.Errorf("limit %d of %d: %d records, want %d", test.limit, test.total, got, test.want)
		}
	}
}

func TestPagerTellsOfErrors(t *testing.T) {
	broken := errors.New("broken")
	pages := pager[storage.ID]{read: func(int, storage.ID) ([]storage.ID, error) { return nil, broken }}
	for _, err := range pages.all() {
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		return
	}
	t.Error("it told nothing")
}
