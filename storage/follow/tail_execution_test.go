package follow_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
	"backchannel/storage/follow"
)

// calls is a store of calls with the IDs 1, 2, …; any filter selects the even ones.
type calls struct{ *fakeStore }

func (s calls) Executions(ctx context.Context, q storage.ExecutionQuery) (all []storage.Execution, err error) {
	receipts, err := s.Receipts(ctx, storage.ReceiptQuery{Before: q.Before, After: q.After, OldestFirst: q.OldestFirst})
	for _, r := range receipts {
		if len(q.Filter.Terms) == 0 || r.ID%2 == 0 {
			all = append(all, storage.Execution{ID: r.ID})
		}
	}
	if q.Limit > 0 {
		all = all[:min(q.Limit, len(all))]
	}
	return all, err
}

func TestTailExecutions(t *testing.T) {
	even := storage.Filter{Terms: []storage.Term{{Key: "is", Value: "silent"}}}
	for name, test := range map[string]struct {
		query storage.ExecutionQuery
		want  []storage.ID
	}{
		"only what arrives":         {storage.ExecutionQuery{}, []storage.ID{6, 7, 8}},
		"the newest first":          {storage.ExecutionQuery{Limit: 2}, []storage.ID{4, 5, 6, 7, 8}},
		"the selected ones":         {storage.ExecutionQuery{Filter: even, Limit: 9}, []storage.ID{2, 4, 6, 8}},
		"selected ones that arrive": {storage.ExecutionQuery{Filter: even}, []storage.ID{6, 8}},
		"as many as are asked for":  {storage.ExecutionQuery{Filter: even, Limit: 1}, []storage.ID{4, 6, 8}},
		"more than there are calls": {storage.ExecutionQuery{Limit: 99}, []storage.ID{1, 2, 3, 4, 5, 6, 7, 8}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := calls{newStore(5)}
				time.AfterFunc(arrival, func() { store.add(3) })
				var seen []storage.ID
				for page, err := range follow.TailExecutions(t.Context(), store, test.query) {
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range page {
						seen = append(seen, e.ID)
					}
					if seen[len(seen)-1] == 8 {
						break
					}
				}
				if !slices.Equal(seen, test.want) {
					t.Errorf("got %d, want %d", seen, test.want)
				}
			})
		})
	}
}
