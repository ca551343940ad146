package postgres

import (
	"context"
	"slices"
	"sync"
	"testing"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// nodes opens n stores on one database, each of them a node, and creates a webhook.
func nodes(t *testing.T, n int) ([]*Store, storage.Webhook) {
	t.Helper()
	url := pgtest.Copy(t, template)
	var all []*Store
	for range n {
		store := open(t, Options{URL: url, KeyFile: templateKey})
		release, _, err := store.TryLead()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		all = append(all, store)
	}
	w := storetest.WebhookNamed("acme")
	if err := all[0].CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	return all, w
}

func claim(t *testing.T, s *Store, w storage.Webhook, using, wanted int) int {
	t.Helper()
	held, err := s.Claim(t.Context(), nil, storage.Claim{WebhookID: w.ID, Allowed: 5, Using: using, Wanted: wanted})
	if err != nil {
		t.Fatal(err)
	}
	return held[w.ID]
}

func TestNodeGetsTheSharesThatOthersLeave(t *testing.T) {
	t.Parallel()
	all, w := nodes(t, 2)
	one, other := all[0], all[1]
	for i, step := range []struct {
		node                *Store
		using, wanted, want int
	}{
		{one, 0, 5, 5},
		{other, 0, 2, 0}, // the first node has all shares
		{one, 5, 3, 5},   // and uses them
		{other, 0, 2, 0},
		{one, 4, 3, 4}, // it gives up the share that it no longer uses
		{other, 0, 2, 1},
		{one, 3, 3, 3},
		{other, 1, 2, 2},
		{one, 0, 5, 3},
	} {
		if got := claim(t, step.node, w, step.using, step.wanted); got != step.want {
			t.Fatalf("step %d: got %d, want %d", i, got, step.want)
		}
	}
}

func TestSharesOfDeadNodeAreFree(t *testing.T) {
	t.Parallel()
	all, w := nodes(t, 1)
	gone := open(t, Options{URL: all[0].pool.Config().ConnString(), KeyFile: templateKey})
	release, _, err := gone.TryLead()
	if err != nil {
		t.Fatal(err)
	}
	if got := claim(t, gone, w, 0, 5); got != 5 {
		t.Fatalf("the first node: got %d, want 5", got)
	}
	living, err := all[0].Living(t.Context())
	if err != nil || !slices.Equal(living, []int64{all[0].Node(), gone.Node()}) {
		t.Errorf("Living: got %v, %v", living, err)
	}
	release()
	held, err := all[0].Claim(t.Context(), []int64{gone.Node()}, storage.Claim{WebhookID: w.ID, Allowed: 5, Wanted: 4})
	if err != nil || held[w.ID] != 0 {
		t.Errorf("the other node, before it knows that the first is dead: got %d, %v; want 0", held[w.ID], err)
	}
	if got := claim(t, gone, w, 1, 5); got != 0 {
		t.Errorf("a process that is no longer a node: got %d, want 0", got)
	}
	if got := claim(t, all[0], w, 0, 4); got != 4 {
		t.Errorf("the other node: got %d, want 4", got)
	}
}

func TestBreakersCountEachFailureOfSeveralNodes(t *testing.T) {
	t.Parallel()
	all, w := nodes(t, 2)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			_, err := all[i%2].ChangeBreaker(context.WithoutCancel(t.Context()), w.ID, func(b storage.Breaker) storage.Breaker {
				b.Failures++
				return b
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got, err := all[0].Breakers(t.Context()); err != nil || len(got) != 1 || got[0].Failures != 20 {
		t.Errorf("got the breakers %+v, %v", got, err)
	}
	if _, err := all[0].ChangeBreaker(t.Context(), 12345, func(storage.Breaker) storage.Breaker {
		t.Error("a webhook that does not exist has a breaker")
		return storage.Breaker{}
	}); err != nil {
		t.Error(err)
	}
}
