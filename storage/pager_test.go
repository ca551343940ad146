package storage

import (
	"errors"
	"testing"
)

// numbers is a store of so many records, whose IDs are 1 and up.
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
		pages := Pager[ID]{Limit: test.limit, Read: numbers(test.total), ID: func(id ID) ID { return id }}
		got := 0
		for id, err := range pages.All() {
			if want := ID(test.total - got); err != nil || id != want {
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
	pages := Pager[ID]{Read: func(int, ID) ([]ID, error) { return nil, broken }}
	for _, err := range pages.All() {
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		return
	}
	t.Error("it told nothing")
}
